import Foundation
import Refinery
import TeacherInference

/// Groups of texts through threads to lines on stdout, in input order: `score` and `tokenize`.
enum TextStream {
    /// Texts of one group, and the lines among them that held none.
    struct Group: Sendable {
        /// The texts with their ids.
        var texts: [(id: [UInt8], bytes: [UInt8])] = []
        /// `file:line: reason`.
        var bad: [String] = []
    }

    /// Bytes of text that a group holds at least, but for the last; about 4,096 tokens.
    static let groupBytes = 14 << 10
    /// Texts that a group holds at most.
    static let groupTexts = 256

    /// The next group of texts, nil at the end.
    static func group(_ reader: inout TextReader) throws -> Group? {
        var group = Group()
        var bytes = 0
        while bytes < groupBytes, group.texts.count + group.bad.count < groupTexts,
            let record = try reader.read()
        {
            switch record {
            case .text(let id, let text):
                group.texts.append((id, text))
                bytes += text.count
            case .bad(let line, let reason):
                group.bad.append("\(reader.name):\(line): \(reason)")
            }
        }
        return group.texts.isEmpty && group.bad.isEmpty ? nil : group
    }

    /// Runs all of `reader` through `threads` threads.
    ///
    /// `body` is called once on each thread, as `OrderedWorkers.run` says.
    ///
    /// - Throws: a `Failure` at the end where lines held no text or texts were not scored.
    static func run(
        _ reader: TextReader, threads: Int, verb: String,
        body: @escaping @Sendable (OrderedWorkers<Group, ScoredGroup>.Turn) throws -> Void
    ) throws {
        var reader = reader
        var total = ScoredGroup()
        var badLines = 0
        let reporter = ProgressReporter(
            isQuiet: !Terminal.standardError.redraws || isatty(STDOUT_FILENO) == 1)
        let start = ContinuousClock.now
        var thrown: (any Error)?
        do {
            try OrderedWorkers<Group, ScoredGroup>.run(
                threads: threads,
                read: { try group(&reader) }, body: body,
                write: { group in
                    for line in group.bad {
                        StandardOutput.writeError("error: \(Words.printable(line))\n")
                    }
                    badLines += group.bad.count
                    StandardOutput.write(group.json)
                    total.texts += group.texts
                    total.tokens += group.tokens
                    total.errors += group.errors
                    let seconds = start.duration(to: .now) / .seconds(1)
                    reporter.update(
                        ProgressSnapshot(
                            stage: verb, done: Int64(total.texts), unit: "texts",
                            rate: seconds > 0.5 ? Double(total.tokens) / seconds : nil))
                })
        } catch {
            thrown = error
        }
        reporter.finish()
        if let thrown { throw thrown }
        let wrong = [
            badLines > 0 ? "\(Words.counted(Int64(badLines), "line")) held no text" : nil,
            total.errors > 0
                ? "\(Words.counted(Int64(total.errors), "text")) could not be scored" : nil,
        ].compactMap { $0 }
        guard wrong.isEmpty else { throw Failure(wrong.joined(separator: ", ")) }
    }
}

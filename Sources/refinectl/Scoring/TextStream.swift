import Foundation
import Refinery
import TeacherInference

/// Groups of texts through threads to lines on stdout, in input order: `score` and `tokenize`.
enum TextStream {
    /// Runs all of `reader` through `threads` threads.
    ///
    /// `body` is called once on each thread, as `OrderedWorkers.run` says.
    ///
    /// - Throws: a `Failure` at the end where lines held no text or texts were not scored.
    static func run(
        _ reader: TextReader, threads: Int, verb: String,
        body:
            @escaping @Sendable (OrderedWorkers<TextGroups.Group, ScoredGroup>.Turn) throws -> Void
    ) throws {
        var groups = TextGroups(reader, threads: threads)
        var total = ScoredGroup()
        var badLines = 0
        let reporter = ProgressReporter(
            isQuiet: !Terminal.standardError.redraws || isatty(STDOUT_FILENO) == 1)
        let start = ContinuousClock.now
        var thrown: (any Error)?
        do {
            try OrderedWorkers<TextGroups.Group, ScoredGroup>.run(
                threads: threads,
                read: { try groups.next() }, body: body,
                write: { group in
                    for line in group.bad {
                        StandardOutput.writeError("error: \(NumberText.printable(line))\n")
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
        if let warning = groups.warning { StandardOutput.writeError(warning + "\n") }
        let wrong = [
            badLines > 0 ? "\(NumberText.counted(Int64(badLines), "line")) held no text" : nil,
            total.errors > 0
                ? "\(NumberText.counted(Int64(total.errors), "text")) could not be scored" : nil,
        ].compactMap { $0 }
        guard wrong.isEmpty else { throw Failure(wrong.joined(separator: ", ")) }
    }
}

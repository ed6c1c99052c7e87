import NIOCore
import NIOPosix
import Refinery

/// The files that a rule needs beside itself: benchmarks whose questions are kept out, ids that are
/// excluded.
struct RuleFiles: Sendable {
    /// What rules name them by.
    private(set) var benchmarks: [BenchmarkFile] = []
    /// Their windows, in the same order.
    private(set) var windows: [QuestionWindows] = []
    /// The ids that are excluded; nil for none.
    private(set) var excludedIDs: IDListFile?
    private var idBytes: [UInt8] = []

    /// No file.
    init() {}

    /// Reads the files and the folders' files, and says on stderr what each holds.
    ///
    /// - Throws: ``RefineryError`` for what cannot be read to its end; ``Failure`` for a folder with
    ///   other files, which may be benchmarks, too.
    init(_ options: CandidateOptions) async throws {
        if let path = options.excludeIDs { try await readIDs(path, options.andCopies) }
        let listing = try CorpusListing(paths: options.decontaminate, hasCorpus: false)
        if let skipped = listing.skipped.first {
            throw Failure(
                "cannot keep out what \(skipped) asks: it is not \(CorpusSource.accepted)",
                hint: "convert it, or name the other files of the folder one by one")
        }
        for source in listing.sources {
            let reader = try await NIOThreadPool.singleton.runIfActive {
                let file = try CorpusReader(source, fields: nil, keepsOthers: true)
                return try BenchmarkReader(source) { try file.read()?.bytes ?? [] }
            }
            let name = source.path.split(separator: "/").last.map(String.init) ?? source.path
            benchmarks.append(BenchmarkFile(file: name, windows: reader.windows))
            windows.append(reader.windows)
            StandardOutput.writeError(Self.words(name, reader))
        }
    }

    private mutating func readIDs(_ path: String, _ andCopies: Bool) async throws {
        let bytes = try await NIOThreadPool.singleton.runIfActive {
            let file = try FileReader(path: path)
            var bytes: [UInt8] = []
            while bytes.count <= Store.mostRuleFileBytes {
                let piece = try file.read(1 << 20)
                if piece.isEmpty { return bytes }
                bytes += piece
            }
            throw Failure(
                "\(path) is larger than \(Store.mostRuleFileBytes >> 20) MiB",
                hint: "a file of ids is meant")
        }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let list = try IDList(bytes, name: name)
        excludedIDs = IDListFile(file: name, bytes: bytes, andCopies: andCopies)
        idBytes = bytes
        StandardOutput.writeError(
            NumberText.printable("\(name): \(NumberText.counted(Int64(list.entries.count), "id"))")
                + "\n")
    }

    /// Puts them into a store.
    func add(to store: Store) throws {
        for windows in windows { try SelectionStage(store).addBenchmark(windows) }
        if let excludedIDs { try store.addRuleFile(sha256: excludedIDs.sha256, idBytes) }
    }

    /// Sends them to the daemon.
    func send(to client: Client) async throws {
        if let excludedIDs {
            let report = try await client.upload(
                API.ruleFiles, body: Self.sending(idBytes))
            guard report.sha256 == excludedIDs.sha256 else {
                throw Failure("the daemon holds another file of ids than the one sent")
            }
        }
        for windows in windows {
            let bytes = Array(windows.bytes)
            let report = try await client.upload(
                API.benchmarks,
                body: Self.sending(bytes))
            guard report == BenchmarkReport(windows) else {
                throw Failure(
                    "the daemon holds another benchmark than the one sent",
                    hint: "refinectl and refineryd may be of different versions")
            }
        }
    }

    private static func sending(_ bytes: [UInt8]) -> Client.BodyWriter {
        { send in
            for start in stride(from: 0, to: bytes.count, by: 256 << 10) {
                let part = bytes[start..<min(start + (256 << 10), bytes.count)]
                try await send(ByteBuffer(bytes: part))
            }
        }
    }

    private static func words(_ name: String, _ reader: BenchmarkReader) -> String {
        var text = "benchmark \(NumberText.printable(name)): "
        if let questions = reader.questions {
            text += NumberText.counted(Int64(questions), "question")
            if reader.tooShort > 0 {
                text +=
                    " (\(NumberText.count(reader.tooShort)) under 13 words, which match nothing)"
            }
            text += ", "
        }
        return text + "\(NumberText.count(reader.windows.hashes.count)) runs of 13 words\n"
    }
}

import NIOCore
import NIOPosix
import Refinery

/// The benchmarks whose questions are kept out, read from their files.
struct BenchmarkFiles: Sendable {
    /// What rules name them by.
    private(set) var benchmarks: [BenchmarkFile] = []
    /// Their windows, in the same order.
    private(set) var windows: [QuestionWindows] = []

    /// Reads the files and the folders' files, and says on stderr what each holds.
    ///
    /// - Throws: ``RefineryError`` for what cannot be read to its end; ``Failure`` for a folder with
    ///   other files, which may be benchmarks, too.
    init(_ paths: [String]) async throws {
        let listing = try CorpusListing(paths: paths, hasCorpus: false)
        if let skipped = listing.skipped.first {
            throw Failure(
                "cannot keep out what \(skipped) asks: it is not \(CorpusSource.accepted)",
                hint: "convert it, or name the other files of the folder one by one")
        }
        for source in listing.sources {
            let reader = try await NIOThreadPool.singleton.runIfActive {
                let file = try FileReader(path: source.path)
                return try BenchmarkReader(source) { try file.read(256 << 10) }
            }
            let name = source.path.split(separator: "/").last.map(String.init) ?? source.path
            benchmarks.append(BenchmarkFile(file: name, windows: reader.windows))
            windows.append(reader.windows)
            StandardOutput.writeError(Self.words(name, reader))
        }
    }

    /// Sends them to the daemon.
    func send(to client: Client) async throws {
        for windows in windows {
            let bytes = windows.bytes
            let report: BenchmarkReport = try await client.upload(
                "/v1/benchmarks", query: [],
                body: { send in
                    for start in stride(from: 0, to: bytes.count, by: 256 << 10) {
                        let part = bytes[start..<min(start + (256 << 10), bytes.count)]
                        try await send(ByteBuffer(bytes: part))
                    }
                })
            guard report == BenchmarkReport(windows) else {
                throw Failure(
                    "the daemon holds another benchmark than the one sent",
                    hint: "refinectl and refineryd may be of different versions")
            }
        }
    }

    private static func words(_ name: String, _ reader: BenchmarkReader) -> String {
        var text = "benchmark \(Words.printable(name)): "
        if let questions = reader.questions {
            text += Words.counted(Int64(questions), "question")
            if reader.tooShort > 0 {
                text += " (\(Words.count(reader.tooShort)) under 13 words, which match nothing)"
            }
            text += ", "
        }
        return text + "\(Words.count(reader.windows.hashes.count)) runs of 13 words\n"
    }
}

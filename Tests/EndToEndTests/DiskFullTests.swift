import Foundation
import Testing

/// A full disk stops nothing for good: the daemon stays up, says so, and goes on.
@Suite(
    .serialized,
    .enabled(if: SmallDisk.refusal == nil, "\(SmallDisk.refusal ?? "a small disk can be mounted")"))
struct DiskFullTests {
    private let settings = "threads = 1\nmax_tokens = 64\n"

    private func lines(_ name: String, _ count: Int) -> String {
        (0..<count).map {
            "{\"id\":\"\(name)\($0)\",\"text\":\"\($0) boats of \(name) went down the river.\"}\n"
        }.joined()
    }

    /// Documents of letters by chance, which take on the disk three quarters of their length.
    private func noise(megabytes: Int) -> String {
        var random = SystemRandomNumberGenerator()
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-".utf8)
        return (0..<megabytes * 16).map { number in
            let text = [UInt8](unsafeUninitializedCapacity: 1 << 16) { room, count in
                while count < 1 << 16 {
                    var bits = random.next()
                    for _ in 0..<8 {
                        room[count] = letters[Int(bits & 63)]
                        bits >>= 6
                        count += 1
                    }
                }
            }
            return "{\"id\":\"\(number)\",\"text\":\"\(String(decoding: text, as: UTF8.self))\"}\n"
        }.joined()
    }

    private func start(_ folder: Folder, _ disk: SmallDisk, run: Int = 0) throws -> Daemon {
        try Daemon(
            folder, teacher: Programs.fixture("pair.gguf"), reference: Programs.fixture("pair"),
            settings: settings, store: disk.path + "/store.db", run: run)
    }

    @Test("cutting waits on a full disk, says so, outlives kill -9 and goes on once there is room")
    func waits() async throws {
        let folder = try Folder()
        let disk = try SmallDisk(megabytes: 40)
        let store = disk.path + "/store.db"
        let daemon = try start(folder, disk)
        #expect(try daemon.control("pause").status == 0)
        let corpus = try folder.write("a.jsonl", lines("a", 2000))
        #expect(try daemon.control("enqueue", corpus, "--corpus", "a").status == 0)
        let other = try folder.write("b.jsonl", lines("b", 10))
        #expect(try daemon.control("enqueue", other, "--corpus", "b").status == 0)
        try disk.fill()
        #expect(try daemon.control("resume").status == 0)

        try await daemon.waitForStatus { $0.contains(#""state":"waiting""#) }
        #expect(
            try daemon.control("status").output.contains("waiting: disk full: cannot write store"))
        #expect(try daemon.logText.contains("waiting: disk full: cannot write store \(store)"))
        let refused = try daemon.control("enqueue", try folder.write("c.jsonl", lines("c", 10)))
        #expect(refused.status == 1)
        #expect(
            refused.errors.contains("cannot write store \(store): the disk is full"))
        #expect(refused.errors.contains("hint: make room on its disk"))

        daemon.end(SIGKILL)
        let again = try start(folder, disk, run: 1)
        try await again.waitForStatus { $0.contains(#""state":"waiting""#) }
        let deleted = try again.control("delete", "b", "--yes")
        #expect(deleted.status == 0, "\(deleted.errors)")
        #expect(try !again.control("corpora", "--json").output.contains(#""name":"b""#))

        disk.clear()
        try await again.waitForStatus { $0.contains(#""state":"idle""#) }
        #expect(try again.logText.contains("the store is written again"))
        #expect(FileManager.default.fileExists(atPath: store + "-reserve"))
        #expect(try again.control("status").output.contains("idle, 0 scores to go"))
        #expect(again.end(SIGTERM) == 0)
    }

    @Test("deleting a corpus makes room enough to go on")
    func deleteMakesRoom() async throws {
        let folder = try Folder()
        let disk = try SmallDisk(megabytes: 48)
        let daemon = try start(folder, disk)
        #expect(try daemon.control("pause").status == 0)
        let corpus = try folder.write("a.jsonl", lines("a", 2000))
        #expect(try daemon.control("enqueue", corpus, "--corpus", "a").status == 0)
        let large = try folder.write("large.jsonl", noise(megabytes: 16))
        let enqueued = try daemon.control("enqueue", large, "--corpus", "large")
        #expect(enqueued.status == 0, "\(enqueued.errors)")
        try disk.fill()
        #expect(try daemon.control("resume").status == 0)
        try await daemon.waitForStatus { $0.contains(#""state":"waiting""#) }
        let deleted = try daemon.control("delete", "large", "--yes")
        #expect(deleted.status == 0, "\(deleted.errors)")
        try await daemon.waitForStatus { $0.contains(#""state":"idle""#) }
        #expect(daemon.end(SIGTERM) == 0)
    }

    @Test(
        "an export that does not fit leaves nothing, in any format",
        arguments: ["jsonl", "parquet", "megatron", "nanogpt", "nanoset", "mds", "fasttext"])
    func export(format: String) throws {
        let folder = try Folder()
        let disk = try SmallDisk(megabytes: 1)
        // Copies of one text are scored once, so that this costs no time.
        let text = (0..<900).map { "Boat \($0 * 7919 % 1009) went by. " }.joined()
        let corpus = try folder.write(
            "corpus.jsonl",
            (0..<300).map { "{\"id\":\"\($0)\",\"text\":\"\(text)\"}\n" }.joined())
        let output = disk.path + "/out" + (format == "parquet" ? ".parquet" : "")
        let size = format == "fasttext" ? "0.4" : "1"
        let model = Programs.fixture("pair")
        var arguments = [
            "refine", corpus, "--teacher", model, "--reference", model, "--ratio", size,
            "--no-guards", "--keep-duplicates", "--score", "tokens", "--format", format, "--output",
            output, "--store", folder("s.db"),
        ]
        if ["megatron", "nanogpt", "nanoset"].contains(format) {
            arguments += ["--tokenizer", model, "--end-of-text", "none"]
        }
        // Copies would fit, compressed.
        if format == "parquet" { try disk.fill() }
        let ended = try Programs.run("refinectl", arguments)
        #expect(ended.status == 1 && ended.errors.contains("No space left"), "\(ended.errors)")
        let left = try FileManager.default.contentsOfDirectory(atPath: disk.path)
        #expect(!left.contains { $0.contains("out") || $0.contains("refinery") }, "\(left)")
    }
}

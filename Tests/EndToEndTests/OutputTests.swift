import Foundation
import Testing

/// What `refine` and `export` do where an output cannot be written, or would destroy something.
@Suite(.serialized) struct OutputTests {
    private static let model = Programs.reference

    private func refine(_ arguments: [String], temporary: String) throws -> Ended {
        try Programs.run(
            "refinectl",
            ["refine"] + arguments + [
                "--teacher", Self.model, "--reference", Self.model, "--ratio", "1", "--no-guards",
                "--threads",
                "1",
            ], environment: ["TMPDIR": temporary])
    }

    private func corpus(_ folder: Folder) throws -> String {
        try folder.write(
            "corpus.jsonl",
            (0..<4).map { "{\"id\":\"\($0)\",\"text\":\"The river \($0) runs to the sea.\"}\n" }
                .joined())
    }

    @Test("an output that is the corpus, the store or a model is refused, and nothing is lost")
    func outputInUse() throws {
        let folder = try Folder()
        let corpus = try corpus(folder)
        let text = try String(contentsOfFile: corpus, encoding: .utf8)
        let store = folder("s.db")
        for output in [corpus, store, store + "-wal", Self.model + "/config.json"] {
            let ended = try refine(
                [corpus, "--output", output, "--store", store], temporary: folder.path)
            #expect(ended.status == 1)
            #expect(ended.errors.contains("error: cannot write \(output): it is"))
        }
        #expect(try String(contentsOfFile: corpus, encoding: .utf8) == text)
        #expect(!FileManager.default.fileExists(atPath: store), "it was refused before any work")
    }

    @Test("a file that refinery did not write is replaced only by --overwrite, an export always")
    func overwrite() throws {
        let folder = try Folder()
        let corpus = try corpus(folder)
        let mine = try folder.write("mine.jsonl", "{\"id\":\"1\",\"text\":\"My own.\"}\n")
        let arguments = [corpus, "--output", mine, "--store", folder("s.db")]
        let refused = try refine(arguments, temporary: folder.path)
        #expect(refused.status == 1)
        #expect(refused.errors.contains("a file of 28 B is there that refinery did not write"))
        #expect(try String(contentsOfFile: mine, encoding: .utf8).hasPrefix("{\"id\":\"1\""))
        #expect(try refine(arguments + ["--overwrite"], temporary: folder.path).status == 0)
        let again = try refine(arguments, temporary: folder.path)
        #expect(again.status == 0, "its manifest is beside it: \(again.errors)")
    }

    @Test("scores outlive an output that cannot be written, and --store goes on from them")
    func fullDisk() throws {
        let folder = try Folder()
        let corpus = try corpus(folder)
        let ended = try refine([corpus, "--output", "/dev/full"], temporary: folder.path)
        #expect(ended.status == 1)
        #expect(ended.errors.contains("No space left on device"))
        let kept = try #require(
            ended.errors.split(separator: " ").first { $0.hasSuffix("/store.sqlite") },
            "\(ended.errors)")
        let again = try refine(
            [corpus, "--output", folder("out.jsonl"), "--store", String(kept)],
            temporary: folder.path)
        #expect(again.status == 0, "\(again.errors)")
        #expect(again.errors.contains("4 unchanged"))
        let rows = try String(contentsOfFile: folder("out.jsonl"), encoding: .utf8)
        #expect(rows.split(separator: "\n").count == 4)
    }

    @Test("a temporary store goes where all went well")
    func temporaryStoreGoes() throws {
        let folder = try Folder()
        let ended = try refine(
            [try corpus(folder), "--output", folder("out.jsonl")], temporary: folder.path)
        #expect(ended.status == 0, "\(ended.errors)")
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(left == ["corpus.jsonl", "out.jsonl", "out.jsonl.manifest.json"])
    }

    @Test("an export over the daemon's store is refused; a daemon whose store is gone says so")
    func exportOverStore() throws {
        let folder = try Folder()
        let daemon = try Daemon(folder, teacher: Self.model, reference: Self.model)
        #expect(try daemon.control("enqueue", try corpus(folder), "--wait").status == 0)
        for name in ["store.db", "store.db-wal", "socket"] {
            let ended = try daemon.control("export", "--ratio", "1", "--output", folder(name))
            #expect(ended.status == 1)
            #expect(ended.errors.contains("cannot write \(folder(name)): it is"))
        }
        try FileManager.default.removeItem(atPath: folder("store.db"))
        let more = try folder.write("more.jsonl", "{\"id\":\"9\",\"text\":\"More of it.\"}\n")
        let refused = try daemon.control("enqueue", more)
        #expect(refused.status == 1)
        #expect(refused.errors.contains("was deleted or moved"))
        let status = try daemon.control("status")
        #expect(status.output.contains("was deleted or moved"))
    }

    @Test(
        "a second daemon on a live socket is refused and leaves it; a file there is left as it is")
    func socketInUse() throws {
        let folder = try Folder()
        let daemon = try Daemon(folder, teacher: Self.model, reference: Self.model)
        let other = try Folder()
        let config = try other.write("refineryd.toml", "socket_group = \"\"\n")
        func start(socket: String) throws -> Ended {
            try Programs.run(
                "refineryd",
                [
                    "--config", config, "--store", other("other.db"), "--socket", socket,
                    "--teacher", Self.model, "--reference", Self.model, "--drain",
                ])
        }
        let second = try start(socket: folder("socket"))
        #expect(second.status == 1)
        #expect(second.errors.contains("is listening there"))
        #expect(try daemon.control("status").status == 0)
        let third = try start(socket: folder("store.db"))
        #expect(third.status == 1)
        #expect(third.errors.contains("it is a regular file, not a socket"))
        #expect(FileManager.default.fileExists(atPath: folder("store.db")))
        #expect(daemon.end(SIGTERM) == 0)
        #expect(!FileManager.default.fileExists(atPath: folder("socket")))
    }

    /// A copy of the model whose last `count` bytes of weights are no numbers.
    private func damagedModel(_ folder: Folder, count: Int) throws -> String {
        let path = folder("damaged")
        try FileManager.default.copyItem(atPath: Self.model, toPath: path)
        let file = try FileHandle(
            forUpdating: URL(fileURLWithPath: path + "/model.safetensors"))
        try file.seek(toOffset: try file.seekToEnd() - UInt64(count))
        try file.write(contentsOf: Data(repeating: 0xFF, count: count))
        try file.close()
        return path
    }

    @Test("failures are seen in status and can be tried again; two in a row stop the daemon")
    func retry() throws {
        let folder = try Folder()
        let model = try damagedModel(folder, count: 1 << 20)
        let daemon = try Daemon(
            folder, teacher: model, reference: Self.model, settings: "threads = 1\n")
        let one = try folder.write("one.jsonl", "{\"id\":\"1\",\"text\":\"One river runs.\"}\n")
        #expect(try daemon.control("enqueue", one, "--wait").status == 0)
        #expect(try daemon.control("status").output.contains("failed"))
        #expect(try daemon.control("retry", "nowhere").errors.contains("no corpus \"nowhere\""))
        #expect(try daemon.control("retry", "--json").output == "{\"retried\":1}\n")
        #expect(daemon.endsByItself() == 1, "the same chunk failed twice in a row")
        #expect(try daemon.logText.contains("not finite numbers for any of 2 chunks in a row"))
    }

    @Test("a model's file that is cut short ends the daemon with its name, not with a bare signal")
    func cutModel() throws {
        let folder = try Folder()
        let model = folder("model")
        try FileManager.default.copyItem(atPath: Self.model, toPath: model)
        let daemon = try Daemon(folder, teacher: model, reference: Self.model)
        #expect(try daemon.control("pause").status == 0)
        #expect(try daemon.control("enqueue", try corpus(folder)).status == 0)
        #expect(truncate(model + "/model.safetensors", 4096) == 0)
        try daemon.control("resume")
        #expect(daemon.endsByItself() == 1)
        let line = "refineryd: error: \(model)/model.safetensors was cut short"
        let log = try daemon.logText
        #expect(log.contains(line), "\(log)")
    }
}

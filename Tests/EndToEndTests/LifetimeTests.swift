import Foundation
import Testing

/// How the daemon ends, and what it waits for instead.
@Suite(.serialized) struct LifetimeTests {
    private static let model = Programs.fixture("pair.gguf")

    private func start(_ folder: Folder) throws -> Daemon {
        try Daemon(
            folder, teacher: Self.model, reference: Programs.fixture("pair"),
            settings: "threads = 1\nmax_tokens = 64\n")
    }

    @Test("a terminal that closes ends it as SIGTERM does", arguments: [SIGHUP, SIGTERM, SIGINT])
    func signals(signal: Int32) throws {
        let folder = try Folder()
        let daemon = try start(folder)
        #expect(daemon.end(signal) == 0)
        #expect(!FileManager.default.fileExists(atPath: folder("socket")))
        #expect(try daemon.logText.contains("refineryd stopped"))
    }

    @Test("under nohup it outlives its terminal")
    func nohup() async throws {
        let folder = try Folder()
        let daemon = try Daemon(
            folder, teacher: Self.model, reference: Programs.fixture("pair"), settings: "",
            wrapper: ["/usr/bin/env", "nohup"])
        daemon.signal(SIGHUP)
        try await Task.sleep(for: .milliseconds(300))
        #expect(try daemon.control("status").status == 0)
        #expect(daemon.end(SIGTERM) == 0)
    }

    @Test("too small a limit on addresses is refused in words")
    func addresses() throws {
        let folder = try Folder()
        let config = try folder.write("refineryd.toml", "socket_group = \"\"\n")
        let arguments = [
            "--config", config, "--store", folder("s.db"), "--socket", folder("s"),
            "--teacher", Self.model, "--reference", Self.model,
        ]
        let ended = try Programs.run(
            "/bin/sh",
            ["-c", "ulimit -v 900000; exec \"$@\"", "sh", Programs.path("refineryd")] + arguments)
        #expect(ended.status == 1)
        #expect(ended.errors.contains("the limit on addresses (ulimit -v, LimitAS) is 878 MiB"))
        #expect(!FileManager.default.fileExists(atPath: folder("s.db")))
    }

    @Test("a foreign transaction is waited for, and its process named")
    func foreignTransaction() async throws {
        let folder = try Folder()
        let daemon = try start(folder)
        #expect(try daemon.control("pause").status == 0)
        let corpus = try folder.write(
            "a.jsonl",
            (0..<20).map { "{\"id\":\"\($0)\",\"text\":\"Boat \($0) is late.\"}\n" }.joined())
        #expect(try daemon.control("enqueue", corpus).status == 0)
        let holder = Process()
        holder.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        holder.arguments = [
            "python3", "-c",
            """
            import sqlite3, sys
            db = sqlite3.connect(sys.argv[1], isolation_level=None)
            db.execute("BEGIN IMMEDIATE")
            print("held", flush=True)
            sys.stdin.read()
            """, folder("store.db"),
        ]
        let (input, output) = (Pipe(), Pipe())
        holder.standardInput = input
        holder.standardOutput = output
        try holder.run()
        #expect(output.fileHandleForReading.readData(ofLength: 4).count == 4)
        #expect(try daemon.control("resume").status == 0)
        try await daemon.waitForStatus { $0.contains(#""state":"waiting""#) }
        let pid = holder.processIdentifier
        let status = try daemon.control("status").output
        #expect(status.contains("waiting: store locked: cannot write store"))
        #expect(status.contains("process \(pid) (python3"), "\(status)")
        #expect(try daemon.logText.contains("process \(pid) (python3"))
        try input.fileHandleForWriting.close()
        holder.waitUntilExit()
        try await daemon.waitForStatus { $0.contains(#""state":"idle""#) }
    }
}

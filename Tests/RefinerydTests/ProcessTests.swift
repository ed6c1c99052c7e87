import Foundation
import Refinery
import Testing

/// The daemon as a process of its own.
struct ProcessTests {
    private func run(_ arguments: [String]) throws -> (status: Int32, errors: String) {
        let test = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: test).deletingLastPathComponent()
            .appendingPathComponent("refineryd")
        process.arguments = arguments
        process.environment = [:]
        let errors = Pipe()
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let data = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }

    private var shipped: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("config/refineryd.toml").path
    }

    @Test func `a second daemon on a store is refused and told who holds it`() throws {
        let folder = try TemporaryFolder()
        let lock = try InstanceLock(store: folder.path("s.db"))
        let result = try run([
            "--config", shipped, "--store", folder.path("s.db"), "--socket",
            folder.path("s.sock"), "--teacher", "t", "--reference", "r",
        ])
        #expect(result.status == 1)
        #expect(result.errors.contains("in use by process \(getpid())"))
        #expect(!FileManager.default.fileExists(atPath: folder.path("s.sock")))
        withExtendedLifetime(lock) {}
    }

    @Test func `a model that is missing ends the daemon with one clear error`() throws {
        let folder = try TemporaryFolder()
        let result = try run([
            "--config", shipped, "--store", folder.path("s.db"), "--socket",
            folder.path("s.sock"), "--teacher", "/nonexistent.gguf", "--reference", "/no",
        ])
        #expect(result.status == 1)
        #expect(result.errors.contains("error: cannot open /nonexistent.gguf"))
    }

    @Test func `check-config passes what the daemon would run with, and nothing else`() throws {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let model = root.path + "/models/reference"
        let named = ["check-config", "--config", shipped, "--teacher", model, "--reference"]
        let good = try run(named + [model])
        #expect(good.status == 0, "\(good.errors)")
        let missing = try run(named + ["/nowhere"])
        #expect(missing.status == 1)
        #expect(missing.errors.contains("cannot open /nowhere"))
        let folder = try TemporaryFolder()
        let file = folder.path("c.toml")
        try "max_tokens = 4096\n".write(toFile: file, atomically: true, encoding: .utf8)
        let short = try run([
            "check-config", "--config", file, "--teacher", model, "--reference", model,
        ])
        #expect(short.status == 1)
        #expect(short.errors.contains("do not fit the context"))
    }

    @Test func `a bad file lists every problem and exits 1, a usage error exits 64`() throws {
        let folder = try TemporaryFolder()
        let file = folder.path("c.toml")
        try "stroe = 1\nnice = 'x'\n".write(toFile: file, atomically: true, encoding: .utf8)
        let result = try run(["check-config", "--config", file])
        #expect(result.status == 1)
        #expect(result.errors.contains("did you mean store?"))
        #expect(result.errors.contains("nice must be an integer"))
        let unnamed = try run(["check-config", "--config", shipped])
        #expect(unnamed.status == 1, "the daemon would refuse it")
        #expect(unnamed.errors.contains("no teacher: set path or engine under [teacher]"))
        #expect(try run(["--frobnicate"]).status == 64)
        #expect(try run([]).status == 64)
    }
}

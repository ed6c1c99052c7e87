import Foundation
import Testing

/// A short run of the fuzzer, and proof that it would notice.
///
/// `make fuzz SECONDS=3600` runs it longer.
@Suite(.serialized) struct ModelFuzzerTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// Runs the fuzzer beside the test bundle; its status and what it printed.
    private func fuzz(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let test = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let keep = NSTemporaryDirectory() + "refinery-fuzz-test-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: keep) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: test).deletingLastPathComponent()
            .appendingPathComponent("model-fuzzer")
        process.arguments =
            ["--fixtures", Self.root + "/Tests/Fixtures", "--keep", keep] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }

    @Test("damaged models of every form are refused or scored, within their time and memory")
    func short() throws {
        let (status, output) = try fuzz(["--seed", "20261125", "--cases", "300"])
        #expect(status == 0, "\(output)")
        #expect(output.contains("crash 0, hang 0, memory 0, wrong 0"), "\(output)")
        #expect(output.contains(" 300 cases"), "\(output)")
    }

    @Test(
        "damaged corpora and requests are answered, and the daemon stays up",
        arguments: [("corpus", 400), ("score-file", 400), ("request-", 400)])
    func daemon(only: String, cases: Int) throws {
        let (status, output) = try fuzz([
            "--seed", "20261129", "--cases", "\(cases)", "--only", only,
        ])
        #expect(status == 0, "\(output)")
        #expect(output.contains("crash 0, hang 0, memory 0, wrong 0"), "\(output)")
        #expect(output.contains(" \(cases) cases"), "\(output)")
        // Some get through, so that it is not all refused at the door.
        #expect(!output.contains(": 0 models"), "\(output)")
    }

    @Test(
        "a crash, a hang and an allocation out of proportion are noticed and kept",
        arguments: [
            ("crash", "crash 1, hang 0, memory 0"), ("hang", "crash 0, hang 1, memory 0"),
            ("memory", "crash 0, hang 0, memory 1"),
        ])
    func provoked(kind: String, counts: String) throws {
        let (status, output) = try fuzz([
            "--first", "1000", "--cases", "10", "--provoke", kind, "--case-seconds", "1",
        ])
        #expect(status == 1)
        #expect(output.contains(counts) && output.contains("case 1007 of seed 1"), "\(output)")
    }

    @Test("an option that it does not know is a usage error")
    func usage() throws {
        #expect(try fuzz(["--frobnicate"]).status == 64)
    }
}

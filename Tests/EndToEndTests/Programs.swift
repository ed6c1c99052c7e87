import Foundation
import Testing

/// What a program printed and how it ended.
struct Ended {
    var status: Int32
    var output: String
    var errors: String
}

/// The two binaries beside the test bundle, run as a user runs them.
enum Programs {
    /// The repository's root.
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// The small reference model that the repository carries.
    static let reference = root + "/models/reference"

    /// SmolLM2-135M-Instruct, which `make test` brings; nil where it has not been brought.
    static let teacher: String? = {
        let cache = ProcessInfo.processInfo.environment["REFINERY_CACHE"] ?? root + "/.cache"
        let path = cache + "/teacher.gguf"
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }()

    /// A small random model of Tests/Fixtures.
    static func fixture(_ name: String) -> String { root + "/Tests/Fixtures/models/" + name }

    /// The path of `refineryd` or `refinectl`.
    static func path(_ name: String) throws -> String {
        let test = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(fileURLWithPath: test).deletingLastPathComponent()
            .appendingPathComponent(name).path
    }

    /// Runs one of Tests/Oracles/*.py, which has to agree.
    static func check(_ script: String, _ arguments: [String]) throws {
        let checked = try run(
            "/usr/bin/env", ["python3", "-B", root + "/Tests/Oracles/" + script] + arguments)
        #expect(checked.status == 0, "\(script): \(checked.output) \(checked.errors)")
    }

    /// Runs a program to its end.
    ///
    /// Output goes through files: a full pipe would stop it.
    @discardableResult
    static func run(
        _ name: String, _ arguments: [String], input: String? = nil,
        environment: [String: String] = [:], folder place: String? = nil
    ) throws -> Ended {
        let folder = try Folder()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: name.hasPrefix("/") ? name : try path(name))
        process.arguments = arguments
        if let place { process.currentDirectoryURL = URL(fileURLWithPath: place) }
        process.environment = ["PATH": "/usr/bin:/bin", "HOME": folder.path].merging(environment) {
            $1
        }
        for file in ["out", "err"] {
            try Data().write(to: URL(fileURLWithPath: folder.path + "/" + file))
        }
        process.standardOutput = FileHandle(forWritingAtPath: folder.path + "/out")
        process.standardError = FileHandle(forWritingAtPath: folder.path + "/err")
        let text = folder.path + "/in"
        try (input ?? "").write(toFile: text, atomically: true, encoding: .utf8)
        process.standardInput = FileHandle(forReadingAtPath: text)
        try process.run()
        process.waitUntilExit()
        return Ended(
            status: process.terminationStatus,
            output: try String(contentsOfFile: folder.path + "/out", encoding: .utf8),
            errors: try String(contentsOfFile: folder.path + "/err", encoding: .utf8))
    }
}

/// A folder that is gone with its last user.
final class Folder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "refinery-" + UUID().uuidString.prefix(13)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    /// A path in it.
    func callAsFunction(_ name: String) -> String { path + "/" + name }

    /// Writes a file in it and returns its path.
    func write(_ name: String, _ text: String) throws -> String {
        try text.write(toFile: self(name), atomically: true, encoding: .utf8)
        return self(name)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

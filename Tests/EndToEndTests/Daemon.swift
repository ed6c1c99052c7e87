import Foundation
import Testing

/// A running `refineryd` with a store and a socket of its own.
final class Daemon {
    let folder: Folder
    private let process = Process()
    private let log: String

    /// Starts the daemon on `folder`, by way of `wrapper`, and waits until its socket answers.
    init(
        _ folder: Folder, teacher: String, reference: String, settings: String = "",
        store: String? = nil, wrapper: [String] = [], run: Int = 0
    ) throws {
        self.folder = folder
        log = folder("log.\(run)")
        let config = try folder.write(
            "refineryd.toml", "log_level = \"debug\"\nsocket_group = \"\"\n" + settings)
        try Data().write(to: URL(fileURLWithPath: log))
        let command =
            wrapper + [
                try Programs.path("refineryd"), "--config", config,
                "--store", store ?? folder("store.db"), "--socket", folder("socket"),
                "--teacher", teacher, "--reference", reference,
            ]
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        process.environment = ["PATH": "/usr/bin:/bin"]
        process.standardError = FileHandle(forWritingAtPath: log)
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let end = Date() + 60
        while try control("status", "--json").status != 0 {
            guard process.isRunning, Date() < end else {
                throw Failure(reason: "refineryd did not start: \(try logText)")
            }
            usleep(20_000)
        }
    }

    struct Failure: Error { var reason: String }

    /// What it has logged so far.
    var logText: String { get throws { try String(contentsOfFile: log, encoding: .utf8) } }

    /// `refinectl` on this daemon's socket.
    @discardableResult
    func control(_ arguments: String...) throws -> Ended {
        try control(arguments)
    }

    /// `refinectl` on this daemon's socket.
    @discardableResult
    func control(_ arguments: [String]) throws -> Ended {
        try Programs.run("refinectl", arguments, environment: ["REFINERY_SOCKET": folder("socket")])
    }

    /// Waits until `refinectl status --json` prints what is expected, for a minute.
    func waitForStatus(_ isExpected: (String) -> Bool) async throws {
        let end = Date() + 60
        while true {
            let status = try control("status", "--json")
            if isExpected(status.output) { return }
            guard process.isRunning, Date() < end else {
                throw Failure(reason: "\(status.output)\(status.errors)\n\(try logText)")
            }
            // Not usleep: other tests share the thread.
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Bytes that /proc says of the process, such as `VmHWM`.
    func memory(_ name: String) throws -> Int {
        let status = try String(
            contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) << 10
    }

    /// Sends a signal.
    func signal(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// Sends a signal and waits for the end.
    @discardableResult
    func end(_ signal: Int32) -> Int32 {
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// Its exit status once it ends by itself; nil where it does not within a minute.
    func endsByItself() -> Int32? {
        let end = Date() + 60
        while process.isRunning {
            guard Date() < end else { return nil }
            usleep(20_000)
        }
        return process.terminationStatus
    }

    /// Chunks in the log's lines that say `event`.
    func chunks(_ event: String) throws -> Int {
        try logText.split(separator: "\n").filter { $0.contains(event) }.reduce(0) { sum, line in
            let number = line.range(of: "chunks=").map { line[$0.upperBound...] } ?? ""
            return sum + (Int(number.prefix(while: \.isNumber)) ?? 0)
        }
    }

    deinit { if process.isRunning { end(SIGKILL) } }
}

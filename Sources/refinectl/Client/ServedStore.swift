import Foundation
import Refinery
import Synchronization
import TrainerFormats

/// A store that no daemon holds, answered for by a `refineryd serve` of this process's own.
///
/// It ends with this process, however that ends: its standard input is a pipe from here.
enum ServedStore {
    private struct Running {
        let process: Process
        let input: Pipe
        let socket: String
    }

    private static let running = Mutex<[String: Running]>([:])

    /// The socket on which the store at `path` is answered for; blocks until it is.
    ///
    /// - Throws: ``Failure`` with what refineryd says, such as who holds the store.
    static func socket(store path: String) throws -> String {
        try running.withLock { running in
            if let known = running[path] { return known.socket }
            let started = try start(path)
            running[path] = started
            return started.socket
        }
    }

    /// Lets the processes go, and waits until they hold their stores no more.
    static func end() {
        let all = running.withLock { running in
            defer { running = [:] }
            return Array(running.values)
        }
        for one in all {
            try? one.input.fileHandleForWriting.close()
            one.process.waitUntilExit()
        }
    }

    private static func start(_ path: String) throws -> Running {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try program())
        process.arguments = ["serve", "--store", path]
        let (input, output, errors) = (Pipe(), Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = errors
        do {
            try process.run()
        } catch {
            throw Failure("cannot start refineryd for store \(path): \(error)")
        }
        // The write ends are the other process's alone, so that its end is seen.
        try? output.fileHandleForWriting.close()
        try? errors.fileHandleForWriting.close()
        var line: [UInt8] = []
        while line.last != UInt8(ascii: "\n"), line.count < 4096 {
            guard let byte = try? output.fileHandleForReading.read(upToCount: 1)?.first else {
                throw failure(said: errors, path)
            }
            line.append(byte)
        }
        let text = String(decoding: line.dropLast(), as: UTF8.self)
        guard text.hasPrefix("ready ") else { throw failure(said: errors, path) }
        return Running(process: process, input: input, socket: String(text.dropFirst(6)))
    }

    /// What refineryd said before it ended.
    private static func failure(said errors: Pipe, _ path: String) -> Failure {
        let said = (try? errors.fileHandleForReading.readToEnd()) ?? Data()
        var message = String(decoding: said, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        if message.hasPrefix("error: ") { message.removeFirst(7) }
        guard let mark = message.range(of: "\nhint: ") else {
            return Failure(message.isEmpty ? "refineryd did not answer for \(path)" : message)
        }
        return Failure(
            String(message[..<mark.lowerBound]), hint: String(message[mark.upperBound...]))
    }

    /// The refineryd beside this program, else the first in PATH.
    private static func program() throws -> String {
        let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let paths = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let folders =
            (own.map { [FilePath.folder(of: $0)] } ?? [])
            + paths.map(String.init)
        for folder in folders {
            let path = folder + "/refineryd"
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        throw Failure(
            "there is no refineryd beside refinectl or in PATH, which --store needs",
            hint: "install both, or start refineryd on the store")
    }
}

import Foundation

/// A worker seen from the parent: its lines, and how it ended.
final class FuzzChild {
    /// What a child says next.
    enum Event {
        /// A line, without its end.
        case line(Substring)
        /// It ended.
        case ended
        /// It said nothing for ``patience`` seconds of ours, and was killed.
        case silent
    }

    private let process = Process()
    private let output = Pipe()
    private let errors: String
    private var buffer = ""

    /// Seconds without a line before a child is taken for dead; a case's own limit is shorter, and
    /// is of processor time.
    private static let patience = 120

    /// Starts this program again as a worker with `arguments`.
    init(_ arguments: [String]) throws {
        errors = NSTemporaryDirectory() + "refinery-fuzz-\(getpid())-errors"
        _ = FileManager.default.createFile(atPath: errors, contents: nil)
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["--worker"] + arguments
        process.standardOutput = output
        process.standardError = FileHandle(forWritingAtPath: errors)
        try process.run()
        try output.fileHandleForWriting.close()
    }

    /// Waits for what comes next.
    ///
    /// Seconds are counted in turns of ours, so that a machine that stood still is not held
    /// against the child.
    func next() -> Event {
        let descriptor = output.fileHandleForReading.fileDescriptor
        var silence = 0
        while true {
            if let end = buffer.firstIndex(of: "\n") {
                defer { buffer = String(buffer[buffer.index(after: end)...]) }
                return .line(buffer[..<end])
            }
            var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&poller, 1, 1000) > 0 else {
                silence += 1
                guard silence < Self.patience else {
                    kill(process.processIdentifier, SIGKILL)
                    process.waitUntilExit()
                    return .silent
                }
                continue
            }
            var bytes = [UInt8](repeating: 0, count: 1 << 16)
            let count = read(descriptor, &bytes, bytes.count)
            guard count > 0 else {
                process.waitUntilExit()
                return .ended
            }
            buffer += String(decoding: bytes[..<count], as: UTF8.self)
        }
    }

    /// Ends it, whatever it does.
    func stop() {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// The signal that it died of, nil if it returned 0; a status other than 0 is negated.
    var failure: Int32? {
        if process.terminationReason == .uncaughtSignal { return process.terminationStatus }
        return process.terminationStatus == 0 ? nil : -process.terminationStatus
    }

    /// The end of what it wrote on standard error.
    var lastWords: String {
        let data = (try? Data(contentsOf: URL(fileURLWithPath: errors))) ?? Data()
        return String(decoding: data.suffix(2000), as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: errors) }
}

import Foundation

/// A `refineryd` that damaged requests are sent to; it has to answer whatever comes.
final class FuzzedDaemon {
    private let process = Process()
    private let folder: String
    private var socketPath: String { folder + "/socket" }

    /// Memory that no request may make it keep, in bytes.
    private static let mostMemory = 768 << 20

    /// Starts the daemon beside this program on small models, and waits until it answers.
    init(fixtures: String) throws {
        folder = NSTemporaryDirectory() + "refinery-fuzzed-\(getpid())"
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let config = folder + "/refineryd.toml"
        try "socket_group = \"\"\nthreads = 1\nmax_tokens = 64\nclient_seconds = 1\n".write(
            toFile: config, atomically: true, encoding: .utf8)
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appendingPathComponent("refineryd").path
        // It goes with this process, however that ends.
        process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
        process.arguments = [
            "--pdeathsig", "KILL", program, "--config", config, "--store", folder + "/s.db",
            "--socket", socketPath, "--teacher", fixtures + "/models/pair.gguf",
            "--reference", fixtures + "/models/pair",
        ]
        let log = folder + "/log"
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle(forWritingAtPath: log)
        try process.run()
        for _ in 0..<1200 where status != 200 && process.isRunning { usleep(50_000) }
        guard status == 200 else { throw CocoaError(.executableLoad) }
    }

    /// Sends a request as it is; `tokenizes` says that an answer came, `scores` that it was a yes.
    func run(_ request: [UInt8]) -> CaseRunner.Outcome {
        var outcome = CaseRunner.Outcome()
        let answer = exchange(request)
        let code = Self.code(answer)
        outcome.tokenizes = code != nil
        outcome.scores = code.map { (200..<300).contains($0) } ?? false
        if !answer.isEmpty, code == nil {
            outcome.fault = "no HTTP: \(answer.prefix(100))"
        } else if code == 500 {
            outcome.fault = "an internal error: \(answer.suffix(300))"
        } else if status != 200 {
            outcome.fault = "status is not answered any more\n" + lastWords
        } else if memory > Self.mostMemory {
            outcome.fault = "the daemon holds \(memory >> 20) MiB"
        }
        return outcome
    }

    private var status: Int? {
        Self.code(exchange(Array("GET /v1/status HTTP/1.1\r\nConnection: close\r\n\r\n".utf8)))
    }

    private var lastWords: String {
        let data = (try? Data(contentsOf: URL(fileURLWithPath: folder + "/log"))) ?? Data()
        return String(decoding: data.suffix(2000), as: UTF8.self)
    }

    private var memory: Int {
        let path = "/proc/\(process.processIdentifier)/statm"
        let fields = (try? String(contentsOfFile: path, encoding: .utf8))?.split(separator: " ")
        return (fields?.dropFirst().first.flatMap { Int($0) } ?? 0) * 4096
    }

    private static func code(_ answer: String) -> Int? {
        guard answer.hasPrefix("HTTP/1.1 ") else { return nil }
        return Int(answer.dropFirst(9).prefix(3))
    }

    /// Sends bytes, ends the sending side and reads for ten seconds at most.
    private func exchange(_ bytes: [UInt8]) -> String {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: socketPath.utf8) }
        let isConnected = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isConnected else { return "" }
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = send(descriptor, Array(rest), rest.count, Int32(MSG_NOSIGNAL))
            guard count > 0 else { break }
            rest = rest.dropFirst(count)
        }
        shutdown(descriptor, Int32(SHUT_WR))
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return String(decoding: answer, as: UTF8.self) }
            answer += buffer[..<count]
        }
    }

    deinit {
        process.terminate()
        process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: folder)
    }
}

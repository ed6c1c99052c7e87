import ArgumentParser
import Foundation
import Logging
import Refinery
import ServiceLifecycle
import TeacherInference

/// Answers requests on a store that no daemon holds, for one `refinectl --store`.
///
/// It prints `ready SOCKET` once it answers, scores nothing, and ends with its standard input.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answer requests on a store without scoring, until stdin ends.",
        shouldDisplay: false)

    @Option(help: "The store's database file, which must be there.")
    var store: String

    func run() async throws {
        try await reportingErrors {
            guard FileManager.default.fileExists(atPath: store) else {
                throw RefineryError(
                    .notFound, "there is no store \(store)",
                    hint: "`refinectl refine --store PATH` and refineryd make one")
            }
            CutFiles.explain(program: "refineryd")
            LoggingSystem.bootstrap(StreamLogHandler.standardError)
            var logger = Logger(label: "refineryd")
            logger.logLevel = .error
            let folder = try Self.temporaryFolder()
            defer { try? FileManager.default.removeItem(atPath: folder) }
            var configuration = Configuration()
            configuration.store = store
            configuration.socket = folder + "/socket"
            configuration.socketGroup = ""
            let daemon = Daemon(
                configuration: configuration, work: .serve, logger: logger)
            try await daemon.run {
                FileHandle.standardOutput.write(Data("ready \(folder)/socket\n".utf8))
            }
        }
    }

    /// A folder of this user's own.
    private static func temporaryFolder() throws -> String {
        let named = ProcessInfo.processInfo.environment["TMPDIR"] ?? ""
        // A socket's path has 107 bytes at the most.
        let root = (1...80).contains(named.utf8.count) ? named : "/tmp"
        var template = Array((root + "/refineryd-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else {
            throw RefineryError(
                .output, "cannot make a folder in \(root): \(String(cString: strerror(errno)))",
                hint: "set TMPDIR")
        }
        return template.withUnsafeBufferPointer { buffer in
            String(decoding: buffer.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
    }
}

/// The service that ends when standard input does: with the process that started this one.
struct InputWatch: Service {
    /// Runs until shutdown, or until nobody holds the other end of standard input any more.
    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while !hasEnded() { try await Task.sleep(for: .milliseconds(10)) }
        }
    }

    private func hasEnded() -> Bool {
        var wait = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        guard poll(&wait, 1, 0) > 0 else { return false }
        var byte: UInt8 = 0
        return read(STDIN_FILENO, &byte, 1) <= 0
    }
}

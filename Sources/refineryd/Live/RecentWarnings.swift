import Foundation
import Logging
import Synchronization

/// The newest warnings and errors that the daemon has logged, for the live page.
final class RecentWarnings: Sendable {
    /// One of them.
    struct Entry: Sendable, Equatable, Encodable {
        /// When, ms since 1970, UTC.
        var time: Int64
        /// `warning`, `error` or `critical`.
        var level: String
        /// The message with its metadata, as the log has it.
        var text: String
    }

    private static let most = 20
    private let kept = Mutex<[Entry]>([])

    /// The newest first.
    var entries: [Entry] { kept.withLock { $0.reversed() } }

    /// Keeps a message in place of the oldest.
    func add(level: Logger.Level, _ text: String) {
        let entry = Entry(
            time: Int64(Date().timeIntervalSince1970 * 1000), level: level.rawValue,
            text: String(text.prefix(1000)))
        kept.withLock { kept in
            kept.append(entry)
            if kept.count > Self.most { kept.removeFirst() }
        }
    }
}

/// Hands warnings on to ``RecentWarnings``, beside the handler that writes the log.
struct WarningTap: LogHandler {
    let warnings: RecentWarnings
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.warning

    /// A tap for some warnings.
    init(_ warnings: RecentWarnings) {
        self.warnings = warnings
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        guard event.level >= .warning else { return }
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let words = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }
        warnings.add(level: event.level, "\(event.message)" + words.joined())
    }
}

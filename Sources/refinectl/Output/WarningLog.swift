import Logging
import Refinery

/// The library's log on a command line: warnings and errors as lines on stderr, nothing else.
struct WarningLog: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .warning
    private let reporter: ProgressReporter

    /// A log that does not disturb the progress of `reporter`.
    init(_ reporter: ProgressReporter) {
        self.reporter = reporter
    }

    /// A logger with such a log.
    static func logger(_ reporter: ProgressReporter) -> Logger {
        Logger(label: "refinectl") { _ in WarningLog(reporter) }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one line.
    func log(event: LogEvent) {
        let details = metadata.merging(event.metadata ?? [:]) { $1 }
            .sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
        let word = event.level >= .error ? "error" : "warning"
        reporter.note(
            NumberText.printable(
                "\(word): \(event.message)" + (details.isEmpty ? "" : " (\(details))")))
    }
}

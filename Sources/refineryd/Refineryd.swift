import ArgumentParser
import Foundation
import Logging
import Refinery
import TeacherInference

/// `refineryd`: parses the command line and nothing else.
@main
struct Refineryd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refineryd",
        abstract: "Scores a corpus with a teacher and a reference model, and keeps the scores.",
        usage: """
            refineryd --config FILE [--drain] [--store PATH] [--socket PATH] \
            [--teacher MODEL] [--reference MODEL] [--threads N]
            refineryd check-config --config FILE
            refineryd check --store PATH [--repair]
            """,
        version: refineryVersion,
        subcommands: [Run.self, CheckConfig.self, Check.self, Serve.self],
        defaultSubcommand: Run.self)

    /// Parses, runs and ends: 0 done, 1 failed or refused, 64 usage.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            let code = exitCode(for: error)
            guard code == .validationFailure else { exit(withError: error) }
            // The parser says "Error: …", then the usage; both programs begin in lower case.
            let text = fullMessage(for: error)
            let words = text.hasPrefix("Error: ") ? "error: " + text.dropFirst(7) : text
            FileHandle.standardError.write(Data((words + hint + "\n").utf8))
            Foundation.exit(code.rawValue)
        }
    }

    /// The command that may have been meant by one that there is not.
    private static var hint: String {
        guard let word = CommandLine.arguments.dropFirst().first, !word.hasPrefix("-") else {
            return ""
        }
        let names =
            configuration.subcommands.filter { $0.configuration.shouldDisplay }
            .map { $0._commandName }
            + ["help"]
        guard !names.contains(word), let near = NearestName.of(word, among: names) else {
            return ""
        }
        return "\nhint: did you mean refineryd \(near)?"
    }
}

/// Runs the daemon; what `refineryd` does without a command.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the daemon (the default).")

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Exit 0 once nothing is left to do.")
    var drain = false

    func run() async throws {
        try await reportingErrors {
            let configuration = try options.effective()
            let level = Logger.Level(rawValue: configuration.logLevel) ?? .info
            CutFiles.explain(program: "refineryd")
            let warnings = RecentWarnings()
            LoggingSystem.bootstrap { label in
                MultiplexLogHandler([
                    StreamLogHandler.standardError(label: label), WarningTap(warnings),
                ])
            }
            var logger = Logger(label: "refineryd")
            logger.logLevel = level
            try await Daemon(
                configuration: configuration, work: drain ? .drain : .score, logger: logger,
                warnings: warnings
            ).run()
        }
    }
}

/// Prints the effective values, or why `run` would refuse them.
struct CheckConfig: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Print the effective values, or why the daemon would refuse them.",
        discussion: """
            Both models are read, too: a file that is missing, a pair that cannot be compared or a \
            context that is too short for max_tokens is a problem.
            """)

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        try await reportingErrors {
            let configuration = try options.effective()
            let pipeline = configuration.pipeline
            let logger = Logger(label: "refineryd") { StreamLogHandler.standardError(label: $0) }
            try await BlockingThreads().query {
                try pipeline.checkModels(logger: logger) { throw $0 }
            }
            print(configuration)
        }
    }
}

/// Runs `body`; an error goes to stderr with its hint, and the exit code is 1 (64 for usage).
func reportingErrors(_ body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch let error as ValidationError {
        throw error
    } catch let code as ExitCode {
        throw code
    } catch {
        FileHandle.standardError.write(Data("error: \(error)\n".utf8))
        throw ExitCode(1)
    }
}

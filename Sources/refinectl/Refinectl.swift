import ArgumentParser
import Foundation
import Refinery
import TeacherInference

/// The command line: a client of refineryd, and the commands that need no daemon.
@main
struct Refinectl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refinectl",
        abstract: "Refine a corpus for pre-training by difference scoring.",
        discussion: """
            From file to file, without a daemon:
              refinectl refine corpus.jsonl --teacher teacher.gguf --reference small/ \\
                --ratio 0.5 --output refined.jsonl.zst

            With refineryd running:
              refinectl enqueue corpus.jsonl.gz --wait
              refinectl export --ratio 0.5 --output refined.jsonl.zst

            On the store that `refine --store` left, without a daemon:
              refinectl report --store corpus.db --selection NAME --output report.html

            Exit codes: 0 done, 1 failed or refused, 64 usage, 69 daemon unreachable, 75 stopped by \
            SIGTERM: the same command goes on (score-shard).
            Results go to stdout, everything else to stderr. With --json an error is also printed \
            on stdout, as {"error": …, "hint": …}.
            """,
        version: refineryVersion,
        groupedSubcommands: [
            CommandGroup(
                name: "Through refineryd",
                subcommands: [
                    Enqueue.self, Status.self, Export.self, Scores.self, ImportColumn.self,
                    Columns.self, Corpora.self, Selections.self, Report.self, Explain.self,
                    Models.self, Jobs.self, Rejects.self, Retry.self, Cancel.self, Pause.self,
                    Resume.self, Delete.self,
                ]),
            CommandGroup(
                name: "Without a daemon",
                subcommands: [
                    Estimate.self, Refine.self, ScoreShard.self, ImportScores.self,
                    SelectShards.self, ExportShard.self, TrainReference.self, Prove.self,
                    Score.self, Tokenize.self, Verify.self,
                    Inspect.self, Bench.self,
                ]),
        ])

    @OptionGroup var daemon: DaemonOptions

    /// Parses, runs and ends with the contract's exit codes.
    static func main() async {
        // A reader of our stdout that goes away is told by write(2); NIO's sockets need it, too.
        signal(SIGPIPE, SIG_IGN)
        CutFiles.explain(program: "refinectl")
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            var command = try await asyncParseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            let code = report(error, arguments: arguments)
            ServedStore.end()
            Foundation.exit(code)
        }
        ServedStore.end()
    }

    /// Says on stderr what went wrong and returns the exit code.
    static func report(_ error: any Error, arguments: [String]) -> Int32 {
        if let code = error as? ExitCode { return code.rawValue }
        let failure: Failure
        switch exitCode(for: error) {
        case .success:
            StandardOutput.write(fullMessage(for: error) + "\n")
            return 0
        case .validationFailure:
            if let misspelling = Misspelling.find(in: arguments) {
                failure = misspelling.failure
                StandardOutput.writeError(failure.rendered)
                break
            }
            // "Error: …", then the usage; the contract's first word is in lower case.
            let text = fullMessage(for: error)
            let words = message(for: error)
            StandardOutput.writeError(
                text.hasPrefix("Error: ") ? "error: " + text.dropFirst(7) + "\n" : text + "\n")
            failure = .usage(words)
        default:
            failure = Failure(error)
            StandardOutput.writeError(failure.rendered)
        }
        if arguments.prefix(while: { $0 != "--" }).contains("--json") {
            StandardOutput.write(failure.json)
        }
        return failure.exitCode
    }
}

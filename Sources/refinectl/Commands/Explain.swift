import ArgumentParser
import Foundation
import Refinery
import TeacherInference

/// `refinectl explain`.
struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show one chunk: where it comes from, its columns, what decides about it.",
        discussion: """
            CHUNK is a row's chunk_id of `refinectl scores`, or the number of a chunk in a \
            report. With --selection: the rule's filters and guards, whether the chunk is kept, \
            its rank, or the step that removed it. Its text follows, each token coloured by its \
            difference, as in a report; the tokens are scored again here, by the models that the \
            daemon named, which --plain leaves out. What could act on the terminal is spelled \
            out, such as \\u{1b}.

            Examples:
              refinectl explain 4711
              refinectl explain 4711 --selection default-ratio-0.5 --tokens
              refinectl explain 4711 --color always | less -R
              refinectl explain 4711 --json | jq .columns
            """)

    @OptionGroup var daemon: DaemonOptions
    @OptionGroup var place: StoreOptions
    @OptionGroup var output: JSONOptions
    @OptionGroup var colors: ColorOptions
    @OptionGroup var fields: FieldOptions
    @OptionGroup var engines: PairEngineOptions

    @Argument(help: "The chunk's number.")
    var chunk: Int64

    @Option(help: ArgumentHelp("What became of it in this selection.", valueName: "name"))
    var selection: String?

    @Flag(help: "List every token with its id and both models' NLLs.")
    var tokens = false

    @Flag(help: "Leave the tokens out, and scoring them.")
    var plain = false

    /// Refuses what cannot be meant.
    func validate() throws {
        guard chunk > 0 else { throw ValidationError("a chunk's number is above 0, not \(chunk)") }
        guard selection?.isEmpty != true else {
            throw ValidationError("--selection must not be empty")
        }
        guard !(tokens && plain) else {
            throw ValidationError("--plain leaves out the tokens that --tokens lists")
        }
    }

    /// Asks the daemon, scores the tokens, prints.
    func run() async throws {
        let report = try await place.client(daemon).send(
            API.chunk, String(chunk), query: [("selection", selection)])
        let found = plain ? nil : try tokens(of: report)
        guard !output.json else {
            return StandardOutput.write(
                JSONOutput.line(ChunkExplanation(report: report, tokens: found)))
        }
        var text = ChunkTable.render(report) + "\n"
        let palette = colors.palette
        if let palette, found != nil { text += ShadedText.legend(palette) + "\n" }
        text += ShadedText.render(
            Array(report.text.utf8), found?.differences ?? [], palette)
        if tokens, let found { text += "\n" + ChunkTable.tokens(found) }
        StandardOutput.write(text)
    }

    /// The chunk's tokens by both models; nil where they cannot be asked.
    private func tokens(of report: ChunkReport) throws -> ChunkTokens? {
        guard
            let pair = try TokenDifferences.load(
                report.models, ignoredConfig: fields.ignored, engines: engines)
        else { return nil }
        let reporter = ProgressReporter()
        reporter.update(ProgressSnapshot(stage: "scoring the tokens"))
        defer { reporter.finish() }
        let text = Array(report.text.utf8)
        let (teacher, reference) = try pair.traces(of: text)
        return ChunkTokens(text: text, teacher: teacher, reference: reference)
    }
}

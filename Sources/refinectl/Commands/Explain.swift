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
            report; - reads a chunk's whole text from stdin. --document takes an id as exports \
            print it (id), with --ordinal the place of the chunk in it (chunk). With --selection: the rule's filters and guards, whether the chunk is kept, \
            its rank, or the step that removed it. Its text follows, each token coloured by its \
            difference, as in a report; the tokens are scored again here, by the models that the \
            daemon named, which --plain leaves out. What could act on the terminal is spelled \
            out, such as \\u{1b}.

            Examples:
              refinectl explain 4711
              refinectl explain 4711 --selection default-ratio-0.5 --tokens
              refinectl explain --document web-17 --ordinal 2 --selection default-ratio-0.5
              head -1 refined.jsonl | jq -j .text | refinectl explain - --plain
              refinectl explain 4711 --color always | less -R
              refinectl explain 4711 --json | jq .columns
            """)

    @OptionGroup var daemon: DaemonOptions
    @OptionGroup var place: StoreOptions
    @OptionGroup var output: JSONOptions
    @OptionGroup var colors: ColorOptions
    @OptionGroup var fields: FieldOptions
    @OptionGroup var engines: PairEngineOptions

    @Argument(help: "The chunk's number, or - for its text on stdin.")
    var chunk: String?

    @Option(help: ArgumentHelp("The chunk's document, as exports name it.", valueName: "id"))
    var document: String?

    @Option(help: ArgumentHelp("Which chunk of the document, from 0.", valueName: "n"))
    var ordinal: Int?

    @Option(
        help: ArgumentHelp("The document's corpus, if several have it.", valueName: "name"),
        completion: NameCompletion.corpora)
    var corpus: String?

    @Option(
        help: ArgumentHelp("What became of it in this selection.", valueName: "name"),
        completion: NameCompletion.selections)
    var selection: String?

    @Flag(help: "List every token with its id and both models' NLLs.")
    var tokens = false

    @Flag(help: "Leave the tokens out, and scoring them.")
    var plain = false

    /// Refuses what cannot be meant.
    func validate() throws {
        guard !plain || engines.isEmpty else {
            throw ValidationError(
                "--plain leaves out the tokens that an engine would be asked for")
        }
        guard (chunk == nil) != (document == nil) else {
            throw ValidationError("give a chunk's number, - for its text, or --document ID")
        }
        if let chunk, chunk != "-", (Int64(chunk) ?? 0) <= 0 {
            throw ValidationError(
                "a chunk's number is a whole number above 0, not \(chunk); --document takes a "
                    + "document's id")
        }
        guard document != nil || (ordinal == nil && corpus == nil) else {
            throw ValidationError("--ordinal and --corpus go with --document")
        }
        guard document?.isEmpty != true, corpus?.isEmpty != true, (ordinal ?? 0) >= 0 else {
            throw ValidationError(
                "--document and --corpus must not be empty, nor --ordinal below 0")
        }
        guard selection?.isEmpty != true else {
            throw ValidationError("--selection must not be empty")
        }
        guard !(tokens && plain) else {
            throw ValidationError("--plain leaves out the tokens that --tokens lists")
        }
    }

    /// Asks the daemon, scores the tokens, prints.
    func run() async throws {
        let client = place.client(daemon)
        let report = try await client.send(
            API.chunk, String(try await number(client)), query: [("selection", selection)])
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

    /// The chunk's number, asked for where something else was given.
    private func number(_ client: Client) async throws -> Int64 {
        if let chunk, let number = Int64(chunk) { return number }
        let found: [ChunkName]
        let what: String
        if let document {
            what =
                "chunk\(ordinal.map { " \($0)" } ?? "") of a document \(NumberText.printable(document))"
                + (corpus.map { " in the corpus \(NumberText.printable($0))" } ?? "")
            found = try await client.send(
                API.chunks,
                query: [
                    ("document", document), ("ordinal", ordinal.map(String.init)),
                    ("corpus", corpus),
                ])
        } else {
            what = "chunk with the text on stdin"
            found = try await Self.found(ofText: try Self.text(), client)
        }
        guard let first = found.first else {
            throw Failure(
                "there is no \(what)",
                hint: document == nil
                    ? "a chunk is known by its whole text, byte by byte"
                    : "exports and `refinectl scores` print ids and ordinals as they are")
        }
        // Duplicates of one text are explained alike; pieces of a document are not.
        guard found.count == 1 || document == nil else {
            let names = found.prefix(8).map {
                "\($0.chunk) (chunk \($0.ordinal) of \(NumberText.printable($0.corpus)))"
            }
            throw Failure(
                "\(found.count == SelectionStage.mostFound ? "at least " : "")\(found.count) "
                    + "chunks match: " + names.joined(separator: ", ")
                    + (found.count > names.count ? " …" : ""),
                hint: "give one of the numbers, or --ordinal and --corpus")
        }
        return first.chunk
    }

    /// The chunks of a text, or of the text without the line break that an editor or echo adds.
    private static func found(ofText text: [UInt8], _ client: Client) async throws -> [ChunkName] {
        let found = try await client.send(
            API.chunks, query: [("sha256", Hex.sha256(of: text))])
        guard found.isEmpty, text.last == 0x0A else { return found }
        return try await client.send(
            API.chunks, query: [("sha256", Hex.sha256(of: Array(text.dropLast())))])
    }

    /// Standard input; longer than any chunk is refused.
    private static func text() throws -> [UInt8] {
        let most = 64 << 20
        let data = try FileHandle.standardInput.read(upToCount: most + 1) ?? Data()
        guard data.count <= most else {
            throw Failure("the text on stdin is longer than any chunk")
        }
        return Array(data)
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

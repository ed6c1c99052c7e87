import ArgumentParser
import Refinery

/// `refinectl import-column NAME FILE`.
struct ImportColumn: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import-column",
        abstract: "Bring a column of your own: a rater's scores, a classifier's categories.",
        discussion: """
            FILE holds a line a chunk, {"id": "doc-7", "chunk": 0, "value": 0.83}, with the id \
            and the chunk's number as `scores` and `export` print them; without `chunk` the value \
            is the whole document's. Values are numbers, for --where and --score, or strings, for \
            --mix-by. Importing the file again adds nothing, and goes on where it broke off.

            Examples:
              refinectl import-column mates influence.jsonl.zst
              refinectl export --score difference:1,mates:0.5 --ratio 0.5 --output out.jsonl
              refinectl import-column topic topics.jsonl --value-field label
              refinectl export --mix math=0.3,code=0.7 --mix-by topic --ratio 0.5 --output out.jsonl

            With --json: {"job", "column", "kind", "added", "unchanged", "replaced", "rejected", …}.
            """)

    @OptionGroup var daemon: DaemonOptions
    @OptionGroup var place: StoreOptions
    @OptionGroup var output: JSONOptions

    @Argument(help: "The column's name: letters, digits, _, - and dots.")
    var name: String

    @Argument(
        help: ArgumentHelp(
            ".jsonl, .jsonl.gz, .jsonl.zst, .parquet, or - for stdin.", valueName: "file"))
    var path: String

    @Option(
        help: ArgumentHelp("The corpus that the ids are of.", valueName: "name"),
        completion: NameCompletion.corpora)
    var corpus = "default"

    @Option(
        help: ArgumentHelp("The field with the document's id; may be dotted.", valueName: "field"))
    var idField = "id"

    @Option(
        help: ArgumentHelp(
            "The field that counts its chunks, from 0 (default: chunk).", valueName: "field"))
    var chunkField: String?

    @Option(help: ArgumentHelp("The field with the value.", valueName: "field"))
    var valueField = "value"

    @Flag(help: "Take another value for a chunk instead of rejecting it.")
    var replace = false

    @Flag(help: "Exit with 1 if any line was rejected.")
    var strict = false

    /// Refuses names that cannot be meant.
    func validate() throws {
        try ValidationError.rethrow { try Column.checkImportable(name) }
        for (option, field) in [
            ("--id-field", idField), ("--chunk-field", chunkField ?? "chunk"),
            ("--value-field", valueField),
            ("--corpus", corpus),
        ] where field.isEmpty {
            throw ValidationError("\(option) must not be empty")
        }
    }

    /// Uploads the file and says what became of it.
    func run() async throws {
        let source = try source()
        let display = UploadDisplay(
            total: source.isStandardInput ? nil : FileReader.size(path: source.path), files: 1,
            counting: "line")
        let watch = InterruptWatch { number in
            StandardOutput.writeError(
                "\ninterrupted while uploading; import the same file again to go on\n")
            StandardOutput.endBySignal(number)
        }
        defer { watch.stop() }
        display.begin(source)
        let summary = try await place.client(daemon).upload(
            API.importColumn,
            query: [
                ("name", name), ("corpus", corpus), ("file", source.displayName),
                ("compression", source.compression.rawValue), ("id_field", idField),
                ("chunk_field", chunkField), ("value_field", valueField),
                ("replace", replace ? "1" : "0"),
            ], repeats: FileReader.size(path: source.path) != nil,
            body: Client.body(of: source, fields: nil, display))
        display.end(documents: summary.lines)
        display.finish()
        if output.json {
            StandardOutput.write(JSONOutput.line(summary))
        } else {
            StandardOutput.write(Self.words(summary))
        }
        for (_, field) in summary.missingFields ?? [:] {
            StandardOutput.writeError(
                NumberText.printable(
                    "warning: \(summary.file): no line has the field \(field) (--chunk-field), so "
                        + "each value is its whole document's") + "\n")
        }
        if strict, summary.rejected > 0 {
            throw Failure(
                "\(NumberText.counted(summary.rejected, "line")) of \(source.displayName) "
                    + (summary.rejected == 1 ? "was rejected" : "were rejected"),
                hint: "refinectl rejects says which and why")
        }
    }

    private func source() throws -> CorpusSource {
        if path == "-" { return .standardInput }
        guard let source = CorpusSource(path: path, displayName: path), source.format == .jsonl
        else {
            throw Failure(
                "cannot import \(NumberText.printable(path)): it is not .jsonl, .jsonl.gz, .jsonl.zst or .parquet",
                hint: "convert it, or pipe JSONL to `refinectl import-column \(name) -`")
        }
        return source
    }

    /// What became of the file, for people.
    static func words(_ summary: ColumnImportSummary) -> String {
        let kind = summary.kind.map { $0 == .number ? "numbers" : "categories" } ?? "no values"
        return
            "column \(summary.column) (\(kind)): "
            + (summary.resumed > 0
                ? "went on behind line \(NumberText.count(summary.resumed)), " : "")
            + "\(NumberText.counted(summary.added, "chunk")) added, "
            + "\(NumberText.count(summary.unchanged)) unchanged, "
            + (summary.replaced > 0 ? "\(NumberText.count(summary.replaced)) replaced, " : "")
            + "\(NumberText.counted(summary.rejected, "line")) rejected"
            + (summary.rejected > 0 ? " (refinectl rejects says why)\n" : "\n")
    }
}

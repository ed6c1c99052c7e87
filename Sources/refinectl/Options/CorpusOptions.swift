import ArgumentParser
import Refinery

/// Which files are read and how: shared by `enqueue` and `refine`.
struct CorpusOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            ".jsonl, .ndjson, .json (also .gz, .zst, .xz, .bz2), .parquet, .txt, folders of them, or - for JSONL from stdin.",
            valueName: "path"))
    var paths: [String]

    @Option(help: ArgumentHelp("The field with the text; may be dotted.", valueName: "field"))
    var textField = "text"

    @Option(
        help: ArgumentHelp("The field with the document's id (default: id).", valueName: "field"))
    var idField: String?

    @Flag(help: "Make ids from file and line, for shards that each number theirs from 0.")
    var noIdField = false

    @Option(help: ArgumentHelp("The field with the domain (default: domain).", valueName: "field"))
    var domainField: String?

    @Option(
        help: ArgumentHelp(
            "The corpus (default: default; must be named for stdin).", valueName: "name"),
        completion: NameCompletion.corpora)
    var corpus: String?

    @Option(
        help: ArgumentHelp(
            "Make columns of these fields, such as language_score,dump, or all for each number and string; rules call them field.NAME.",
            valueName: "fields"),
        transform: { text in try ValidationError.rethrow { try KeptFields(text) } })
    var keep: KeptFields?

    @Flag(help: "Exit with 1 if any line was rejected.")
    var strict = false

    @Flag(
        help: "Take over another text, domain or other fields of a known id instead of leaving it.")
    var replace = false

    /// Refuses names that cannot be meant.
    func validate() throws {
        for (option, name) in [
            ("--text-field", textField), ("--id-field", idField ?? "id"),
            ("--domain-field", domainField ?? "domain"),
            ("--corpus", corpus ?? "default"),
        ] where name.isEmpty {
            throw ValidationError("\(option) must not be empty")
        }
        guard idField == nil || !noIdField else {
            throw ValidationError("--id-field and --no-id-field contradict each other")
        }
        guard paths.count(where: { $0 == "-" }) <= 1 else {
            throw ValidationError("stdin can be read once: give - once")
        }
        guard !paths.contains("-") || corpus != nil else {
            throw ValidationError("stdin has no name of its own: name its corpus with --corpus")
        }
    }

    /// The corpus that takes the documents.
    var corpusName: String { corpus ?? "default" }

    /// The three fields of a line.
    var fields: FieldNames {
        var fields = FieldNames(
            text: textField, id: idField ?? "id", domain: domainField ?? "domain")
        fields.readsID = !noIdField
        return fields
    }

    /// The files that the paths stand for.
    func listing() throws -> CorpusListing {
        let listing = try CorpusListing(paths: paths, hasCorpus: corpus != nil)
        if let (first, second) = listing.namesakes {
            throw Failure.usage(
                "\(first.path) and \(second.path) are both called \(first.displayName) in corpus "
                    + "\(corpusName), and documents without an id are named after that",
                hint: "name the folder above both, or give each a --corpus of its own")
        }
        if !listing.skipped.isEmpty {
            let more = listing.skipped.count > 1 ? " and \(listing.skipped.count - 1) more" : ""
            StandardOutput.writeError(
                "note: passed over \(listing.skipped[0])\(more): not \(CorpusSource.accepted)\n")
        }
        return listing
    }
}

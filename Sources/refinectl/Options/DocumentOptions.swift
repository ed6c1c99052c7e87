import ArgumentParser
import Refinery

/// Which files are read for their texts alone, and how.
struct DocumentOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            ".jsonl, .ndjson, .json (also .gz, .zst, .xz, .bz2), .parquet, .txt, or folders of them.",
            valueName: "path"))
    var paths: [String]

    @Option(help: ArgumentHelp("The field with the text; may be dotted.", valueName: "field"))
    var textField = "text"

    @Option(help: ArgumentHelp("The field with the domain (default: domain).", valueName: "field"))
    var domainField: String?

    /// Refuses names that cannot be meant.
    func validate() throws {
        guard !textField.isEmpty, domainField?.isEmpty != true else {
            throw ValidationError("the name of a field must not be empty")
        }
        guard !paths.contains("-") else {
            throw ValidationError(
                "stdin has no size and can be read once: write the corpus to a file")
        }
    }

    /// The fields of a line.
    var fields: FieldNames {
        var fields = FieldNames(text: textField, id: "id", domain: domainField ?? "domain")
        // Ids are of no use here, and two of one name are no reject.
        fields.readsID = false
        return fields
    }

    /// The files that the paths stand for.
    func listing() throws -> CorpusListing {
        try CorpusListing(paths: paths, hasCorpus: false)
    }
}

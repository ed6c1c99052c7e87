import ArgumentParser
import Refinery
import TrainerFormats

/// Which shard is read and how.
struct ShardOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "One file: .jsonl, .ndjson, .json (also .gz, .zst, .xz, .bz2), .parquet or .txt.",
            valueName: "path"))
    var path: String

    @Option(help: ArgumentHelp("The field with the text; may be dotted.", valueName: "field"))
    var textField = "text"

    @Option(
        help: ArgumentHelp("The field with the document's id (default: id).", valueName: "field"))
    var idField: String?

    @Flag(help: "Make ids from file and line, for shards that each number theirs from 0.")
    var noIdField = false

    @Option(help: ArgumentHelp("The field with the domain (default: domain).", valueName: "field"))
    var domainField: String?

    @Option(help: ArgumentHelp("The corpus (default: default).", valueName: "name"))
    var corpus: String?

    /// Refuses names that cannot be meant.
    func validate() throws {
        for (option, name) in [
            ("--text-field", textField), ("--id-field", idField ?? "id"),
            ("--domain-field", domainField ?? "domain"),
        ] where name.isEmpty {
            throw ValidationError("\(option) must not be empty")
        }
        guard idField == nil || !noIdField else {
            throw ValidationError("--id-field and --no-id-field contradict each other")
        }
        guard path != "-" else {
            throw ValidationError(
                "a shard is a file: its SHA-256 tells whether it was scored already")
        }
        try ValidationError.rethrow { _ = try Name(corpusName, of: .corpus) }
    }

    /// The corpus that the documents belong to.
    var corpusName: String { corpus ?? "default" }

    /// The three fields of a line.
    var fields: FieldNames {
        var fields = FieldNames(
            text: textField, id: idField ?? "id", domain: domainField ?? "domain")
        fields.readsID = !noIdField
        return fields
    }

    /// The file.
    ///
    /// It is called by its name alone, wherever it lies: what is made of it is to be the same on
    /// every machine.
    ///
    /// - Throws: `Failure` or `RefineryError` where it is none that can be read.
    func source() throws -> CorpusSource {
        guard FileReader.size(path: path) != nil else {
            _ = try CorpusListing(paths: [path], hasCorpus: true)
            throw Failure(
                "\(path) is no file: a shard is one file",
                hint: "run the command once for every file of a folder")
        }
        guard var source = try CorpusListing(paths: [path], hasCorpus: true).sources.first else {
            throw Failure("cannot read \(path)")
        }
        source.displayName = FilePath.name(of: path)
        return source
    }
}

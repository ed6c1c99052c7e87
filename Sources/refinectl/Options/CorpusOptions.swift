import ArgumentParser
import Refinery

/// Which files are read and how: shared by `enqueue` and `refine`.
struct CorpusOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            ".jsonl, .jsonl.gz, .jsonl.zst, .txt, folders of them, or - for JSONL from stdin.",
            valueName: "path"))
    var paths: [String]

    @Option(help: ArgumentHelp("The field with the text; may be dotted.", valueName: "field"))
    var textField = "text"

    @Option(help: ArgumentHelp("The field with the document's id.", valueName: "field"))
    var idField = "id"

    @Option(help: ArgumentHelp("The field with the domain.", valueName: "field"))
    var domainField = "domain"

    @Option(
        help: ArgumentHelp(
            "The corpus (default: default; must be named for stdin).", valueName: "name"))
    var corpus: String?

    @Flag(help: "Exit with 1 if any line was rejected.")
    var strict = false

    @Flag(help: "Take a known id with another text as a new version instead of rejecting it.")
    var replace = false

    /// Refuses names that cannot be meant.
    func validate() throws {
        for (option, name) in [
            ("--text-field", textField), ("--id-field", idField), ("--domain-field", domainField),
            ("--corpus", corpus ?? "default"),
        ] where name.isEmpty {
            throw ValidationError("\(option) must not be empty")
        }
        guard !paths.contains("-") || corpus != nil else {
            throw ValidationError("stdin has no name of its own: name its corpus with --corpus")
        }
    }

    /// The corpus that takes the documents.
    var corpusName: String { corpus ?? "default" }

    /// The three fields of a line.
    var fields: FieldNames { FieldNames(text: textField, id: idField, domain: domainField) }

    /// The files that the paths stand for.
    func listing() throws -> CorpusListing {
        let listing = try CorpusListing(paths: paths, hasCorpus: corpus != nil)
        if !listing.skipped.isEmpty {
            let more = listing.skipped.count > 1 ? " and \(listing.skipped.count - 1) more" : ""
            StandardOutput.writeError(
                "note: passed over \(listing.skipped[0])\(more): not \(CorpusSource.accepted)\n")
        }
        return listing
    }
}

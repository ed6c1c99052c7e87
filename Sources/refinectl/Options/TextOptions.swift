import ArgumentParser
import Refinery

/// Texts for `score` and `tokenize`.
struct TextOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "JSONL (.gz, .zst), a .txt file as one text, or - for JSONL from stdin.",
            valueName: "path"))
    var path = "-"

    @Option(help: ArgumentHelp("The field with the text; may be dotted.", valueName: "field"))
    var textField = "text"

    @Option(help: ArgumentHelp("The field with the id (default: id).", valueName: "field"))
    var idField: String?

    /// Refuses names that cannot be meant.
    func validate() throws {
        guard !textField.isEmpty else { throw ValidationError("--text-field must not be empty") }
        guard idField?.isEmpty != true else {
            throw ValidationError("--id-field must not be empty")
        }
        guard !path.isEmpty else { throw ValidationError("the path is empty") }
    }

    /// The texts, opened.
    func open() throws -> TextReader {
        try TextReader(
            path: path, fields: FieldNames(text: textField, id: idField ?? "id"),
            namesID: idField != nil)
    }
}

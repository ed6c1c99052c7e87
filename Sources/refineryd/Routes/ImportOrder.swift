import HTTPTypes
import Hummingbird
import Refinery

/// What a client asks of an import: the query of `POST /v1/imports`, checked.
struct ImportOrder: Sendable {
    /// How the bytes are to be read.
    enum Format: String, CaseIterable, Sendable {
        /// One JSON object a line.
        case jsonl
        /// The whole file is one document.
        case text
    }

    /// How the bytes are compressed.
    enum Compression: String, CaseIterable, Sendable {
        case none, gzip, zstd
    }

    var corpus: String
    var file: String
    var format: Format
    var compression: Compression
    var textField: String
    var idField: String
    var domainField: String
    var replace: Bool
    var maxLineBytes: Int

    /// Reads the query of a request.
    init(_ request: Request, configuration: Configuration) throws {
        let parameters = try RequestParameters(
            request,
            known: [
                "corpus", "file", "format", "compression", "text_field", "id_field",
                "domain_field", "replace",
            ])
        guard let file = parameters.text("file") else {
            throw RequestError(
                .badRequest, "parameter file is missing",
                hint: "the file's name as rejects are to print it, such as file=a.jsonl")
        }
        self.file = file
        corpus = try parameters.corpus() ?? "default"
        format = try parameters.choice("format", default: .jsonl)
        compression = try parameters.choice("compression", default: .none)
        textField = try parameters.field("text_field") ?? "text"
        idField = try parameters.field("id_field") ?? "id"
        domainField = try parameters.field("domain_field") ?? "domain"
        replace = try parameters.flag("replace")
        maxLineBytes = configuration.maxLineBytes
    }
}

import HTTPTypes
import Hummingbird
import Refinery

/// What a client asks of an import: the query of `POST /v1/imports`, checked.
struct ImportOrder: Sendable {
    /// The corpus that takes the documents.
    var corpus: String
    /// The file's name as rejects print it.
    var file: String
    /// What the store calls the file, where that is more than the name that ids are made of.
    var path: String?
    /// How the bytes are to be read.
    var options = Importer.Options()
    /// Whether another text for a known id is a new version.
    var replace: Bool

    /// Reads the query of a request.
    init(_ parameters: RequestParameters, configuration: Configuration) throws {
        guard let file = parameters.text("file") else {
            throw RequestError(
                .badRequest, "parameter file is missing",
                hint: "the file's name as rejects are to print it, such as file=a.jsonl")
        }
        self.file = file
        path = parameters.text("path")
        corpus = try parameters.corpus() ?? "default"
        replace = try parameters.flag("replace")
        options.format = try parameters.choice("format", default: .jsonl)
        options.compression = try parameters.choice("compression", default: .none)
        options.fields.text = try parameters.field("text_field") ?? options.fields.text
        options.fields.id = try parameters.field("id_field") ?? options.fields.id
        options.fields.domain = try parameters.field("domain_field") ?? options.fields.domain
        options.namesID = parameters.text("id_field") != nil
        options.namesDomain = parameters.text("domain_field") != nil
        options.fields.readsID = try !parameters.flag("no_id_field")
        guard options.fields.readsID || !options.namesID else {
            throw RequestError(.badRequest, "id_field and no_id_field contradict each other")
        }
        options.kept = try parameters.text("keep").map(KeptFields.init) ?? KeptFields()
        options.maxLineBytes = configuration.maxLineBytes
        options.maxWindowBytes = configuration.maxWindowBytes
    }
}

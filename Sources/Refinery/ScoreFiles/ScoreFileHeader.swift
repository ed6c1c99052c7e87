/// The first line of a score file: which shard was scored, by which models, cut by which chunker.
///
/// docs/score-files.md is the contract.
public struct ScoreFileHeader: Codable, Sendable, Equatable {
    /// The version of the form that this program writes and reads.
    public static let schema = 1

    /// The version of the form.
    public var schema = Self.schema
    /// The program that wrote it, with its version.
    public var writer: String
    /// The shard.
    public var shard: ScoreFileShard
    /// How its documents were cut.
    public var chunker: ScoreFileChunker
    /// The teacher.
    public var teacher: ScoreFileModel
    /// The reference.
    public var reference: ScoreFileModel

    /// A header of the given parts.
    public init(
        writer: String, shard: ScoreFileShard, chunker: ScoreFileChunker, teacher: ScoreFileModel,
        reference: ScoreFileModel
    ) {
        self.writer = writer
        self.shard = shard
        self.chunker = chunker
        self.teacher = teacher
        self.reference = reference
    }
}

/// The file that was scored, and how its lines were read.
public struct ScoreFileShard: Codable, Sendable, Equatable {
    /// The corpus that its documents belong to.
    public var corpus: String
    /// The file's name, without its folder: a shard may lie elsewhere on every machine.
    public var file: String
    /// The file's bytes, as they stand on the disk.
    public var bytes: Int64
    /// SHA-256 of these bytes, 64 hexadecimal digits.
    public var sha256: String
    /// The field with the text.
    public var textField: String
    /// The field with the document's id; nil where ids are made of file and line.
    @NullEncoded public var idField: String?
    /// The field with the domain.
    public var domainField: String

    private enum CodingKeys: String, CodingKey {
        case corpus, file, bytes, sha256
        case textField = "text_field"
        case idField = "id_field"
        case domainField = "domain_field"
    }

    /// A file of a corpus, read with the given fields.
    public init(corpus: String, file: String, bytes: Int64, sha256: String, fields: FieldNames) {
        self.corpus = corpus
        self.file = file
        self.bytes = bytes
        self.sha256 = sha256
        textField = fields.text
        domainField = fields.domain
        _idField = NullEncoded(wrappedValue: fields.readsID ? fields.id : nil)
    }
}

/// What cut the documents.
public struct ScoreFileChunker: Codable, Sendable, Equatable {
    /// SHA-256 of all that decides the cuts, 64 hexadecimal digits.
    public var fingerprint: String
    /// The most tokens of a chunk.
    public var maxTokens: Int

    private enum CodingKeys: String, CodingKey {
        case fingerprint
        case maxTokens = "max_tokens"
    }

    /// A chunker with a fingerprint and a maximum.
    public init(fingerprint: String, maxTokens: Int) {
        self.fingerprint = fingerprint
        self.maxTokens = maxTokens
    }

    /// The chunker of a run.
    public init(_ chunker: Chunker) {
        self.init(fingerprint: chunker.fingerprint, maxTokens: chunker.maxTokens)
    }
}

/// A model that scored: all that a store needs to know of it, and what computed.
public struct ScoreFileModel: Codable, Sendable, Equatable {
    /// SHA-256 of all that decides its scores, 64 hexadecimal digits.
    public var fingerprint: String
    /// The last part of its path or address.
    public var name: String
    /// The architecture, or the engine's kind.
    public var architecture: String
    /// Numbers in all weights; 0 where that is not known.
    public var parameters: Int64
    /// The tokenizer in words.
    public var tokenizer: String
    /// SHA-256 of the tokenizer's content, 64 hexadecimal digits.
    public var tokenizerDigest: String
    /// The context rule: `none`, `bos` or a token's spelling.
    public var contextRule: String
    /// Tokens that fit its context.
    public var maxContext: Int
    /// The kernels that computed, or the engine.
    public var computedBy: String
    /// Which documents it was trained on, where its folder says so.
    @NullEncoded public var slice: CorpusSlice?
    /// What is known of it where an engine serves it.
    @NullEncoded public var engine: ServedRecord?

    private enum CodingKeys: String, CodingKey {
        case fingerprint, name, architecture, parameters, tokenizer, slice, engine
        case tokenizerDigest = "tokenizer_digest"
        case contextRule = "context"
        case maxContext = "max_context"
        case computedBy = "computed_by"
    }

    /// A model as the store knows it.
    ///
    /// - Parameters:
    ///   - model: its record.
    ///   - name: the last part of its path or address.
    ///   - computedBy: the kernels or the engine.
    public init(_ model: Model, name: String, computedBy: String) {
        fingerprint = model.fingerprint
        self.name = name
        architecture = model.architecture
        parameters = model.parameters
        tokenizer = model.tokenizer
        tokenizerDigest = model.tokenizerDigest
        contextRule = model.contextRule
        maxContext = model.maxContext
        self.computedBy = computedBy
        _slice = NullEncoded(wrappedValue: model.slice)
        _engine = NullEncoded(wrappedValue: model.served)
    }
}

extension ScoreFileModel {
    /// The model as a store knows it.
    func model(path: String) -> Model {
        var model = Model(
            path: path, fingerprint: fingerprint, architecture: architecture,
            parameters: parameters, tokenizer: tokenizer, tokenizerDigest: tokenizerDigest,
            contextRule: contextRule, maxContext: maxContext)
        model.slice = slice
        model.served = engine
        return model
    }
}

/// The tokenizer metadata of a GGUF file (`tokenizer.ggml.*`), as read.
public struct GGUFVocabulary: Sendable {
    /// `tokenizer.ggml.model`: "gpt2" for byte-level BPE, "llama" for SentencePiece BPE.
    public var model: String
    /// `tokenizer.ggml.pre`: the name of the pre-tokenizer.
    public var pre: String?
    /// `tokenizer.ggml.tokens` by id, as the file spells them.
    public var tokens: [[UInt8]]
    /// `tokenizer.ggml.token_type` by id; empty if the file has none.
    public var tokenTypes: [Int32]
    /// `tokenizer.ggml.merges` by rank: two tokens with a space between.
    public var merges: [[UInt8]]
    /// `tokenizer.ggml.scores` by id: of SentencePiece's pieces, the higher the earlier merged.
    public var scores: [Double]?
    /// `tokenizer.ggml.bos_token_id`.
    public var bos: Int?
    /// `tokenizer.ggml.eos_token_id`.
    public var eos: Int?
    /// `tokenizer.ggml.unknown_token_id`.
    public var unknown: Int?
    /// `tokenizer.ggml.add_bos_token`.
    public var addBOS: Bool?
    /// `tokenizer.ggml.add_space_prefix`.
    public var addsSpacePrefix: Bool?
    /// Whether the file asks for what SentencePiece BPE in llama.cpp does not do: collapsing white
    /// space (`remove_extra_whitespaces`) or mapping characters (`precompiled_charsmap`).
    public var normalizes = false
    /// `general.name`.
    public var modelName: String?
    /// Path of the file, for messages.
    public var source: String

    /// A vocabulary; what is left out is absent from the file.
    public init(
        model: String, pre: String?, tokens: [[UInt8]], tokenTypes: [Int32], merges: [[UInt8]],
        bos: Int? = nil, eos: Int? = nil, unknown: Int? = nil, addBOS: Bool? = nil, source: String
    ) {
        self.model = model
        self.pre = pre
        self.tokens = tokens
        self.tokenTypes = tokenTypes
        self.merges = merges
        self.bos = bos
        self.eos = eos
        self.unknown = unknown
        self.addBOS = addBOS
        self.source = source
    }
}

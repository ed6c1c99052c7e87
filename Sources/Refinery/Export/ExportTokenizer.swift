import TeacherInference

/// The tokenizer of an export: which model's it is, and how a text ends in it.
public struct ExportTokenizer: Sendable {
    /// Path of the model.
    public let path: String
    /// Turns text into ids.
    public let tokenizer: any Tokenizer
    /// SHA-256 of the tokenizer's content, as ``Model/tokenizerDigest``.
    public let digest: String
    /// The id behind a document's last row; nil where none is written.
    public let endOfText: TokenID?

    /// Reads the tokenizer at `path`.
    ///
    /// - Parameters:
    ///   - path: a `.gguf` file, of which the vocabulary is enough, or a Hugging Face folder.
    ///   - pre: the pre-tokenizer, where a GGUF file names none.
    ///   - spelling: the spelling of the token that ends a text; nil for the one that the model's
    ///     files name, and `none` for no token.
    /// - Throws: `ModelError` for a tokenizer that cannot be used; ``RefineryError`` where it has no
    ///   such token, or its files name none.
    public init(path: String, pre: String? = nil, endOfText spelling: String? = nil) throws {
        self.path = path
        tokenizer = try LanguageModel.loadTokenizer(path: path, pre: pre)
        digest = ModelFingerprint.tokenizer(tokenizer)
        switch spelling {
        case "none"?: endOfText = nil
        case let spelling?:
            guard let id = tokenizer.id(ofToken: spelling) else {
                throw RefineryError(
                    .invalid, "the tokenizer of \(path) has no token \(spelling.debugDescription)",
                    hint: "name another with --end-of-text, or none")
            }
            endOfText = id
        case nil:
            guard let id = try EndOfText.token(of: path, tokenizer: tokenizer) else {
                throw RefineryError(
                    .invalid, "the files of \(path) name no token that ends a text",
                    hint: "name one with --end-of-text, such as '<|endoftext|>', or none")
            }
            endOfText = id
        }
    }

    /// Ids of the vocabulary, the end-of-text token included.
    public var vocabulary: Int { tokenizer.vocabularySize }
}

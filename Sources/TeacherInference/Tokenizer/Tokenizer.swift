/// Index of a token in a model's vocabulary, from 0.
public typealias TokenID = Int32

/// Text to token ids and back, for one model's own vocabulary.
///
/// Text is valid UTF-8 bytes and may hold NUL. Control tokens that are spelled out in the text are
/// tokenised as ordinary text; added tokens that are not special match before pre-tokenising.
public protocol Tokenizer: Sendable {
    /// Number of ids, special tokens included.
    var vocabularySize: Int { get }

    /// One more than the highest id that text can become.
    var textTokenLimit: Int { get }

    /// The BOS token that the file names, whether or not it is added to text.
    var bosToken: TokenID? { get }

    /// Whether the file's own rule puts BOS in front of a text (design §4, context rule `auto`).
    var addsBOS: Bool { get }

    /// Kind and pre-tokenizer for people, such as `byte-level BPE (smollm)`.
    var summary: String { get }

    /// Token ids of `text`; nothing is added in front or behind.
    func encode(_ text: UnsafeRawBufferPointer) -> [TokenID]

    /// Token ids of `text` and, for each, where it ends: a byte offset into `text`, ascending.
    func encodeWithEnds(_ text: UnsafeRawBufferPointer) -> (ids: [TokenID], ends: [Int])

    /// The bytes that `ids` stand for.
    func decode(_ ids: [TokenID]) -> [UInt8]

    /// The id of the token spelled exactly `spelling`, control tokens included.
    func id(ofToken spelling: String) -> TokenID?

    /// Feeds `update` a canonical serialisation of everything that decides the ids: token bytes to
    /// id, merges, normaliser, pre-tokenizer, added tokens. Two files of one tokenizer give the
    /// same bytes, whatever their format; the caller hashes them.
    func serializeContent(_ update: (UnsafeRawBufferPointer) -> Void)
}

extension Tokenizer {
    /// All of them, where nothing else is known.
    public var textTokenLimit: Int { vocabularySize }

    /// `text` as the tokens of a sequence, with what a score needs to know of its bytes.
    ///
    /// - Parameters:
    ///   - text: UTF-8.
    ///   - hasContext: whether a context token is put in front of the sequence.
    /// - Returns: the ids without the context token, and the bytes that the scored tokens cover:
    ///   all of them, but for the first token's where nothing is in front of it.
    public func encodeForScoring(
        _ text: UnsafeRawBufferPointer, hasContext: Bool
    ) -> (ids: [TokenID], scoredBytes: Int) {
        guard !hasContext else { return (encode(text), text.count) }
        let (ids, ends) = encodeWithEnds(text)
        return (ids, text.count - (ends.first ?? 0))
    }
}

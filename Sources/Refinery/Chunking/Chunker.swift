import Crypto
import TeacherInference

/// Cuts documents evenly into pieces that fit the models.
///
/// A document of n tokens becomes k = ⌈n / maxTokens⌉ pieces of about n / k tokens. Each cut is
/// the best boundary (paragraph, sentence, line, white space, else a token's end that is a scalar
/// boundary) within an eighth of a piece of its even mark. Every piece, tokenised by itself, has
/// at most `maxTokens` tokens and at least a quarter of that; since a piece by itself may have a
/// token more than inside its document, a document that has no room for that becomes k + 1 pieces.
/// Pieces join to the text. A piece below the quarter or above the maximum is possible only with
/// a tokenizer whose counts change wildly with a text's surroundings, and above it only for a
/// piece of one scalar.
public struct Chunker: Sendable {
    /// Changes whenever the same document would be cut at other places.
    static let version = 1

    /// The most tokens that a piece may have, tokenised by itself.
    public let maxTokens: Int

    /// SHA-256, in hexadecimal, of all that decides the cuts: tokenizer, maximum, version.
    public let fingerprint: String

    private let tokenizer: any Tokenizer

    /// A chunker for the teacher's tokenizer; hashes its content once.
    public init(tokenizer: any Tokenizer, maxTokens: Int = 1024) {
        precondition(maxTokens > 0)
        self.tokenizer = tokenizer
        self.maxTokens = maxTokens
        var hash = SHA256()
        hash.update(data: Array("refinery chunker \(Self.version), \(maxTokens)\n".utf8))
        tokenizer.serializeContent { hash.update(bufferPointer: $0) }
        fingerprint = hash.finalize().map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
    }

    /// The pieces of `text` (valid UTF-8) in order; none if it is empty.
    public func cut(_ text: [UInt8]) -> [ChunkCut] {
        text.withUnsafeBytes { cut($0) }
    }

    /// The pieces of `text` (valid UTF-8) in order; none if it is empty.
    ///
    /// Tokenises the text twice, thrice where k pieces have no room, so takes time linear in it as
    /// far as the tokenizer does.
    public func cut(_ text: UnsafeRawBufferPointer) -> [ChunkCut] {
        guard !text.isEmpty else { return [] }
        let map = TokenMap(text, tokenizer)
        let count = (map.count + maxTokens - 1) / maxTokens
        let cutting = DocumentCut(
            text: text, map: map, tokenizer: tokenizer, maxTokens: maxTokens)
        let pieces =
            cutting.strict(count) ?? cutting.strict(count + 1) ?? cutting.adaptive(count + 1)
        return pieces.map { piece in
            var hash = SHA256()
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: text[piece.range]))
            return ChunkCut(
                range: piece.range, tokens: piece.tokens, sha256: Array(hash.finalize()))
        }
    }
}

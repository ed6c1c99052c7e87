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
///
/// A reference model with another tokenizer may need more tokens for a piece than its context has.
/// A document with such a piece is cut again for a smaller maximum, all of it, so that it stays
/// even; what the reference cannot fit at all is left to fail.
public struct Chunker: Sendable {
    /// A second model that every piece must fit.
    public struct Companion: Sendable {
        let tokenizer: any Tokenizer
        let maxTokens: Int

        /// A model that takes pieces of at most `maxTokens` of its own tokens.
        public init(tokenizer: any Tokenizer, maxTokens: Int) {
            self.tokenizer = tokenizer
            self.maxTokens = maxTokens
        }
    }

    /// Changes whenever the same document would be cut at other places.
    static let version = 1

    /// The most tokens that a piece may have, tokenised by itself.
    public let maxTokens: Int

    /// SHA-256, in hexadecimal, of all that decides the cuts: tokenizer, maximum, version.
    public let fingerprint: String

    private let tokenizer: any Tokenizer
    private let companion: Companion?

    /// A chunker for the teacher's tokenizer and, where that has another one, for the reference;
    /// hashes their content once.
    public init(
        tokenizer: any Tokenizer, maxTokens: Int = 1024, companion: Companion? = nil
    ) {
        precondition(maxTokens > 0)
        self.tokenizer = tokenizer
        self.companion = companion
        self.maxTokens = maxTokens
        var hash = SHA256()
        hash.update(data: Array("refinery chunker \(Self.version), \(maxTokens)\n".utf8))
        tokenizer.serializeContent { hash.update(bufferPointer: $0) }
        if let companion {
            hash.update(data: Array("companion, \(companion.maxTokens)\n".utf8))
            companion.tokenizer.serializeContent { hash.update(bufferPointer: $0) }
        }
        fingerprint = Hex.string(hash.finalize())
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
        let pieces = pieces(text, map)
        return pieces.map { piece in
            var hash = SHA256()
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: text[piece.range]))
            return ChunkCut(
                range: piece.range, tokens: piece.tokens, sha256: Array(hash.finalize()))
        }
    }

    private func pieces(_ text: UnsafeRawBufferPointer, _ map: TokenMap) -> [DocumentCut.Piece] {
        var maximum = maxTokens
        while true {
            let count = (map.count + maximum - 1) / maximum
            let cutting = DocumentCut(
                text: text, map: map, tokenizer: tokenizer, maxTokens: maximum)
            let pieces =
                cutting.strict(count) ?? cutting.strict(count + 1) ?? cutting.adaptive(count + 1)
            guard let companion, maximum > 1 else { return pieces }
            let longest = pieces.map { piece in
                companion.tokenizer.encode(UnsafeRawBufferPointer(rebasing: text[piece.range]))
                    .count
            }.max()
            guard let longest, longest > companion.maxTokens else { return pieces }
            // In proportion, and so much less that it ends soon where that is not enough.
            maximum = max(1, min(maximum * companion.maxTokens / longest, maximum * 7 / 8))
        }
    }
}

/// Byte-level BPE, as GPT-2 introduced it: text is cut into words by regexes, and the bytes of each
/// word are merged by rank.
///
/// Source: `bpe/model.rs` and `bpe/word.rs` of Hugging Face tokenizers, whose ids it gives.
public final class ByteLevelBPE: Tokenizer {
    private let content: BPEContent
    private let preTokenizer: PreTokenizer
    private let added: AddedTokens?
    /// The token of each byte, -1 where the vocabulary has none: such bytes are dropped.
    private let byteTokens: [TokenID]
    private let pool = WorkspacePool()

    /// A tokenizer of checked content.
    init(_ content: BPEContent) throws(ModelError) {
        self.content = content
        preTokenizer = try PreTokenizer(content.steps, source: content.source)
        added = content.added.isEmpty ? nil : AddedTokens(content.canonicalAdded)
        byteTokens = (0..<256).map { content.vocabulary.id(of: [UInt8($0)]) ?? -1 }
        guard byteTokens.contains(where: { $0 >= 0 }) else {
            throw content.vocabulary.failure("it has no token for any single byte")
        }
    }

    /// Number of ids, those of special tokens and those without a token included.
    public var vocabularySize: Int { content.vocabulary.count }

    /// The BOS token that the file names.
    public var bosToken: TokenID? { content.bosToken }

    /// Whether the file's own rule puts BOS in front of a text.
    public var addsBOS: Bool { content.addsBOS }

    /// For people, such as `byte-level BPE (smollm)`.
    public var summary: String { "byte-level BPE (\(content.preTokenizerName))" }

    /// Token ids of `text`.
    ///
    /// Text that is not valid UTF-8 is merged without being cut into words.
    public func encode(_ text: UnsafeRawBufferPointer) -> [TokenID] {
        var ids: [TokenID] = []
        ids.reserveCapacity(text.count / 3 + 8)
        encode(text, &ids) { _, _ in }
        return ids
    }

    /// Token ids of `text` and where each ends.
    ///
    /// Bytes that the vocabulary has no token for belong
    /// to the token after them, at the end of the text to the last one.
    public func encodeWithEnds(_ text: UnsafeRawBufferPointer) -> (ids: [TokenID], ends: [Int]) {
        var ids: [TokenID] = []
        var ends: [Int] = []
        ids.reserveCapacity(text.count / 3 + 8)
        ends.reserveCapacity(text.count / 3 + 8)
        encode(text, &ids) { word, ids in
            self.appendEnds(of: ids, word, to: &ends)
        }
        if !ends.isEmpty { ends[ends.count - 1] = text.count }
        return (ids, ends)
    }

    /// The bytes that `ids` stand for; ids outside the vocabulary stand for none.
    public func decode(_ ids: [TokenID]) -> [UInt8] {
        var result: [UInt8] = []
        for id in ids where id >= 0 && Int(id) < vocabularySize {
            result.append(contentsOf: content.vocabulary.tokens[Int(id)])
        }
        return result
    }

    /// The id of the token that the file spells `spelling`.
    public func id(ofToken spelling: String) -> TokenID? {
        content.vocabulary.id(ofSpelling: Array(spelling.utf8))
    }

    /// Feeds `update` everything that decides ids, the same for every format of one tokenizer.
    public func serializeContent(_ update: (UnsafeRawBufferPointer) -> Void) {
        content.serialize(update)
    }

    /// A word of the text: its bytes, and where it stands.
    ///
    /// The offset of a byte in the text is
    /// `offset` + its index, less one from the second byte on if the first byte was added.
    private struct Word {
        var bytes: UnsafeRawBufferPointer
        var offset: Int
        var hasAddedSpace = false
    }

    private func encode(
        _ text: UnsafeRawBufferPointer, _ ids: inout [TokenID],
        _ wordDone: (Word, ArraySlice<TokenID>) -> Void
    ) {
        guard text.count > 0 else { return }
        pool.withWorkspace { workspace in
            guard Self.isUTF8(text) else {
                encode(Word(bytes: text, offset: 0), &ids, workspace)
                wordDone(Word(bytes: text, offset: 0), ids[...])
                return
            }
            guard let added else {
                encodeSection(text, at: 0, &ids, workspace, wordDone)
                return
            }
            for section in added.sections(of: text) {
                let bytes = UnsafeRawBufferPointer(rebasing: text[section.start..<section.end])
                if let token = section.token {
                    ids.append(token)
                    wordDone(Word(bytes: bytes, offset: section.start), ids.suffix(1))
                } else {
                    encodeSection(bytes, at: section.start, &ids, workspace, wordDone)
                }
            }
        }
    }

    private func encodeSection(
        _ section: UnsafeRawBufferPointer, at offset: Int, _ ids: inout [TokenID],
        _ workspace: EncodeWorkspace, _ wordDone: (Word, ArraySlice<TokenID>) -> Void
    ) {
        let cut = preTokenizer.cut(section, workspace.matcher)
        var added = 0
        cut.withText(section) { bytes in
            for piece in cut.pieces {
                var word = Word(
                    bytes: UnsafeRawBufferPointer(rebasing: bytes[piece.start..<piece.end]),
                    offset: offset + piece.start - added)
                if added < cut.insertions.count, cut.insertions[added] == piece.start {
                    word.hasAddedSpace = true
                    added += 1
                }
                let first = ids.count
                encode(word, &ids, workspace)
                wordDone(word, ids[first...])
            }
        }
    }

    private func encode(_ word: Word, _ ids: inout [TokenID], _ workspace: EncodeWorkspace) {
        let first = ids.count
        var key: WordCache.Key?
        if word.bytes.count <= WordCache.maxBytes {
            let made = WordCache.key(of: word.bytes)
            if let tokens = workspace.cache.find(made) {
                for place in 0..<WordCache.maxTokens where tokens[place] >= 0 {
                    ids.append(tokens[place])
                }
                return
            }
            key = made
        }
        if content.ignoresMerges, let id = content.vocabulary.id(of: word.bytes),
            content.vocabulary.kinds[Int(id)] != .special
        {
            ids.append(id)
        } else {
            workspace.symbols.removeAll(keepingCapacity: word.bytes.count < 1 << 16)
            for byte in word.bytes {
                let token = byteTokens[Int(byte)]
                if token >= 0 { workspace.symbols.append(token) }
            }
            content.vocabulary.merges.apply(to: &workspace.symbols)
            ids.append(contentsOf: workspace.symbols)
        }
        if let key { workspace.cache.store(key, ids[first...]) }
    }

    /// Appends the ends of the tokens of one word.
    private func appendEnds(of ids: ArraySlice<TokenID>, _ word: Word, to ends: inout [Int]) {
        // An added token that strips white space, or a whole-word token, covers all of its word.
        let length = word.bytes.count
        let shift = word.hasAddedSpace ? word.offset - 1 : word.offset
        var position = 0
        for (place, id) in ids.enumerated() {
            if place == ids.count - 1 {
                position = length
            } else {
                var left = content.vocabulary.tokens.length(Int(id))
                while left > 0, position < length {
                    if byteTokens[Int(word.bytes[position])] >= 0 { left -= 1 }
                    position += 1
                }
            }
            ends.append(max(word.offset, shift + position))
        }
    }

    private static func isUTF8(_ text: UnsafeRawBufferPointer) -> Bool {
        (try? UTF8Span(validating: text.bindMemory(to: UInt8.self).span)) != nil
    }
}

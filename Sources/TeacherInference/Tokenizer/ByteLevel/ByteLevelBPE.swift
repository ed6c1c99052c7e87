/// Byte-level BPE, as GPT-2 introduced it: text is cut into words by regexes, and the bytes of each
/// word are merged by rank.
///
/// Source: `bpe/model.rs` and `bpe/word.rs` of Hugging Face tokenizers, whose ids it gives.
public final class ByteLevelBPE: Tokenizer {
    let content: BPEContent
    private let preTokenizer: PreTokenizer
    private let added: AddedTokens?
    /// The token of each byte, -1 where the vocabulary has none: such bytes are dropped.
    private let byteTokens: [TokenID]
    private let pool = WorkspacePool()

    /// A tokenizer of checked content.
    init(_ content: BPEContent) throws(ModelError) {
        self.content = content
        // Or it would match inside a character, and what is left of the text would be no UTF-8,
        // which the patterns rely on.
        for token in content.added where String(validating: token.content, as: UTF8.self) == nil {
            throw content.vocabulary.failure(
                "token \(token.id), \(JSONParser.quoted(token.content)), matches text and is no UTF-8"
            )
        }
        preTokenizer = try PreTokenizer(content.steps, source: content.source)
        added = content.added.isEmpty ? nil : AddedTokens(content.canonicalAdded)
        byteTokens = (0..<256).map { content.vocabulary.id(of: [UInt8($0)]) ?? -1 }
        guard byteTokens.contains(where: { $0 >= 0 }) else {
            throw content.vocabulary.failure("it has no token for any single byte")
        }
    }

    /// Number of ids, those of special tokens and those without a token included.
    public var vocabularySize: Int { content.vocabulary.count }

    /// One more than the highest id that text can become.
    public var textTokenLimit: Int {
        (content.vocabulary.kinds.lastIndex { $0 != .special && $0 != .unused } ?? -1) + 1
    }

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
        pool.withWorkspace { workspace in
            encode(text, &workspace, keepsWords: false)
            return Array(workspace.ids[...])
        }
    }

    /// Token ids of `text` and where each ends.
    ///
    /// Bytes that the vocabulary has no token for belong to the token after them in their word, at
    /// the end of the word to the last one, and those of a word without any to the next word. A
    /// token that ends inside what normalising changed ends behind it.
    public func encodeWithEnds(_ text: UnsafeRawBufferPointer) -> (ids: [TokenID], ends: [Int]) {
        pool.withWorkspace { workspace in
            encode(text, &workspace, keepsWords: true)
            guard let normalized = workspace.normalized else {
                return (Array(workspace.ids[...]), ends(text, workspace))
            }
            let found = normalized.bytes.withUnsafeBytes { ends($0, workspace) }
            return (
                Array(workspace.ids[...]), found.map { min(normalized.original($0), text.count) }
            )
        }
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

    private func encode(
        _ text: UnsafeRawBufferPointer, _ workspace: inout EncodeWorkspace, keepsWords: Bool
    ) {
        guard text.count > 0 else { return }
        guard Self.isUTF8(text) else {
            encodeWord(text, 0, text.count, &workspace)
            workspace.words.append(
                EncodedWord(offset: 0, length: text.count, tokens: workspace.ids.count))
            return
        }
        let whole = [AddedTokens.Section(start: 0, end: text.count, token: nil)]
        let sections = added?.sections(of: text) ?? whole
        guard content.composes, let normalized = NormalizedText(text, sections) else {
            encode(text, sections, &workspace, keepsWords)
            return
        }
        normalized.bytes.withUnsafeBytes {
            encode($0, normalized.sections, &workspace, keepsWords)
        }
        workspace.normalized = normalized
    }

    private func encode(
        _ text: UnsafeRawBufferPointer, _ sections: [AddedTokens.Section],
        _ workspace: inout EncodeWorkspace, _ keepsWords: Bool
    ) {
        for section in sections {
            let bytes = UnsafeRawBufferPointer(rebasing: text[section.start..<section.end])
            if let token = section.token {
                workspace.ids.append(token)
                workspace.words.append(
                    EncodedWord(offset: section.start, length: bytes.count, tokens: 1))
            } else {
                encodeSection(bytes, at: section.start, &workspace, keepsWords)
            }
        }
    }

    private func encodeSection(
        _ section: UnsafeRawBufferPointer, at offset: Int, _ workspace: inout EncodeWorkspace,
        _ keepsWords: Bool
    ) {
        // Moved out and back, so that encoding a word is no access to the list of words.
        var cut = PreTokenizer.Cut()
        swap(&cut, &workspace.cut)
        preTokenizer.cut(section, &cut)
        cut.withText(section) { bytes in
            var added = 0
            for piece in cut.pieces {
                let first = workspace.ids.count
                encodeWord(bytes, piece.start, piece.end - piece.start, &workspace)
                guard keepsWords else { continue }
                var word = EncodedWord(
                    offset: offset + piece.start - added, length: piece.end - piece.start,
                    tokens: workspace.ids.count - first)
                if added < cut.insertions.count, cut.insertions[added] == piece.start {
                    word.hasAddedSpace = true
                    added += 1
                }
                workspace.words.append(word)
            }
        }
        swap(&cut, &workspace.cut)
    }

    @inline(__always)
    private func encodeWord(
        _ text: UnsafeRawBufferPointer, _ start: Int, _ count: Int,
        _ workspace: inout EncodeWorkspace
    ) {
        let key = WordCache.Key(text, start, count)
        if let key, workspace.cache.append(key, to: &workspace.ids) { return }
        let first = workspace.ids.count
        mergeWord(UnsafeRawBufferPointer(rebasing: text[start..<start + count]), &workspace)
        if let key { workspace.cache.store(key, workspace.ids[first...]) }
    }

    /// Appends the tokens of a word that is not in the cache.
    private func mergeWord(_ word: UnsafeRawBufferPointer, _ workspace: inout EncodeWorkspace) {
        if content.ignoresMerges, let id = content.vocabulary.id(of: word),
            content.vocabulary.kinds[Int(id)] != .special
        {
            workspace.ids.append(id)
        } else {
            workspace.symbols.removeAll(keepingCapacity: true)
            for byte in word {
                let token = byteTokens[Int(byte)]
                if token >= 0 { workspace.symbols.append(token) }
            }
            content.vocabulary.merges.apply(to: &workspace.symbols)
            workspace.ids.append(contentsOf: workspace.symbols)
        }
    }

    /// Where each token ends, from how the words became tokens.
    private func ends(_ text: UnsafeRawBufferPointer, _ workspace: EncodeWorkspace) -> [Int] {
        var ends: [Int] = []
        ends.reserveCapacity(workspace.ids.count)
        var next = 0
        for word in workspace.words {
            // Offset of the word's first byte, as if an added space stood in the text.
            let start = word.hasAddedSpace ? word.offset - 1 : word.offset
            var position = 0
            for place in 0..<word.tokens {
                // An added token that strips white space covers all of its word, and so does the
                // last token of any other.
                if place == word.tokens - 1 {
                    position = word.length
                } else {
                    var left = content.vocabulary.tokens.length(Int(workspace.ids[next + place]))
                    while left > 0, position < word.length {
                        let isAdded = word.hasAddedSpace && position == 0
                        let byte = isAdded ? UInt8(ascii: " ") : text[start + position]
                        if byteTokens[Int(byte)] >= 0 { left -= 1 }
                        position += 1
                    }
                }
                // Added tokens overlap where one strips white space that holds the next.
                ends.append(max(ends.last ?? 0, word.offset, start + position))
            }
            next += word.tokens
        }
        if !ends.isEmpty { ends[ends.count - 1] = text.count }
        return ends
    }

    private static func isUTF8(_ text: UnsafeRawBufferPointer) -> Bool {
        (try? UTF8Span(validating: text.bindMemory(to: UInt8.self).span)) != nil
    }
}

/// BPE over characters, as SentencePiece introduced it: spaces are written as U+2581, and characters
/// without a token become the tokens of their bytes.
///
/// Source: `llm_tokenizer_spm` of llama.cpp for vocabularies with scores, `bpe/model.rs` of Hugging
/// Face tokenizers for those with merges; it gives the ids of these.
public final class SentencePieceBPE: Tokenizer {
    let content: SentencePieceContent
    private let vocabulary: SentencePieceVocabulary
    private let preTokenizer: PreTokenizer?
    /// Matched in the text.
    private let added: AddedTokens?
    /// Matched in normalised text.
    private let addedBehind: AddedTokens?
    private let pool = WorkspacePool()

    /// U+2581, which stands for a space.
    static let spaceMark: [UInt8] = [0xE2, 0x96, 0x81]

    /// A tokenizer of checked content.
    init(_ content: SentencePieceContent) throws(ModelError) {
        var content = content
        // Or it would match inside a character.
        for token in content.added where String(validating: token.content, as: UTF8.self) == nil {
            throw content.vocabulary.failure(
                "token \(token.id), \(JSONParser.quoted(token.content)), matches text and is no UTF-8"
            )
        }
        try NormalizerStep.checkGrowth(content.normalizer, source: content.source)
        if !content.canCut { content.vocabulary.neverCut() }
        self.content = content
        vocabulary = content.vocabulary
        preTokenizer =
            content.steps.isEmpty ? nil : try PreTokenizer(content.steps, source: content.source)
        func matcher(_ tokens: [AddedToken]) -> AddedTokens? {
            guard !tokens.isEmpty else { return nil }
            return AddedTokens(
                tokens.map { token in
                    var token = token
                    token.isNormalized = false
                    return token
                })
        }
        added = matcher(content.added.filter { !$0.isNormalized })
        addedBehind = matcher(content.added.filter(\.isNormalized))
    }

    /// Number of ids, those of special tokens and those without a token included.
    public var vocabularySize: Int { vocabulary.count }

    /// One more than the highest id that text can become.
    public var textTokenLimit: Int {
        let reached = (vocabulary.kinds.lastIndex { $0 != .special && $0 != .unused } ?? -1) + 1
        return max(reached, content.unknown.map { Int($0) + 1 } ?? 0)
    }

    /// The BOS token that the file names.
    public var bosToken: TokenID? { content.bosToken }

    /// Whether the file's own rule puts BOS in front of a text.
    public var addsBOS: Bool { content.addsBOS }

    /// For people.
    public var summary: String { "SentencePiece BPE" }

    /// Token ids of `text`.
    public func encode(_ text: UnsafeRawBufferPointer) -> [TokenID] {
        pool.withWorkspace { workspace in
            encode(text, &workspace, keepsEnds: false)
            return Array(workspace.ids[...])
        }
    }

    /// Token ids of `text` and where each ends.
    ///
    /// A space that is put in front ends where the text begins. Bytes that become no token belong
    /// to the token after them.
    public func encodeWithEnds(_ text: UnsafeRawBufferPointer) -> (ids: [TokenID], ends: [Int]) {
        pool.withWorkspace { workspace in
            encode(text, &workspace, keepsEnds: true)
            // Added tokens overlap where one strips white space that holds the next.
            for place in workspace.ends.indices.dropFirst() {
                workspace.ends[place] = max(workspace.ends[place - 1], workspace.ends[place])
            }
            if !workspace.ends.isEmpty { workspace.ends[workspace.ends.count - 1] = text.count }
            return (Array(workspace.ids[...]), Array(workspace.ends[...]))
        }
    }

    /// The bytes that `ids` stand for, without the space that was put in front; ids outside the
    /// vocabulary stand for none.
    public func decode(_ ids: [TokenID]) -> [UInt8] {
        var result: [UInt8] = []
        for id in ids where id >= 0 && Int(id) < vocabularySize {
            if let byte = vocabulary.byteOfToken[id] {
                result.append(byte)
            } else {
                result.append(contentsOf: vocabulary.pieces[Int(id)])
            }
        }
        return Self.unmarked(result, addsSpace: content.addsSpace)
    }

    /// Spaces in place of their marks, without the one that was put in front.
    static func unmarked(_ bytes: [UInt8], addsSpace: Bool) -> [UInt8] {
        var text = AlignedText(bytes, at: 0, keepsEnds: false)
        text.replace(spaceMark, with: [UInt8(ascii: " ")])
        guard addsSpace, text.bytes.first == UInt8(ascii: " ") else { return text.bytes }
        return Array(text.bytes.dropFirst())
    }

    /// The id of the token that the file spells `spelling`.
    public func id(ofToken spelling: String) -> TokenID? {
        vocabulary.id(ofSpelling: spelling.utf8)
    }

    /// Feeds `update` everything that decides ids.
    public func serializeContent(_ update: (UnsafeRawBufferPointer) -> Void) {
        content.serialize(update)
    }

    private func encode(
        _ text: UnsafeRawBufferPointer, _ workspace: inout EncodeWorkspace, keepsEnds: Bool
    ) {
        guard text.count > 0 else { return }
        // Behind the first cut only the ends tell where a word begins in the original.
        let aligns =
            keepsEnds || content.metaspace != nil && (preTokenizer != nil || addedBehind != nil)
        let whole = [AddedTokens.Section(start: 0, end: text.count, token: nil)]
        for section in added?.sections(of: text) ?? whole {
            if let token = section.token {
                workspace.ids.append(token)
                workspace.ends.append(section.end)
                continue
            }
            var part = AlignedText(
                UnsafeRawBufferPointer(rebasing: text[section.start..<section.end]),
                at: section.start, keepsEnds: aligns)
            for step in content.normalizer { part.apply(step) }
            encodeNormalized(part, &workspace, keepsEnds)
        }
    }

    private func encodeNormalized(
        _ text: AlignedText, _ workspace: inout EncodeWorkspace, _ keepsEnds: Bool
    ) {
        guard let addedBehind else {
            encodeStretch(text, &workspace, keepsEnds)
            return
        }
        for section in text.bytes.withUnsafeBytes(addedBehind.sections) {
            if let token = section.token {
                workspace.ids.append(token)
                if keepsEnds { workspace.ends.append(text.originalEnd(section.end)) }
            } else {
                encodeStretch(text.part(section.start..<section.end), &workspace, keepsEnds)
            }
        }
    }

    /// Encodes normalised text without added tokens.
    private func encodeStretch(
        _ text: AlignedText, _ workspace: inout EncodeWorkspace, _ keepsEnds: Bool
    ) {
        guard let preTokenizer else {
            encodePiece(text, 0..<text.bytes.count, &workspace, keepsEnds)
            return
        }
        // Moved out and back, so that encoding a word is no access to the list of words.
        var cut = PreTokenizer.Cut()
        swap(&cut, &workspace.cut)
        text.bytes.withUnsafeBytes { preTokenizer.cut($0, &cut) }
        for piece in cut.pieces where piece.end > piece.start {
            encodePiece(text, piece.start..<piece.end, &workspace, keepsEnds)
        }
        swap(&cut, &workspace.cut)
    }

    private func encodePiece(
        _ text: AlignedText, _ range: Range<Int>, _ workspace: inout EncodeWorkspace,
        _ keepsEnds: Bool
    ) {
        guard let metaspace = content.metaspace else {
            encodeWords(text, range, &workspace, keepsEnds)
            return
        }
        var part = text.part(range)
        metaspace.apply(to: &part)
        for word in metaspace.words(of: part.bytes) {
            encodeWords(part, word, &workspace, keepsEnds)
        }
    }

    private func encodeWords(
        _ text: AlignedText, _ range: Range<Int>, _ workspace: inout EncodeWorkspace,
        _ keepsEnds: Bool
    ) {
        text.bytes.withUnsafeBytes { bytes in
            if content.ignoresMerges,
                let id = vocabulary.token(UnsafeRawBufferPointer(rebasing: bytes[range]))
            {
                workspace.ids.append(id)
                if keepsEnds { workspace.ends.append(text.originalEnd(range.upperBound)) }
                return
            }
            vocabulary.boundaries.forEachWord(in: bytes, range.lowerBound, range.upperBound) {
                let first = workspace.ids.count
                encodeWord(bytes, $0, $1 - $0, &workspace)
                if keepsEnds { appendEnds(text, bytes, $0, $1, first, &workspace) }
            }
        }
    }

    @inline(__always)
    private func encodeWord(
        _ text: UnsafeRawBufferPointer, _ start: Int, _ count: Int,
        _ workspace: inout EncodeWorkspace
    ) {
        let key = WordCache.Key(text, start, count)
        if let key, workspace.cache.append(key, to: &workspace.ids) { return }
        let first = workspace.ids.count
        mergeWord(text, start, start + count, &workspace)
        if let key { workspace.cache.store(key, workspace.ids[first...]) }
    }

    /// Appends the tokens of a word that is not in the cache.
    private func mergeWord(
        _ text: UnsafeRawBufferPointer, _ start: Int, _ end: Int,
        _ workspace: inout EncodeWorkspace
    ) {
        workspace.symbols.removeAll(keepingCapacity: true)
        var waiting: TokenID?
        var position = start
        while position < end {
            let width = min(UTF8Width.of(text[position]), end - position)
            let symbol = vocabulary.symbol(text, position, width)
            if symbol >= 0 {
                if let unknown = waiting { workspace.symbols.append(unknown) }
                waiting = nil
                workspace.symbols.append(symbol)
            } else if content.fallsBackToBytes, hasBytes(text, position, width) {
                // In front of an unknown character that waits, as the judge has it.
                for place in position..<position + width {
                    workspace.symbols.append(vocabulary.byteTokens[Int(text[place])])
                }
            } else if let unknown = content.unknown {
                if waiting != nil, !content.fusesUnknown { workspace.symbols.append(unknown) }
                waiting = unknown
            }
            position += width
        }
        if let unknown = waiting { workspace.symbols.append(unknown) }
        vocabulary.merges.apply(to: &workspace.symbols)
        let count = TokenID(vocabulary.count)
        for symbol in workspace.symbols {
            if symbol < count {
                workspace.ids.append(symbol)
            } else {
                // A character that is only part of pieces.
                for byte in vocabulary.extraSymbols[Int(symbol - count)] {
                    workspace.ids.append(vocabulary.byteTokens[Int(byte)])
                }
            }
        }
    }

    private func hasBytes(_ text: UnsafeRawBufferPointer, _ position: Int, _ width: Int) -> Bool {
        (position..<position + width).allSatisfy {
            vocabulary.byteTokens[Int(text[$0])] >= 0
        }
    }

    /// Appends where the tokens of the word `bytes[start..<end]`, from `first` on, end.
    private func appendEnds(
        _ text: AlignedText, _ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int,
        _ first: Int, _ workspace: inout EncodeWorkspace
    ) {
        var position = start
        for place in first..<workspace.ids.count {
            let id = workspace.ids[place]
            let piece = vocabulary.pieces[Int(id)]
            if place == workspace.ids.count - 1 {
                position = end
            } else if position + piece.count < end,
                bytes[position..<position + piece.count].elementsEqual(piece)
            {
                position += piece.count
            } else if id == content.unknown {
                repeat {
                    position += UTF8Width.of(bytes[position])
                } while content.fusesUnknown && position < end
                    && isUnknown(bytes, position, end)
                position = min(position, end)
            } else {
                position = min(position + 1, end)
            }
            workspace.ends.append(text.originalEnd(position))
        }
    }

    private func isUnknown(_ bytes: UnsafeRawBufferPointer, _ position: Int, _ end: Int) -> Bool {
        let width = min(UTF8Width.of(bytes[position]), end - position)
        return vocabulary.symbol(bytes, position, width) < 0
            && !(content.fallsBackToBytes && hasBytes(bytes, position, width))
    }
}

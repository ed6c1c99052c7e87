/// Everything that a file says about a BPE tokenizer over characters, in a form that does not
/// depend on the file's format.
struct SentencePieceContent: Sendable {
    /// Pieces and merges.
    var vocabulary: SentencePieceVocabulary
    /// What is done to each stretch of text between added tokens.
    var normalizer: [NormalizerStep] = []
    /// The pre-tokenizer, as far as it only cuts.
    var steps: [PreTokenizerStep] = []
    /// What is done to its words after that.
    var metaspace: Metaspace?
    /// The user-defined tokens by ascending id; those that are normalised match behind the
    /// normaliser, and their contents are as that leaves them.
    var added: [AddedToken] = []
    /// A character without a token becomes the tokens of its bytes.
    var fallsBackToBytes: Bool
    /// What a character becomes otherwise; nil for nothing.
    var unknown: TokenID?
    /// A run of unknown characters becomes one unknown token.
    var fusesUnknown = false
    /// A word that is a token as a whole is not merged.
    var ignoresMerges = false
    /// The BOS token that the file names.
    var bosToken: TokenID?
    /// Whether the file's rule puts BOS in front.
    var addsBOS: Bool
    /// Path of the file, for messages.
    var source: String

    /// Whether a space is put in front of a text.
    var addsSpace: Bool {
        let prepends = normalizer.contains { if case .prepend = $0 { true } else { false } }
        return prepends || metaspace.map { $0.prependScheme != .never } == true
    }

    /// Whether words can be cut where no merge reaches across: not where an unknown character may
    /// have to wait for the next, or is dropped from between two others.
    var canCut: Bool {
        if fallsBackToBytes { return vocabulary.byteTokens.allSatisfy { $0 >= 0 } }
        return unknown != nil && !fusesUnknown
    }

    /// Feeds `update` the canonical serialisation that ``Tokenizer/serializeContent(_:)`` promises,
    /// in the form that ``BPEContent/serialize(_:)`` has.
    func serialize(_ update: (UnsafeRawBufferPointer) -> Void) {
        var buffer: [UInt8] = []
        func flush() {
            buffer.withUnsafeBytes(update)
            buffer.removeAll(keepingCapacity: true)
        }
        func number(_ value: Int) {
            withUnsafeBytes(of: Int64(value).littleEndian) { buffer.append(contentsOf: $0) }
            if buffer.count > 1 << 16 { flush() }
        }
        func string(_ bytes: some Collection<UInt8>) {
            number(bytes.count)
            buffer.append(contentsOf: bytes)
        }

        string("SentencePiece BPE, content version 1".utf8)
        let kinds = vocabulary.kinds
        let count = (kinds.lastIndex { $0 != .unused } ?? -1) + 1
        number(count)
        for id in 0..<count {
            number(Int(kinds[id].rawValue))
            string(kinds[id] == .unused ? [] : vocabulary.pieces[id])
        }
        number(vocabulary.extraSymbols.count)
        for symbol in 0..<vocabulary.extraSymbols.count { string(vocabulary.extraSymbols[symbol]) }
        let merges = vocabulary.canonicalMerges() ?? vocabulary.mergeList
        number(merges.count)
        // Symbols behind the vocabulary are numbered from its last token on.
        func symbol(_ id: TokenID) -> Int {
            Int(id) < vocabulary.count ? Int(id) : Int(id) - vocabulary.count + count
        }
        for merge in merges {
            number(symbol(merge.left))
            number(symbol(merge.right))
            number(Int(merge.rank))
        }
        // Where every byte has a token, no character is unknown.
        let neverUnknown = fallsBackToBytes && vocabulary.byteTokens.allSatisfy { $0 >= 0 }
        for flag in [fallsBackToBytes, fusesUnknown && !neverUnknown, ignoresMerges] {
            number(flag ? 1 : 0)
        }
        number(neverUnknown ? -1 : unknown.map(Int.init) ?? -1)
        number(normalizer.count)
        for step in normalizer {
            switch step {
            case .prepend(let content):
                string("prepend".utf8)
                string(content)
            case .replace(let pattern, let content):
                string("replace".utf8)
                string(pattern)
                string(content)
            case .nfc: string("NFC".utf8)
            }
        }
        string("\(steps)".utf8)
        string(metaspace.map { "\($0)" }?.utf8 ?? "".utf8)
        number(added.count)
        for token in added {
            number(Int(token.id))
            string(token.content)
            for flag in [
                token.singleWord, token.stripsLeft, token.stripsRight, token.isNormalized,
            ] { number(flag ? 1 : 0) }
        }
        flush()
    }
}

/// Everything that a file says about a byte-level BPE tokenizer, in a form that does not depend on
/// the file's format.
struct BPEContent: Sendable {
    /// Tokens and merges.
    var vocabulary: BPEVocabulary
    /// Whether text is brought into Unicode's normalisation form C first.
    var composes = false
    /// The pre-tokenizer.
    var steps: [PreTokenizerStep]
    /// The user-defined tokens by ascending id.
    var added: [AddedToken]
    /// A word that is a token as a whole is not merged.
    var ignoresMerges: Bool
    /// The BOS token that the file names.
    var bosToken: TokenID?
    /// Whether the file's rule puts BOS in front.
    var addsBOS: Bool
    /// The pre-tokenizer's name for people.
    var preTokenizerName: String
    /// Path of the file, for messages.
    var source: String

    /// The added tokens in the one form that stands for all with the same effect: without a
    /// normaliser the two passes are one unless both are used.
    var canonicalAdded: [AddedToken] {
        let isMixed = Set(added.map(\.isNormalized)).count > 1
        return added.map { token in
            var token = token
            if !isMixed { token.isNormalized = false }
            return token
        }
    }

    /// Feeds `update` the canonical serialisation that ``Tokenizer/serializeContent(_:)`` promises.
    ///
    /// Numbers are 64 bits, little endian; byte strings follow their length. Ids without a token
    /// at the end are left out, since some converters pad the vocabulary to the embedding's rows.
    func serialize(_ update: (UnsafeRawBufferPointer) -> Void) {
        var buffer: [UInt8] = []
        func flush() {
            buffer.withUnsafeBytes(update)
            buffer.removeAll(keepingCapacity: true)
        }
        func number(_ value: Int) {
            withUnsafeBytes(of: UInt64(value).littleEndian) { buffer.append(contentsOf: $0) }
        }
        func string(_ bytes: some Collection<UInt8>) {
            number(bytes.count)
            buffer.append(contentsOf: bytes)
            if buffer.count > 1 << 16 { flush() }
        }

        string("byte-level BPE, content version 1".utf8)
        let kinds = vocabulary.kinds
        let count = (kinds.lastIndex { $0 != .unused } ?? -1) + 1
        number(count)
        for id in 0..<count {
            number(Int(kinds[id].rawValue))
            string(kinds[id] == .unused ? [] : vocabulary.tokens[id])
        }
        number(vocabulary.mergePairs.count)
        for merge in vocabulary.mergePairs {
            number(Int(merge.left))
            number(Int(merge.right))
            if buffer.count > 1 << 16 { flush() }
        }
        number(ignoresMerges ? 1 : 0)
        string((composes ? "NFC" : "no normalizer").utf8)
        number(steps.count)
        for step in steps {
            switch step {
            case .digits(let individual):
                string((individual ? "digits" : "digit runs").utf8)
            case .split(let pattern, let behavior, let inverted):
                string("split".utf8)
                string(pattern.utf8)
                string(behavior.rawValue.utf8)
                number(inverted ? 1 : 0)
            case .prefixSpace:
                string("prefix space".utf8)
            case .byteAlphabet:
                string("byte alphabet".utf8)
            }
        }
        number(added.count)
        for token in canonicalAdded {
            number(Int(token.id))
            string(token.content)
            for flag in [
                token.singleWord, token.stripsLeft, token.stripsRight, token.isNormalized,
            ] { number(flag ? 1 : 0) }
            // Any other token's spelling is no word: it matches wherever it stands.
            if ignoresMerges, token.singleWord, vocabulary.id(of: token.content) != token.id {
                string("not in the model".utf8)
            }
        }
        flush()
    }
}

/// What a token is for, which decides whether text can become it.
enum TokenKind: UInt8, Sendable {
    /// Reached by merges.
    case normal = 0
    /// Control token: never matched in text.
    case special = 1
    /// Added token that matches before pre-tokenising.
    case userDefined = 2
    /// An id without a token, such as padding of the embedding matrix.
    case unused = 3
    /// Stands for one byte of a character that has no token (SentencePiece's `<0x0A>`).
    case byte = 4
}

/// The tokens and merges of a byte-level BPE model, checked as they are added.
struct BPEVocabulary: Sendable {
    /// The bytes that each id stands for.
    private(set) var tokens = ByteStrings()
    /// The kind of each id.
    private(set) var kinds: [TokenKind] = []
    /// (left, right) of every merge by rank.
    private(set) var mergePairs: [(left: TokenID, right: TokenID)] = []
    /// The same for applying.
    private(set) var merges: BPEMerges

    /// Tokens whose spelling is in the byte alphabet, by the bytes that it stands for.
    private var index = ByteStringIndex()
    /// The other tokens, by spelling.
    private var others: [[UInt8]: TokenID] = [:]
    private let source: String

    /// An empty vocabulary; `source` names the file in errors.
    init(source: String, mergeCount: Int) {
        self.source = source
        merges = BPEMerges(capacity: mergeCount)
    }

    /// Number of ids.
    var count: Int { kinds.count }

    /// Gives the next id to the token that the file spells `spelling`.
    ///
    /// One that is not in the model is only found where it matches as an added token: no word and
    /// no merge becomes it.
    mutating func append(
        _ spelling: [UInt8], _ kind: TokenKind, isInModel: Bool = true
    ) throws(ModelError) {
        let id = kinds.count
        let mapped = ByteAlphabet.bytes(ofSpelling: spelling)
        if kind == .normal {
            guard let mapped else {
                throw failure(
                    "token \(id), \(JSONParser.quoted(spelling)), has a character outside the "
                        + "byte alphabet of byte-level BPE")
            }
            tokens.append(mapped)
        } else {
            tokens.append(spelling)
        }
        kinds.append(kind)
        if kind == .unused { return }
        let known = (isInModel ? others[spelling] : self.id(ofSpelling: spelling)).map(Int.init)
        let earlier: Int?
        if isInModel, let mapped, kind == .normal || mapped == spelling {
            earlier = index.insert(id, of: tokens)
        } else {
            earlier = others.updateValue(TokenID(id), forKey: spelling).map(Int.init)
        }
        if let earlier = known ?? earlier {
            throw failure("token \(id), \(JSONParser.quoted(spelling)), repeats token \(earlier)")
        }
    }

    /// Adds the merge of the tokens that the file spells `left` and `right`.
    mutating func appendMerge(
        _ left: some Collection<UInt8>, _ right: some Collection<UInt8>
    ) throws(ModelError) {
        let rank = mergePairs.count
        guard let leftBytes = ByteAlphabet.bytes(ofSpelling: left), let leftID = id(of: leftBytes)
        else { throw failure("merge \(rank) names \(JSONParser.quoted(left)), which is no token") }
        guard let rightBytes = ByteAlphabet.bytes(ofSpelling: right),
            let rightID = id(of: rightBytes)
        else { throw failure("merge \(rank) names \(JSONParser.quoted(right)), which is no token") }
        guard let product = id(of: leftBytes + rightBytes) else {
            throw failure(
                "merge \(rank) of \(JSONParser.quoted(left)) and \(JSONParser.quoted(right)) "
                    + "makes what is no token")
        }
        guard merges.append(leftID, rightID, product: product) else {
            throw failure(
                "merge \(rank) of \(JSONParser.quoted(left)) and \(JSONParser.quoted(right)) "
                    + "stands there twice")
        }
        mergePairs.append((leftID, rightID))
    }

    /// The id of the token that stands for exactly `bytes` and that merges can reach.
    func id(of bytes: some Sequence<UInt8>) -> TokenID? {
        Array(bytes).withUnsafeBytes { id(of: $0) }
    }

    /// The same.
    func id(of bytes: UnsafeRawBufferPointer) -> TokenID? {
        index.find(bytes, in: tokens).map(TokenID.init)
    }

    /// The id of the token that the file spells `spelling`.
    func id(ofSpelling spelling: [UInt8]) -> TokenID? {
        if let id = others[spelling] { return id }
        return ByteAlphabet.bytes(ofSpelling: spelling).flatMap { id(of: $0) }
    }

    /// An error about this vocabulary.
    func failure(_ what: String) -> ModelError {
        ModelError(
            "cannot use the tokenizer of \(source): \(what)",
            hint: "the file looks damaged, or holds another kind of tokenizer")
    }
}

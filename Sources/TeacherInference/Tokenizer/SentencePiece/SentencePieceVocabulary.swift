/// The pieces and merges of a BPE model over characters, checked as they are added.
///
/// A merge makes one symbol of two. Symbols are pieces, and single characters that are part of a
/// piece without being one: those have ids behind the vocabulary's.
struct SentencePieceVocabulary: Sendable {
    /// The spelling of each id.
    private(set) var pieces = ByteStrings()
    /// The kind of each id.
    private(set) var kinds: [TokenKind] = []
    /// The token of each byte (`<0x0A>`), -1 for none.
    private(set) var byteTokens = [TokenID](repeating: -1, count: 256)
    /// The byte that each id stands for, where it stands for one.
    private(set) var byteOfToken: [TokenID: UInt8] = [:]
    /// A merge: two symbols, the piece that they make, and how early that is done.
    typealias Merge = (left: TokenID, right: TokenID, product: TokenID, rank: UInt32)

    /// Every merge, in the order of the file.
    private(set) var mergeList: [Merge] = []
    /// The same for applying.
    private(set) var merges: BPEMerges
    /// Where no merge reaches across.
    private(set) var boundaries = WordBoundaries()
    /// The characters of symbols that are no piece, in the order of their ids.
    private(set) var extraSymbols = ByteStrings()

    /// Longest piece in bytes that merges may make, as SentencePiece's trainer allows; what the
    /// splits of a piece cost grows with its square.
    static let maxPieceBytes = 512

    /// Most bytes that are hashed to split all pieces: a second's work, and forty times Gemma's.
    static let maxSplitWork = 1 << 30

    private var index = ByteStringIndex()
    /// Whether text can become each id by its spelling.
    private(set) var isSymbol: [Bool] = []
    private var asciiSymbols = [TokenID](repeating: -1, count: 128)
    private var scalarSymbols = PairTable(capacity: 4096)
    private let source: String

    /// An empty vocabulary; `source` names the file in errors.
    init(source: String, mergeCount: Int) {
        self.source = source
        merges = BPEMerges(capacity: mergeCount)
    }

    /// Number of ids.
    var count: Int { kinds.count }

    /// Gives the next id to `spelling`, which text can become unless `isSymbol` is false; nil for
    /// an id without a token.
    mutating func append(
        _ spelling: [UInt8]?, _ kind: TokenKind, isSymbol: Bool = true
    ) throws(ModelError) {
        let id = TokenID(kinds.count)
        pieces.append(spelling ?? [])
        kinds.append(spelling == nil ? .unused : kind)
        self.isSymbol.append(
            isSymbol && spelling != nil && (kind == .normal || kind == .userDefined))
        guard let spelling else { return }
        guard String(validating: spelling, as: UTF8.self) != nil else {
            throw failure("token \(id), \(JSONParser.quoted(spelling)), is not valid UTF-8")
        }
        if let earlier = index.insert(Int(id), of: pieces) {
            throw failure("token \(id), \(JSONParser.quoted(spelling)), repeats token \(earlier)")
        }
        if kind == .byte, let byte = Self.byte(ofSpelling: spelling) {
            byteTokens[Int(byte)] = id
            byteOfToken[id] = byte
        } else if self.isSymbol[Int(id)], UTF8Width.of(spelling.first ?? 0) == spelling.count {
            setSymbol(of: spelling, id)
        }
    }

    /// Adds the merge of the pieces that the file spells `left` and `right`, of lower priority than
    /// those before it.
    mutating func appendMerge(
        _ left: some Collection<UInt8>, _ right: some Collection<UInt8>
    ) throws(ModelError) {
        let rank = mergeList.count
        guard let leftID = id(ofSpelling: left) else {
            throw failure("merge \(rank) names \(JSONParser.quoted(left)), which is no token")
        }
        guard let rightID = id(ofSpelling: right) else {
            throw failure("merge \(rank) names \(JSONParser.quoted(right)), which is no token")
        }
        guard let product = id(ofSpelling: left + Array(right)) else {
            throw failure(
                "merge \(rank) of \(JSONParser.quoted(left)) and \(JSONParser.quoted(right)) "
                    + "makes what is no token")
        }
        guard kinds[Int(product)] != .special else {
            throw failure(
                "merge \(rank) of \(JSONParser.quoted(left)) and \(JSONParser.quoted(right)) "
                    + "makes a control token")
        }
        guard append(leftID, rightID, product, UInt32(rank)) else {
            throw failure(
                "merge \(rank) of \(JSONParser.quoted(left)) and \(JSONParser.quoted(right)) "
                    + "stands there twice")
        }
        // Such a token stands for something else than the characters of its spelling.
        if [leftID, rightID].contains(where: { !isSymbol[Int($0)] }) { neverCut() }
    }

    /// Makes every way to put a piece together from two symbols a merge: the higher the piece's
    /// score, the earlier.
    ///
    /// Source: `llm_tokenizer_spm` of llama.cpp, `bpe_model.cc` of SentencePiece.
    mutating func mergeByScore(_ scores: [Double]) throws(ModelError) {
        if let id = scores.firstIndex(where: \.isNaN) {
            throw failure("the score of token \(id) is not a number")
        }
        let mergeable = (0..<count).filter {
            (kinds[$0] == .unused || isSymbol[$0])
                && Self.scalarWidth(pieces[$0]) < pieces.length($0)
        }
        let ordered = Set(mergeable.filter { isSymbol[$0] }.map { scores[$0] }).sorted(by: >)
        let ranks = Dictionary(
            uniqueKeysWithValues: ordered.enumerated().map { ($1, UInt32($0)) })
        var work = 0
        for id in mergeable {
            let piece = Array(pieces[id])
            work += piece.count * piece.count
            guard work <= Self.maxSplitWork else {
                throw failure("its pieces are too many and too long to be split in all ways")
            }
            guard piece.count <= Self.maxPieceBytes else {
                throw failure(
                    "token \(id) has \(piece.count) bytes, expected at most \(Self.maxPieceBytes)")
            }
            var cut = UTF8Width.of(piece[0])
            while cut < piece.count {
                let (left, right) = (piece[..<cut], piece[cut...])
                cut += UTF8Width.of(piece[cut])
                guard canBeSymbol(left), canBeSymbol(right) else { continue }
                guard kinds[id] != .unused else {
                    throw failure(
                        "token \(id), \(JSONParser.quoted(piece)), is of type unused, yet merges "
                            + "reach it")
                }
                _ = append(symbol(of: left), symbol(of: right), TokenID(id), ranks[scores[id]] ?? 0)
            }
        }
    }

    private mutating func append(
        _ left: TokenID, _ right: TokenID, _ product: TokenID, _ rank: UInt32
    ) -> Bool {
        guard merges.append(left, right, product: product, rank: rank) else { return false }
        mergeList.append((left, right, product, rank))
        boundaries.add(pieces[Int(product)])
        return true
    }

    /// Makes every text one word.
    mutating func neverCut() {
        boundaries = WordBoundaries(never: true)
    }

    /// The symbol of the character at `position` of `text`, `width` bytes long; -1 for none.
    @inline(__always)
    func symbol(_ text: UnsafeRawBufferPointer, _ position: Int, _ width: Int) -> TokenID {
        if width == 1 {
            let byte = text[position]
            return byte < 0x80 ? asciiSymbols[Int(byte)] : -1
        }
        var key: Int32 = 0
        for place in position..<position + width { key = key << 8 | Int32(text[place]) }
        return scalarSymbols[PairTable.key(0, key)].map { TokenID(truncatingIfNeeded: $0) } ?? -1
    }

    /// The id of the token that the file spells `spelling`, of any kind.
    func id(ofSpelling spelling: some Sequence<UInt8>) -> TokenID? {
        Array(spelling).withUnsafeBytes { index.find($0, in: pieces).map(TokenID.init) }
    }

    /// Whether text can become the piece spelled `spelling`.
    func isPiece(_ spelling: some Sequence<UInt8>) -> Bool {
        id(ofSpelling: spelling).map { isSymbol[Int($0)] } ?? false
    }

    /// The model's token that text spelled `spelling` can become as a whole.
    func token(_ spelling: UnsafeRawBufferPointer) -> TokenID? {
        guard let id = index.find(spelling, in: pieces), isSymbol[id] || kinds[id] == .byte else {
            return nil
        }
        return TokenID(id)
    }

    /// An error about this vocabulary.
    func failure(_ what: String) -> ModelError {
        ModelError(
            "cannot use the tokenizer of \(source): \(what)",
            hint: "the file looks damaged, or holds another kind of tokenizer")
    }

    /// Whether merges may begin with `spelling`: it is a piece or a single character.
    func canBeSymbol(_ spelling: ArraySlice<UInt8>) -> Bool {
        Self.scalarWidth(spelling) == spelling.count || isPiece(spelling)
    }

    /// The symbol that stands for exactly `spelling`; a character gets one if it has none.
    private mutating func symbol(of spelling: ArraySlice<UInt8>) -> TokenID {
        if let id = id(ofSpelling: spelling), isSymbol[Int(id)] { return id }
        let found = Array(spelling).withUnsafeBytes { symbol($0, 0, $0.count) }
        if found >= 0 { return found }
        let id = TokenID(count + extraSymbols.count)
        extraSymbols.append(spelling)
        setSymbol(of: Array(spelling), id)
        return id
    }

    /// Bytes of the character that `spelling` begins with.
    static func scalarWidth(_ spelling: ArraySlice<UInt8>) -> Int {
        spelling.first.map(UTF8Width.of) ?? 0
    }

    private mutating func setSymbol(of scalar: [UInt8], _ id: TokenID) {
        if scalar.count == 1 {
            asciiSymbols[Int(scalar[0])] = id
        } else {
            let key = scalar.reduce(Int32(0)) { $0 << 8 | Int32($1) }
            _ = scalarSymbols.insert(PairTable.key(0, key), UInt64(UInt32(bitPattern: id)))
        }
    }

    /// The byte of a piece spelled `<0x0A>`.
    static func byte(ofSpelling spelling: [UInt8]) -> UInt8? {
        guard spelling.count == 6, spelling.starts(with: Array("<0x".utf8)),
            spelling[5] == UInt8(ascii: ">")
        else { return nil }
        let digits = spelling[3..<5].map { digit in
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
            default: UInt8.max
            }
        }
        guard digits.allSatisfy({ $0 < 16 }) else { return nil }
        return digits[0] << 4 | digits[1]
    }
}

/// What refinery has to know of a SentencePiece model before the library may read it: its pieces,
/// and that nothing in it makes the library read or recurse out of bounds.
///
/// Source: `sentencepiece_model.proto` of SentencePiece; the wire format of protocol buffers.
struct SentencePieceProto: Sendable {
    /// The spelling of each piece.
    private(set) var pieces: [[UInt8]] = []
    /// The kind of each piece.
    private(set) var kinds: [TokenKind] = []
    /// Whether a space is put in front of a text.
    private(set) var addsDummyPrefix = true

    /// Longest piece in bytes: the library recurses over unused ones.
    private static let maxPieceBytes = SentencePieceVocabulary.maxPieceBytes

    /// Most pieces, and most bytes of anything else in the file: what the library allocates for a
    /// byte of either is tens of times as much.
    private static let (maxPieces, maxOtherBytes) = (1 << 22, 1 << 20)

    /// Reads `bytes`, a serialised ModelProto; `source` names the file in errors.
    init(_ bytes: [UInt8], source: String) throws(ModelError) {
        // The format's default is Unigram.
        var modelType = 1
        var fields = Fields(bytes[...], source: source)
        var otherBytes = 0
        while let field = try fields.next() {
            if field.number != 1 { otherBytes += 1 + (field.content?.count ?? 0) }
            guard otherBytes <= Self.maxOtherBytes, pieces.count <= Self.maxPieces else {
                throw ModelError(
                    "cannot use the tokenizer of \(source): it has more than \(Self.maxPieces) "
                        + "pieces or \(Self.maxOtherBytes) bytes beside them")
            }
            switch field.number {
            case 1: try append(piece: try field.message(source), source: source)
            case 2:
                var trainer = Fields(try field.message(source), source: source)
                while let field = try trainer.next() {
                    if field.number == 3 { modelType = Int(truncatingIfNeeded: field.value) }
                }
            case 3:
                addsDummyPrefix = try addsPrefix(normalizer: field.message(source), source: source)
            case 5:
                _ = try addsPrefix(normalizer: field.message(source), source: source)
            default: break
            }
        }
        guard modelType == 2 else {
            let names = [1: "Unigram", 3: "Word", 4: "Char"]
            throw ModelError(
                "cannot use the tokenizer of \(source): its model type is "
                    + "\(names[modelType] ?? String(modelType)), expected BPE")
        }
    }

    private mutating func append(
        piece bytes: ArraySlice<UInt8>, source: String
    ) throws(ModelError) {
        var spelling: [UInt8] = []
        var type: UInt64 = 1
        var fields = Fields(bytes, source: source)
        while let field = try fields.next() {
            switch field.number {
            case 1: spelling = Array(try field.message(source))
            case 2 where Float(bitPattern: UInt32(truncatingIfNeeded: field.value)).isNaN:
                throw ModelError(
                    "cannot use the tokenizer of \(source): the score of piece \(pieces.count) is "
                        + "not a number")
            case 3: type = field.value
            default: break
            }
        }
        guard !spelling.isEmpty, spelling.count <= Self.maxPieceBytes,
            String(validating: spelling, as: UTF8.self) != nil
        else {
            throw ModelError(
                "cannot use the tokenizer of \(source): piece \(pieces.count) has "
                    + "\(spelling.count) bytes or is not valid UTF-8, expected 1 to "
                    + "\(Self.maxPieceBytes)")
        }
        pieces.append(spelling)
        let kind: TokenKind =
            switch type {
            case 2, 3: .special
            case 4: .userDefined
            case 5: .unused
            case 6: .byte
            default: .normal
            }
        kinds.append(kind)
    }

    /// The member `add_dummy_prefix` of a NormalizerSpec.
    private func addsPrefix(
        normalizer bytes: ArraySlice<UInt8>, source: String
    ) throws(ModelError) -> Bool {
        var adds = true
        var fields = Fields(bytes, source: source)
        while let field = try fields.next() {
            switch field.number {
            case 2:
                // The library walks these tables without a look at their bounds.
                guard try field.message(source).isEmpty else {
                    throw ModelError(
                        "cannot use the tokenizer of \(source): it maps characters "
                            + "(precompiled_charsmap), which is not supported")
                }
            case 3: adds = field.value != 0
            default: break
            }
        }
        return adds
    }
}

/// The fields of one message, in file order.
private struct Fields {
    struct Field {
        var number: UInt64
        /// The number, or the bits of one.
        var value: UInt64 = 0
        /// The content of a field with a length.
        var content: ArraySlice<UInt8>?

        func message(_ source: String) throws(ModelError) -> ArraySlice<UInt8> {
            guard let content else { throw Fields.damaged(source) }
            return content
        }
    }

    private var rest: ArraySlice<UInt8>
    private let source: String

    init(_ bytes: ArraySlice<UInt8>, source: String) {
        (rest, self.source) = (bytes, source)
    }

    mutating func next() throws(ModelError) -> Field? {
        if rest.isEmpty { return nil }
        let key = try varint()
        var field = Field(number: key >> 3)
        switch key & 7 {
        case 0: field.value = try varint()
        case 1: field.value = try fixed(8)
        case 2: field.content = try take(try varint())
        case 5: field.value = try fixed(4)
        default: throw Self.damaged(source)
        }
        return field
    }

    private mutating func varint() throws(ModelError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard let byte = rest.popFirst() else { throw Self.damaged(source) }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw Self.damaged(source)
    }

    private mutating func fixed(_ count: UInt64) throws(ModelError) -> UInt64 {
        try take(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func take(_ count: UInt64) throws(ModelError) -> ArraySlice<UInt8> {
        guard count <= UInt64(rest.count) else { throw Self.damaged(source) }
        let taken = rest.prefix(Int(count))
        rest = rest.dropFirst(Int(count))
        return taken
    }

    static func damaged(_ source: String) -> ModelError {
        ModelError(
            "cannot read \(source): not a SentencePiece model",
            hint: "the file looks damaged, or is a Git LFS pointer; copy it again")
    }
}

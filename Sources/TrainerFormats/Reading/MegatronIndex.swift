/// What a Megatron `.idx` says of its `.bin`; ``MegatronWriter`` has the layout.
public struct MegatronIndex: Sendable, Equatable {
    /// How ids are stored.
    public let type: TokenType
    /// Sequences.
    public let sequences: Int64
    /// Texts.
    public let texts: Int64
    /// Ids in all sequences.
    public let tokens: Int64

    /// Reads the index at `path`, whose arrays it walks through.
    ///
    /// - Throws: ``TrainerFormatError`` for a file that is no index, or whose sizes contradict each
    ///   other.
    public init(path: String) throws {
        let file = try ReadFile(path: path)
        func wrong(_ what: String) -> TrainerFormatError {
            TrainerFormatError("\(path) is no index of Megatron: \(what)")
        }
        let head = try file.bytes(at: 0, count: Self.headerBytes)
        guard head.count == Self.headerBytes, head.starts(with: MegatronWriter.magic) else {
            throw wrong("it does not begin as one")
        }
        let (version, sequences, indices) = head.withUnsafeBytes { head in
            (
                head.number(at: 9, as: UInt64.self), head.number(at: 18, as: Int64.self),
                head.number(at: 26, as: Int64.self)
            )
        }
        guard version == 1, let sequences, let indices else { throw wrong("its version is not 1") }
        switch head[17] {
        case 8: type = .uint16
        case 4: type = .int32
        default: throw wrong("its ids are of type \(head[17])")
        }
        let (places, isLarge) = sequences.multipliedReportingOverflow(by: 12)
        let (bounds, isLarger) = indices.multipliedReportingOverflow(by: 8)
        guard sequences >= 0, indices >= 1, !isLarge, !isLarger,
            places <= file.size, bounds <= file.size,
            Int64(Self.headerBytes) + places + bounds == file.size
        else {
            throw wrong(
                "it has \(file.size) bytes, and names \(sequences) sequences and \(indices) "
                    + "document indices")
        }
        var tokens: Int64 = 0
        let start = Int64(Self.headerBytes)
        try file.forEachPiece(from: start, count: 4 * sequences) { piece in
            for offset in stride(from: 0, to: piece.count, by: 4) {
                let length = piece.number(at: offset, as: Int32.self) ?? -1
                guard length >= 0 else { throw wrong("a sequence has \(length) tokens") }
                tokens += Int64(length)
            }
        }
        var place: Int64 = 0
        let last = try file.bytes(at: start + places - 8, count: 8)
        let length = try file.bytes(at: start + 4 * sequences - 4, count: 4)
        if sequences > 0 {
            place = last.withUnsafeBytes { $0.number(at: 0, as: Int64.self) } ?? -1
            let size = length.withUnsafeBytes { $0.number(at: 0, as: Int32.self) } ?? 0
            guard place == (tokens - Int64(size)) * Int64(type.size) else {
                throw wrong("its last sequence begins at byte \(place)")
            }
        }
        let end = try file.bytes(at: file.size - 8, count: 8)
        guard end.withUnsafeBytes({ $0.number(at: 0, as: Int64.self) }) == sequences else {
            throw wrong("its last text does not end with its last sequence")
        }
        self.sequences = sequences
        texts = indices - 1
        self.tokens = tokens
    }

    private static let headerBytes = 34
}

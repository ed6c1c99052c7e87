/// A row of a score file that is kept: all that an export says of it and its score file may not.
///
/// 40 bytes in a file, little-endian, in this order.
struct KeptRow: Equatable {
    /// Bytes of a row in a file.
    static let width = 40

    /// Its number among the shard's chunks, from 0.
    var row: UInt32
    /// Tokens that the teacher scored.
    var tokens: UInt32
    /// Its place in the selection, from 1.
    var rank: UInt64
    /// The score that it was chosen by.
    var score: Double
    /// Σ NLL by the teacher, nats.
    var teacherNLL: Double
    /// Σ NLL by the reference, nats.
    var referenceNLL: Double

    /// Writes the row behind others.
    func write(to bytes: inout [UInt8]) {
        func put(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
        }
        put(row)
        put(tokens)
        put(rank)
        put(score.bitPattern)
        put(teacherNLL.bitPattern)
        put(referenceNLL.bitPattern)
    }

    /// Reads a row of ``width`` bytes.
    init(_ bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count == Self.width)
        func word(_ offset: Int) -> UInt64 {
            UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        row = UInt32(truncatingIfNeeded: word(0))
        tokens = UInt32(truncatingIfNeeded: word(0) >> 32)
        rank = word(8)
        score = Double(bitPattern: word(16))
        teacherNLL = Double(bitPattern: word(24))
        referenceNLL = Double(bitPattern: word(32))
    }

    /// A row of the given parts.
    init(
        row: UInt32, tokens: UInt32, rank: UInt64, score: Double, teacherNLL: Double,
        referenceNLL: Double
    ) {
        self.row = row
        self.tokens = tokens
        self.rank = rank
        self.score = score
        self.teacherNLL = teacherNLL
        self.referenceNLL = referenceNLL
    }
}

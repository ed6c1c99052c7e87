/// The file of token sequences: a header, the ids, and where each sequence ends.
///
/// Numbers are little-endian.
///
/// | bytes | what |
/// |---|---|
/// | 0 ..< 8 | `RFNTOKS1` |
/// | 8 ..< 16 | V: ids are below it |
/// | 16 ..< 24 | n: sequences |
/// | 24 ..< 32 | t: ids of all sequences |
/// | 32 ..< 64 | SHA-256 of everything else: the bytes from 64 on, then bytes 0 ..< 32 |
/// | 64 ..< 64 + 4t | the ids, four bytes each, sequence after sequence |
/// | up to a multiple of 8 | zero |
/// | 8n at the end | where each sequence ends, counted in ids from the first, eight bytes each |
///
/// A sequence has at least two ids: the first is context, the others are predicted.
enum TokenSequencesFormat {
    static let magic = [UInt8]("RFNTOKS1".utf8)
    static let headerBytes = 64
    static let summedHeaderBytes = 32

    /// Zero bytes behind `tokens` ids.
    static func padding(tokens: Int) -> Int { tokens % 2 * 4 }
}

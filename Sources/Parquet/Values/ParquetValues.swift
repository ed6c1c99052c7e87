/// The values of one column in a batch of rows.
///
/// Bytes lie in the page that they were read from, or in memory of their own; a batch keeps what
/// it needs, and no value is copied until it is asked for.
public struct ParquetValues: Sendable {
    /// The column.
    public let column: ParquetColumn

    /// How many rows there are.
    public let count: Int

    /// The segment's row that is the first here.
    let first: Int
    /// A word a row of the segment.
    let words: RawMemory
    /// A byte a row of the segment, 0 where it is null; nil where none is.
    let validity: RawMemory?
    /// What words are spans of; nil where they are numbers.
    let bytes: RawMemory?

    /// Whether the row has no value.
    public func isNull(_ row: Int) -> Bool {
        let index = index(row)
        guard let validity else { return false }
        return validity.base.load(fromByteOffset: index, as: UInt8.self) == 0
    }

    /// A value of the kind `integer`; 0 where it is null.
    public func integer(_ row: Int) -> Int64 {
        precondition(column.kind == .integer)
        return Int64(bitPattern: word(row))
    }

    /// A value of the kind `unsigned`; 0 where it is null.
    public func unsigned(_ row: Int) -> UInt64 {
        precondition(column.kind == .unsigned)
        return word(row)
    }

    /// A value of the kind `boolean`; false where it is null.
    public func boolean(_ row: Int) -> Bool {
        precondition(column.kind == .boolean)
        return word(row) != 0
    }

    /// A value of the kind `float` or `double`; 0 where it is null.
    public func double(_ row: Int) -> Double {
        precondition(column.kind == .float || column.kind == .double)
        return Double(bitPattern: word(row))
    }

    /// Hands the bytes of a value of the kind `text` or `binary` to `body`; none where it is null.
    ///
    /// The pointer is valid until `body` returns.
    public func withBytes<Result, Failure: Error>(
        _ row: Int, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(column.kind == .text || column.kind == .binary)
        let span = ByteSpan(word: word(row))
        guard let bytes, span.count > 0 else {
            return try body(UnsafeRawBufferPointer(start: nil, count: 0))
        }
        // SAFETY: decoders hold every span within `bytes`, which lives as long as this value.
        return try body(UnsafeRawBufferPointer(start: bytes.base + span.start, count: span.count))
    }

    /// A copy of the bytes of a value of the kind `text` or `binary`; empty where it is null.
    public func bytes(_ row: Int) -> [UInt8] { withBytes(row) { Array($0) } }

    private func index(_ row: Int) -> Int {
        precondition(row >= 0 && row < count)
        return first + row
    }

    private func word(_ row: Int) -> UInt64 {
        // SAFETY: the segment has a word for every row, and `index` is one of them.
        words.base.load(fromByteOffset: 8 * index(row), as: UInt64.self)
    }
}

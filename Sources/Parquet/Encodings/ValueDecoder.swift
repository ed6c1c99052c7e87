/// Decodes the values of a page that are not null, in order.
///
/// A value is a word: an integer, a double's bits, 0 or 1, or a ``ByteSpan`` of ``bytes``.
protocol ValueDecoder {
    /// What spans of the last call are spans of; nil where values are numbers.
    var bytes: RawMemory? { get }

    /// Decodes up to `count` values to `target`, which has room for them.
    ///
    /// - Returns: how many; less than `count`, but not 0, where bytes would become too many.
    mutating func decode(
        _ count: Int, to target: UnsafeMutablePointer<UInt64>
    ) throws(ParquetError) -> Int
}

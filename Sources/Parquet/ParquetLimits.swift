/// What a reader takes at most, whatever a file says of itself.
///
/// A reader holds one page of each column that is asked for, its dictionary, and the values of
/// one batch.
public struct ParquetLimits: Sendable {
    /// Bytes of a page, compressed or not; the format's own limit is 2 GiB.
    public var maxPageBytes = 1 << 30

    /// Bytes that the pages and dictionaries of all columns take together.
    public var maxHeldBytes = Int.max

    /// Bytes of a file's metadata.
    public var maxFooterBytes = 256 << 20

    /// Rows of a batch, at most 2^20.
    public var batchRows = 16_384

    /// Bytes that the values of one column of a batch take where they are put together from
    /// parts, at most 2^30; a batch has a row whatever that takes.
    public var batchBytes = 8 << 20

    /// The limits that are right for most.
    public init() {}

    /// The same limits, where they are not beyond what spans of 32 bits can hold.
    var clamped: ParquetLimits {
        var limits = self
        limits.batchRows = min(max(1, batchRows), 1 << 20)
        limits.batchBytes = min(max(1, batchBytes), 1 << 30)
        return limits
    }
}

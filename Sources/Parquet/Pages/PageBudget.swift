import Synchronization

/// What the pages of all columns of a reader take together at most.
final class PageBudget: Sendable {
    private let most: Int
    private let taken = Atomic(0)

    /// A budget of `most` bytes.
    init(_ most: Int) {
        self.most = most
    }

    /// Takes `bytes` of it.
    ///
    /// - Throws: ``ParquetError`` where that is more than is left.
    func take(_ bytes: Int) throws(ParquetError) {
        let held = taken.wrappingAdd(bytes, ordering: .relaxed).newValue
        guard held <= most else {
            giveBack(bytes)
            throw ParquetError(
                "the pages of its columns take \(held) bytes together, at most \(most) are held",
                hint: "write the file again with smaller pages (1 MiB is usual)")
        }
    }

    /// Gives `bytes` back.
    func giveBack(_ bytes: Int) { taken.wrappingSubtract(bytes, ordering: .relaxed) }
}

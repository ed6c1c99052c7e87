import CKernels

/// The fixed blocks that a batch's rows are cut into: whoever computes one, its sums are the same.
enum RowBlocks {
    /// Rows of a block.
    static let size = Int(CKT_ROWS)

    /// Blocks of `rows` rows.
    static func count(_ rows: Int) -> Int { (rows + size - 1) / size }

    /// Rows of block `index`.
    static func range(_ index: Int, of rows: Int) -> Range<Int> {
        index * size..<min((index + 1) * size, rows)
    }
}

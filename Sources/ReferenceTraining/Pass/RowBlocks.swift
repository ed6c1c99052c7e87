import CKernels

/// The fixed blocks that a batch's rows are cut into: whoever computes one, its sums are the same.
struct RowBlocks {
    /// Those of the layers.
    static let layers = RowBlocks(size: Int(CKT_ROWS))

    /// Those of the LM head.
    static let head = RowBlocks(size: Int(CKT_HEAD_ROWS))

    /// Rows of a block.
    let size: Int

    /// Blocks of `rows` rows.
    func count(_ rows: Int) -> Int { (rows + size - 1) / size }

    /// Rows of block `index`.
    func range(_ index: Int, of rows: Int) -> Range<Int> {
        index * size..<min((index + 1) * size, rows)
    }
}

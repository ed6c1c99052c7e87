import CKernels

/// A thread's working memory as blocks of rows use it.
struct BlockScratch {
    /// Packed rows of a block, of the widest operand.
    let packed: UnsafeMutablePointer<Float>
    /// Rows of a block, of the widest operand.
    let rows: UnsafeMutablePointer<Float>
    /// [192, D].
    let gradient: UnsafeMutablePointer<Float>

    /// Cuts up memory of ``floats(_:longest:)`` floats.
    init(_ base: UnsafeMutablePointer<Float>, _ shape: ReferenceShape) {
        let widest = Self.widest(shape)
        packed = base
        rows = packed + TrainingKernels.packed(RowBlocks.layers.size, widest)
        gradient = rows + RowBlocks.layers.size * widest
    }

    private static func widest(_ shape: ReferenceShape) -> Int {
        max(shape.width, shape.feedForward, shape.queryWidth)
    }

    /// Floats that a thread needs for anything that it may do with sequences of up to `longest` rows.
    static func floats(_ shape: ReferenceShape, longest: Int) -> Int {
        let widest = widest(shape)
        let blocks =
            TrainingKernels.packed(RowBlocks.layers.size, widest)
            + RowBlocks.layers.size * (widest + shape.width)
        return max(
            blocks, WeightGradient.scratch, ckt_head_scratch(),
            ckt_attention_scratch(longest, shape.headSize))
    }
}

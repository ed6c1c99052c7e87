import CKernels

/// The gradient of one matrix: Σ over rows of outputs' gradient ⊗ inputs.
///
/// It is computed in fixed tiles of the matrix, each over all rows in order, so that no two threads
/// add to one number.
struct WeightGradient {
    /// The matrix, [outputs, inputs].
    let matrix: ParameterLayout.Tensor
    /// [T, outputs].
    let outputs: UnsafePointer<Float>
    /// Floats from one row of ``outputs`` to the next.
    let outputStride: Int
    /// [T, inputs].
    let inputs: UnsafePointer<Float>

    private static let tileOutputs = RowBlocks.layers.size
    private static let tileInputs = 512

    /// Floats of working memory that a tile needs.
    static var scratch: Int {
        TrainingKernels.packed(tileOutputs, RowBlocks.layers.size)
            + TrainingKernels.packed(tileInputs, RowBlocks.layers.size)
    }

    /// Tiles of the matrix.
    var tiles: Int { across * ((matrix.inputs + Self.tileInputs - 1) / Self.tileInputs) }

    private var across: Int { (matrix.outputs + Self.tileOutputs - 1) / Self.tileOutputs }

    /// Computes tile `index` over `rows` rows.
    ///
    /// - Parameters:
    ///   - index: from 0 to ``tiles``.
    ///   - rows: T.
    ///   - kernels: the instruction set.
    ///   - gradient: the whole layout's gradients; the tile is overwritten.
    ///   - scratch: ``scratch`` floats of the thread's.
    func compute(
        _ index: Int, rows: Int, kernels: TrainingKernels, gradient: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>
    ) {
        let table = kernels.table.pointee
        let firstOutput = index % across * Self.tileOutputs
        let firstInput = index / across * Self.tileInputs
        let height = min(Self.tileOutputs, matrix.outputs - firstOutput)
        let width = min(Self.tileInputs, matrix.inputs - firstInput)
        let other = scratch + TrainingKernels.packed(Self.tileOutputs, RowBlocks.layers.size)
        let tile = gradient + matrix.offset + firstOutput * matrix.inputs + firstInput
        for block in 0..<RowBlocks.layers.count(rows) {
            let range = RowBlocks.layers.range(block, of: rows)
            table.pack_columns(
                range.count, height, outputs + range.lowerBound * outputStride + firstOutput,
                outputStride, scratch, kernels.rows)
            table.pack_columns(
                range.count, width, inputs + range.lowerBound * matrix.inputs + firstInput,
                matrix.inputs, other, kernels.columns)
            table.product(
                height, width, range.count, scratch, other, range.count * kernels.columns, tile,
                matrix.inputs, block > 0 ? 1 : 0)
        }
    }
}

import CKernels

/// Reads rows of a mapped matrix as Float32, however the file lays them out.
///
/// One a worker: transposed matrices are turned a block at a time in memory of its own, so that no
/// copy of them is held.
struct RowReader: ~Copyable {
    private let kernels: ComputeKernels
    /// A block of a transposed matrix before and after it is turned.
    private let turned: FloatBuffer

    /// Inputs that are dequantised at once, so that they are packed out of the first-level cache;
    /// a multiple of every type's block.
    static let slice = 256

    /// A reader that works on `kernels`.
    init(kernels: ComputeKernels) {
        self.kernels = kernels
        turned = FloatBuffer(Self.floats(kernels: kernels))
    }

    /// Floats that the buffer holds, for the memory formula.
    static func floats(kernels: ComputeKernels) -> Int { 2 * kernels.columns * slice }

    /// Leaves inputs `slice` of rows `range` of `matrix` at `destination`, one row after the other;
    /// both ends of `slice` are ends of blocks.
    borrowing func read(
        _ range: Range<Int>, of matrix: Tensor, _ slice: Range<Int>,
        to destination: UnsafeMutablePointer<Float>
    ) {
        precondition(range.lowerBound >= 0 && range.upperBound <= matrix.shape[0])
        guard let base = matrix.bytes.baseAddress else { return }
        if case .transposed(let stride) = matrix.layout {
            return turn(range, of: matrix, stride: stride, slice, to: destination)
        }
        let type = matrix.type
        let rowBytes = matrix.shape[1] / type.blockCount * type.blockBytes
        let offset = slice.lowerBound / type.blockCount * type.blockBytes
        // SAFETY: the tensor's bytes were checked against its shape and layout, which `range` and
        // `slice` lie within; slices begin and end at blocks. Callers bound the destination.
        if slice.count == matrix.shape[1], matrix.layout == .contiguous {
            ck_dequantize(
                kernels.table, type.rawValue, base + range.lowerBound * rowBytes, destination,
                Int64(range.count * slice.count))
        } else {
            for (index, row) in range.enumerated() {
                ck_dequantize(
                    kernels.table, type.rawValue,
                    base + matrix.place(ofRow: row) * rowBytes + offset,
                    destination + index * slice.count, Int64(slice.count))
            }
        }
    }

    /// As ``read(_:of:_:to:)``, of a matrix that is stored transposed: blocks of it are read
    /// along its columns, turned by the packing kernel and laid down row by row.
    private func turn(
        _ range: Range<Int>, of matrix: Tensor, stride: Int, _ slice: Range<Int>,
        to destination: UnsafeMutablePointer<Float>
    ) {
        guard let base = matrix.bytes.baseAddress else { return }
        let type = matrix.type, width = kernels.columns
        let columns = turned.base, block = turned.base + width * Self.slice
        for firstRow in Swift.stride(from: range.lowerBound, to: range.upperBound, by: width) {
            let rows = firstRow..<min(firstRow + width, range.upperBound)
            for firstInput in Swift.stride(
                from: slice.lowerBound, to: slice.upperBound, by: Self.slice)
            {
                let inputs = firstInput..<min(firstInput + Self.slice, slice.upperBound)
                // SAFETY: `rows` and `inputs` lie within the matrix, whose bytes reach from its
                // first number to its last; a block has at most `width` rows and `slice` inputs,
                // which `turned` has room for twice.
                for (index, input) in inputs.enumerated() {
                    ck_dequantize(
                        kernels.table, type.rawValue,
                        base + (input * stride + rows.lowerBound) * type.blockBytes,
                        columns + index * rows.count, Int64(rows.count))
                }
                ck_pack(
                    kernels.table, Int64(inputs.count), Int64(rows.count), columns,
                    Int64(rows.count), block, Int32(inputs.count))
                for row in 0..<rows.count {
                    let to = rows.lowerBound - range.lowerBound + row
                    (destination + to * slice.count + inputs.lowerBound - slice.lowerBound).update(
                        from: block + row * inputs.count, count: inputs.count)
                }
            }
        }
    }
}

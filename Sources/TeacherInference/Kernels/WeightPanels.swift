import CKernels
import Foundation

/// Scratch for walking a weight matrix in row panels, each dequantised once a batch.
///
/// A panel stays within half of the second-level cache, so that every tile of activations meets it
/// there. One a worker.
struct WeightPanels: ~Copyable {
    private let kernels: ComputeKernels
    private let rows: FloatBuffer
    private let panel: FloatBuffer
    private let panelFloats: Int

    /// Scratch for matrices of up to `maxColumns` inputs.
    init(kernels: ComputeKernels, maxColumns: Int) {
        self.kernels = kernels
        panelFloats = Self.cacheFloats
        rows = FloatBuffer(Int(CK_NR) * maxColumns)
        panel = FloatBuffer(max(panelFloats, Int(CK_NR) * maxColumns))
    }

    /// Floats that the two buffers hold, for the memory formula.
    static func floats(maxColumns: Int) -> Int {
        Int(CK_NR) * maxColumns + max(cacheFloats, Int(CK_NR) * maxColumns)
    }

    /// Half of the second-level cache, in Float32 numbers.
    private static let cacheFloats: Int = {
        let bytes = sysconf(Int32(_SC_LEVEL2_CACHE_SIZE))
        return min(max(bytes, 256 << 10), 4 << 20) / 8
    }()

    /// Rows of `matrix` that go into one panel.
    func panelRows(of matrix: Tensor, wholeDepth: Bool) -> Int {
        let depth = wholeDepth ? matrix.shape[1] : Int(ck_kc(Int64(matrix.shape[1])))
        let fit = min(panelFloats / max(depth, 1), panel.count / max(matrix.shape[1], 1))
        return max(Int(CK_NR), fit / Int(CK_NR) * Int(CK_NR))
    }

    /// Dequantises rows `range` of `matrix` in the layout that the product reads: packed for the
    /// micro-kernels, row-major for OpenBLAS.
    borrowing func load(_ range: Range<Int>, of matrix: Tensor) -> UnsafePointer<Float> {
        let inner = matrix.shape[1]
        let rowBytes = matrix.bytes.count / matrix.shape[0]
        precondition(range.upperBound <= matrix.shape[0])
        guard let base = matrix.bytes.baseAddress else { return UnsafePointer(panel.base) }
        if kernels.usesOpenBLAS {
            precondition(range.count * inner <= panel.count)
            ck_dequantize(
                kernels.table, matrix.type.rawValue, base + range.lowerBound * rowBytes, panel.base,
                Int64(range.count * inner))
            return UnsafePointer(panel.base)
        }
        let group = Int(CK_NR)
        let groups = (range.count + group - 1) / group
        precondition(groups * group * inner <= panel.count && group * inner <= rows.count)
        let block = Int(ck_kc(Int64(inner)))
        for index in 0..<groups {
            let first = range.lowerBound + index * group
            let count = min(group, range.upperBound - first)
            // SAFETY: `count` rows from `first` lie in the matrix; the preconditions bound both
            // buffers for `group` rows.
            ck_dequantize(
                kernels.table, matrix.type.rawValue, base + first * rowBytes, rows.base,
                Int64(count * inner))
            for start in stride(from: 0, to: inner, by: block) {
                let depth = min(block, inner - start)
                ck_pack(
                    kernels.table, Int64(count), Int64(depth), rows.base + start, Int64(inner),
                    panel.base + (start * groups + index * depth) * group, Int32(CK_NR))
            }
        }
        return UnsafePointer(panel.base)
    }

    /// Row `row` of `matrix` as Float32, in memory that the next call reuses.
    borrowing func loadRow(_ row: Int, of matrix: Tensor) -> UnsafePointer<Float> {
        let rowBytes = matrix.bytes.count / matrix.shape[0]
        precondition(row >= 0 && row < matrix.shape[0] && matrix.shape[1] <= rows.count)
        if let base = matrix.bytes.baseAddress {
            ck_dequantize(
                kernels.table, matrix.type.rawValue, base + row * rowBytes, rows.base,
                Int64(matrix.shape[1]))
        }
        return UnsafePointer(rows.base)
    }

    /// output[rows, matrix rows] (+)= input · matrixᵀ.
    ///
    /// - Parameters:
    ///   - matrix: [outputs, inputs].
    ///   - input: packed activations [rows, inputs].
    ///   - rows: rows of input and output.
    ///   - spans: the sequences' rows. OpenBLAS multiplies each alone, so that a row's bits do not
    ///     depend on its company; the micro-kernels take all at once and have that by construction.
    ///   - output: row-major.
    ///   - stride: floats from one row of the output to the next.
    ///   - accumulate: whether the product is added to what the output holds.
    borrowing func multiply(
        _ matrix: Tensor, input: UnsafePointer<Float>, rows: Int, spans: [Range<Int>],
        output: UnsafeMutablePointer<Float>, stride: Int, accumulate: Bool
    ) {
        let inner = matrix.shape[1], outputs = matrix.shape[0]
        let step = panelRows(of: matrix, wholeDepth: kernels.usesOpenBLAS)
        for first in Swift.stride(from: 0, to: outputs, by: step) {
            let range = first..<min(first + step, outputs)
            let panel = load(range, of: matrix)
            guard kernels.usesOpenBLAS else {
                ck_gemm(
                    kernels.table, Int64(rows), Int64(range.count), Int64(inner), input, panel,
                    output + first, Int64(stride), accumulate ? 1 : 0)
                continue
            }
            for span in spans {
                OpenBLAS.multiply(
                    rows: span.count, columns: range.count, inner: inner,
                    a: input + span.lowerBound * inner, b: panel,
                    c: output + span.lowerBound * stride + first, cStride: stride,
                    accumulate: accumulate)
            }
        }
    }
}

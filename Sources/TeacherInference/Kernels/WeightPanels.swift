import CKernels
import Foundation

/// Scratch for walking weight matrices in row panels, each dequantised once a batch.
///
/// A panel stays in the second-level cache beside a block of activations. One a worker.
struct WeightPanels: ~Copyable {
    /// The kernels that multiply.
    let kernels: ComputeKernels
    private let clock: PartClock
    /// Some weights as Float32, before they are packed.
    private let rows: FloatBuffer
    private let panel: FloatBuffer
    /// What a product leaves of one panel: see `ck_product`, or under OpenBLAS a sequence's rows.
    private let results: FloatBuffer
    /// Biases of one panel.
    private let biases = FloatBuffer(Int(CK_MAX_COLS))
    private let reader: RowReader

    /// Scratch for matrices of up to `maxColumns` inputs and sequences of up to `longest` rows.
    init(kernels: ComputeKernels, clock: PartClock, maxColumns: Int, longest: Int) {
        self.kernels = kernels
        self.clock = clock
        let sizes = Sizes(kernels: kernels, maxColumns: maxColumns, longest: longest)
        rows = FloatBuffer(sizes.rows)
        panel = FloatBuffer(sizes.panel)
        results = FloatBuffer(sizes.results)
        reader = RowReader(kernels: kernels)
    }

    private struct Sizes {
        let rows: Int
        let panel: Int
        let results: Int

        init(kernels: ComputeKernels, maxColumns: Int, longest: Int) {
            rows = max(kernels.columns * RowReader.slice, maxColumns)
            panel = max(panelFloats, Int(CK_HEAD_COLS) * maxColumns)
            results = max(
                Int(ck_product_scratch()),
                kernels.usesOpenBLAS ? Int(CK_HEAD_COLS) * longest : 0)
        }
    }

    /// Floats that the buffers hold, for the memory formula.
    static func floats(kernels: ComputeKernels, maxColumns: Int, longest: Int) -> Int {
        let sizes = Sizes(kernels: kernels, maxColumns: maxColumns, longest: longest)
        return sizes.rows + sizes.panel + sizes.results + RowReader.floats(kernels: kernels)
    }

    /// Three quarters of the second-level cache, in Float32 numbers.
    private static let panelFloats: Int = {
        let bytes = sysconf(Int32(_SC_LEVEL2_CACHE_SIZE))
        return min(max(bytes, 256 << 10), 4 << 20) / 16 * 3
    }()

    /// Inputs over which a block of activations takes three quarters of the second-level cache: a
    /// whole number of chains, so that no machine's cache changes the order of a sum.
    private static func depth(inner: Int) -> Int {
        let chain = Int(ck_kc(Int64(inner)))
        return max(1, panelFloats / Int(CK_BLOCK_ROWS) / chain) * chain
    }

    /// Matrix rows that go into one panel: a multiple of the kernels' columns.
    private func panelRows(inner: Int, tallest: Int) -> Int {
        var fit = min(panelFloats(inner), Int(CK_MAX_COLS))
        if kernels.usesOpenBLAS { fit = min(fit, results.count / max(tallest, 1)) }
        return max(kernels.columns, fit / kernels.columns * kernels.columns)
    }

    private func panelFloats(_ inner: Int) -> Int {
        max(2 * kernels.columns, Self.panelFloats / max(inner, 1))
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
        let step = panelRows(inner: inner, tallest: 1)
        for first in Swift.stride(from: 0, to: outputs, by: step) {
            let range = first..<min(first + step, outputs)
            load(range, of: matrix)
            clock.lap(.dequantising)
            if kernels.usesOpenBLAS {
                for span in spans {
                    multiply(
                        span, of: input, inner: inner, columns: range.count,
                        into: output + span.lowerBound * stride + first, stride: stride,
                        accumulate: accumulate)
                }
            } else {
                var product = product(input, rows: rows, columns: range.count, inner: inner)
                ck_multiply(
                    kernels.table, &product, output + first, Int64(stride), accumulate ? 1 : 0)
            }
            clock.lap(.projections)
        }
    }

    /// output = activation(input · gateᵀ) ∘ (input · upᵀ), packed: SwiGLU and its like
    /// (arXiv 2002.05202).
    ///
    /// Gate and up are [outputs, inputs] with their biases; the other parameters are those of
    /// ``multiply``.
    borrowing func multiplyGated(
        gate: DecoderWeights.Linear, up: DecoderWeights.Linear, activation: Activation = .silu,
        input: UnsafePointer<Float>, rows: Int, spans: [Range<Int>],
        output: UnsafeMutablePointer<Float>
    ) {
        let inner = gate.weight.shape[1], outputs = gate.weight.shape[0]
        let tallest = spans.map(\.count).max() ?? 1
        let step = panelRows(inner: inner, tallest: tallest) / 2
        for first in Swift.stride(from: 0, to: outputs, by: step) {
            let range = first..<min(first + step, outputs)
            load(range, gate: gate.weight, up: up.weight)
            let bias = loadBiases(range, gate: gate.bias, up: up.bias)
            clock.lap(.dequantising)
            if kernels.usesOpenBLAS {
                for span in spans {
                    multiply(
                        span, of: input, inner: inner, columns: 2 * range.count,
                        into: results.base, stride: 2 * range.count, accumulate: false)
                    if let bias {
                        ck_add_bias(
                            kernels.table, Int64(span.count), Int64(2 * range.count), results.base,
                            Int64(2 * range.count), bias)
                    }
                    ck_activate(
                        kernels.table, activation.code, Int64(span.count), Int64(range.count),
                        results.base, results.base + range.count, Int64(2 * range.count), nil,
                        output + span.lowerBound * outputs + first, Int64(outputs))
                }
            } else {
                let half = kernels.columns / 2
                let columns = (range.count + half - 1) / half * kernels.columns
                var product = product(input, rows: rows, columns: columns, inner: inner)
                ck_multiply_activated(
                    kernels.table, &product, activation.code, 1, bias, output, Int64(outputs),
                    Int64(first))
            }
            clock.lap(.projections)
        }
    }

    /// output = activation(input · layerᵀ), packed, with the layer's bias.
    ///
    /// The other parameters are those of ``multiply``.
    borrowing func multiplyActivated(
        _ layer: DecoderWeights.Linear, activation: Activation, input: UnsafePointer<Float>,
        rows: Int, spans: [Range<Int>], output: UnsafeMutablePointer<Float>
    ) {
        let inner = layer.weight.shape[1], outputs = layer.weight.shape[0]
        let tallest = spans.map(\.count).max() ?? 1
        let step = panelRows(inner: inner, tallest: tallest)
        for first in Swift.stride(from: 0, to: outputs, by: step) {
            let range = first..<min(first + step, outputs)
            load(range, of: layer.weight)
            let bias = loadBiases(range, layer.bias)
            clock.lap(.dequantising)
            if kernels.usesOpenBLAS {
                for span in spans {
                    multiply(
                        span, of: input, inner: inner, columns: range.count, into: results.base,
                        stride: range.count, accumulate: false)
                    ck_activate(
                        kernels.table, activation.code, Int64(span.count), Int64(range.count),
                        results.base, nil, Int64(range.count), bias,
                        output + span.lowerBound * outputs + first, Int64(outputs))
                }
            } else {
                var product = product(input, rows: rows, columns: range.count, inner: inner)
                ck_multiply_activated(
                    kernels.table, &product, activation.code, 0, bias, output, Int64(outputs),
                    Int64(first))
            }
            clock.lap(.projections)
        }
    }

    /// Passes the vocabulary's panels over `states`, packed activations [rows, inputs], and leaves
    /// in `state` what is known of each row.
    ///
    /// - Throws: `CancellationError`, asked for before each panel.
    borrowing func reduce(
        _ matrix: Tensor, states: UnsafePointer<Float>, rows: Int, spans: [Range<Int>],
        state: inout ck_head_state, isCancelled: () -> Bool
    ) throws {
        let inner = matrix.shape[1], vocabulary = matrix.shape[0]
        // Always as many: where a running sum is rescaled must not depend on a machine's cache.
        let step = Int(CK_HEAD_COLS)
        for first in Swift.stride(from: 0, to: vocabulary, by: step) {
            if isCancelled() { throw CancellationError() }
            let range = first..<min(first + step, vocabulary)
            load(range, of: matrix)
            clock.lap(.dequantising)
            if kernels.usesOpenBLAS {
                for span in spans {
                    multiply(
                        span, of: states, inner: inner, columns: range.count, into: results.base,
                        stride: step, accumulate: false)
                    ck_head_update(
                        kernels.table, Int64(span.count), Int64(range.count), Int64(step),
                        Int64(span.lowerBound), Int64(first), results.base, &state)
                }
            } else {
                var product = product(states, rows: rows, columns: range.count, inner: inner)
                ck_head(kernels.table, &product, Int64(first), &state)
            }
            clock.lap(.head)
        }
    }

    /// Row `row` of `matrix` as Float32, in memory that the next call reuses.
    borrowing func loadRow(_ row: Int, of matrix: Tensor) -> UnsafePointer<Float> {
        precondition(matrix.shape[1] <= rows.count)
        reader.read(row..<row + 1, of: matrix, 0..<matrix.shape[1], to: rows.base)
        return UnsafePointer(rows.base)
    }

    private func product(
        _ input: UnsafePointer<Float>, rows: Int, columns: Int, inner: Int
    ) -> ck_product {
        ck_product(
            rows: Int64(rows), cols: Int64(columns), k: Int64(inner),
            depth: Int64(Self.depth(inner: inner)), a: input, b: UnsafePointer(panel.base),
            scratch: results.base)
    }

    private func multiply(
        _ span: Range<Int>, of input: UnsafePointer<Float>, inner: Int, columns: Int,
        into output: UnsafeMutablePointer<Float>, stride: Int, accumulate: Bool
    ) {
        OpenBLAS.multiply(
            rows: span.count, columns: columns, inner: inner, a: input + span.lowerBound * inner,
            b: panel.base, c: output, cStride: stride, accumulate: accumulate)
    }

    /// Rows `range` of `matrix` into the panel, in the layout that the product reads: packed for
    /// the micro-kernels, row-major for OpenBLAS.
    private func load(_ range: Range<Int>, of matrix: Tensor) {
        let inner = matrix.shape[1]
        guard !kernels.usesOpenBLAS else {
            precondition(range.count * inner <= panel.count)
            return reader.read(range, of: matrix, 0..<inner, to: panel.base)
        }
        pack(strips: range.count, inner: inner) { strip, slice in
            let part = strip.lowerBound + range.lowerBound..<strip.upperBound + range.lowerBound
            reader.read(part, of: matrix, slice, to: rows.base)
            return part.count
        }
    }

    /// Rows `range` of both matrices: in turns of half a micro-kernel's columns, the gate's first;
    /// for OpenBLAS all of the gate's and then all of up's.
    private func load(_ range: Range<Int>, gate: Tensor, up: Tensor) {
        let inner = gate.shape[1]
        guard !kernels.usesOpenBLAS else {
            precondition(2 * range.count * inner <= panel.count)
            reader.read(range, of: gate, 0..<inner, to: panel.base)
            return reader.read(range, of: up, 0..<inner, to: panel.base + range.count * inner)
        }
        let half = kernels.columns / 2
        let strips = (range.count + half - 1) / half * kernels.columns
        pack(strips: strips, inner: inner) { strip, slice in
            let first = range.lowerBound + strip.lowerBound / 2
            let part = first..<min(first + half, range.upperBound)
            reader.read(part, of: gate, slice, to: rows.base)
            let middle = rows.base + half * slice.count
            // Columns that are not there are multiplied and forgotten, so they must be numbers.
            (rows.base + part.count * slice.count).update(
                repeating: 0, count: (half - part.count) * slice.count)
            reader.read(part, of: up, slice, to: middle)
            return half + part.count
        }
    }

    /// The biases of rows `range` in the order of ``load(_:gate:up:)``, nil where there are none.
    private func loadBiases(
        _ range: Range<Int>, gate: [Float]?, up: [Float]?
    ) -> UnsafePointer<Float>? {
        guard gate != nil || up != nil else { return nil }
        let half = kernels.usesOpenBLAS ? range.count : kernels.columns / 2
        biases.base.update(repeating: 0, count: biases.count)
        for (index, row) in range.enumerated() {
            let place = index / half * 2 * half + index % half
            biases.base[place] = gate?[row] ?? 0
            biases.base[place + half] = up?[row] ?? 0
        }
        return UnsafePointer(biases.base)
    }

    /// The biases of rows `range`, nil where there are none.
    private func loadBiases(_ range: Range<Int>, _ bias: [Float]?) -> UnsafePointer<Float>? {
        guard let bias else { return nil }
        biases.base.update(repeating: 0, count: biases.count)
        for (index, row) in range.enumerated() { biases.base[index] = bias[row] }
        return UnsafePointer(biases.base)
    }

    /// Packs `strips` rows, a micro-kernel's columns at a time, out of what `fill` leaves in
    /// ``rows``: rows `strip`, inputs `slice`; it returns how many rows there are.
    private func pack(
        strips: Int, inner: Int, _ fill: (_ strip: Range<Int>, _ slice: Range<Int>) -> Int
    ) {
        let width = kernels.columns
        precondition((strips + width - 1) / width * width * inner <= panel.count)
        for first in Swift.stride(from: 0, to: strips, by: width) {
            let strip = first..<min(first + width, strips)
            for start in Swift.stride(from: 0, to: inner, by: RowReader.slice) {
                let slice = start..<min(start + RowReader.slice, inner)
                let count = fill(strip, slice)
                ck_pack(
                    kernels.table, Int64(count), Int64(slice.count), rows.base,
                    Int64(slice.count), panel.base + first * inner + start * width, Int32(width))
            }
        }
    }
}

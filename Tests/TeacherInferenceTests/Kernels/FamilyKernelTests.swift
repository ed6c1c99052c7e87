import CKernels
import Foundation
import Testing

@testable import TeacherInference

/// Kernels that only some families need, against their formulas in Double.
@Suite struct FamilyKernelTests {
    static let sets = KernelTests.sets

    private func kernels(_ name: String) throws -> ComputeKernels {
        try #require(ComputeKernels(name: name))
    }

    private static func activated(_ x: Double, _ activation: Activation) -> Double {
        switch activation {
        case .silu: x / (1 + exp(-x))
        case .geluTanh:
            x / 2 * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
        case .geluErf: x / 2 * erfc(-x / 2.squareRoot())
        }
    }

    @Test(
        "activations equal their formulas in Double to a few units of the last place",
        arguments: sets, [Activation.silu, .geluTanh, .geluErf])
    func activations(name: String, activation: Activation) throws {
        let kernels = try kernels(name)
        var x = (-4000...4000).map { Float($0) / 200 }
        x += [0, -0.0, 1e-20, -1e-20, 1e-4, -1e-4, 88, -88, 1e10, -1e10, 3.4e38]
        let up = x.indices.map { Float($0 % 7) - 3 }
        let bias = x.indices.map { Float($0 % 5) / 8 }
        for (isGated, isBiased) in [(false, false), (true, false), (false, true)] {
            var out = [Float](repeating: .nan, count: x.count)
            up.withUnsafeBufferPointer { up in
                bias.withUnsafeBufferPointer { bias in
                    ck_activate(
                        kernels.table, activation.code, 1, Int64(x.count), x,
                        isGated ? up.baseAddress : nil, Int64(x.count),
                        isBiased ? bias.baseAddress : nil, &out, Int64(x.count))
                }
            }
            for index in x.indices {
                let input = x[index] + (isBiased ? bias[index] : 0)
                let factor = isGated ? Double(up[index]) : 1
                let expected = Self.activated(Double(input), activation) * factor
                // A negative input's result is the small difference of large numbers in GELU itself.
                let size = max(abs(expected), abs(Double(input) * factor) * 0.5)
                #expect(
                    abs(Double(out[index]) - expected) <= 5e-7 * min(size, 1e30) + 1e-30,
                    "\(activation) of \(input)")
            }
        }
        var nan = [Float.nan]
        ck_activate(kernels.table, activation.code, 1, 1, nan, nil, 1, nil, &nan, 1)
        #expect(nan[0].isNaN, "a broken model must be seen")
    }

    @Test("soft-caps equal cap · tanh(x / cap) in Double", arguments: sets)
    func softCap(name: String) throws {
        let kernels = try kernels(name)
        for cap: Float in [1, 30, 50] {
            let x = (-3000...3000).map { Float($0) / 13 } + [1e-30, -1e-6, 1e30, .infinity]
            var out = x + [.nan]
            ck_soft_cap(kernels.table, Int64(out.count), &out, cap)
            for (got, x) in zip(out, x) {
                let expected = Double(cap) * tanh(Double(x) / Double(cap))
                #expect(abs(Double(got) - expected) <= 5e-7 * abs(expected), "\(x) at \(cap)")
                #expect(abs(got) <= cap)
            }
            #expect(out[x.count].isNaN)
        }
    }

    @Test(
        "LayerNorm equals its formula in Double, far from zero too, and packs the rows named",
        arguments: sets, [5, 64, 83, 200])
    func layerNorm(name: String, width: Int) throws {
        let kernels = try kernels(name)
        var random = Noise(seed: 21)
        let rows = 17, tile = Int(kernels.tile)
        let x = random.floats(rows * width).map { $0 + 10 }
        let weight = random.floats(width), bias = random.floats(width)
        let index: [Int32] = [16, 3, 4, 0, 9, 11, 12, 13, 14, 15, 1, 2, 5]
        var scratch = [Float](repeating: 0, count: 16 * width)
        for named in [nil, index] {
            let count = named?.count ?? rows
            var out = [Float](repeating: 0, count: (count / tile + 1) * tile * width)
            ck_layer_norm(
                kernels.table, Int64(count), Int64(width), x, Int64(width), named, weight, bias,
                1e-5, &out, kernels.tile, &scratch)
            for row in 0..<count {
                let source = named.map { Int($0[row]) } ?? row
                let values = x[source * width..<(source + 1) * width].map(Double.init)
                let mean = values.reduce(0, +) / Double(width)
                let variance =
                    values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
                for (column, value) in values.enumerated() {
                    let normed = (value - mean) / (variance + 1e-5).squareRoot()
                    let expected = normed * Double(weight[column]) + Double(bias[column])
                    let got = out[row / tile * tile * width + column * tile + row % tile]
                    #expect(abs(Double(got) - expected) < 8e-6)
                }
            }
        }
    }

    @Test("a norm after a sublayer is added to what is there", arguments: sets)
    func addedNorm(name: String) throws {
        let kernels = try kernels(name)
        var random = Noise(seed: 22)
        let rows = 9, width = 83, stride = 90
        let x = random.floats(rows * stride), before = random.floats(rows * stride)
        let weight = random.floats(width)
        var residual = before
        var scratch = [Float](repeating: 0, count: width)
        ck_rms_norm_add(
            kernels.table, Int64(rows), Int64(width), x, Int64(stride), weight, 1e-5, &residual,
            Int64(stride), &scratch)
        for row in 0..<rows {
            let values = x[row * stride..<row * stride + width].map(Double.init)
            let mean = values.reduce(0) { $0 + $1 * $1 } / Double(width)
            for column in 0..<stride {
                let at = row * stride + column
                guard column < width else {
                    #expect(residual[at] == before[at])
                    continue
                }
                let expected =
                    Double(before[at]) + values[column] / (mean + 1e-5).squareRoot()
                    * Double(weight[column])
                #expect(abs(Double(residual[at]) - expected) < 1e-6)
            }
        }
    }

    @Test(
        "views of fused, interleaved and transposed matrices multiply as copies of them would",
        arguments: ComputeKernels.available.map(\.name))
    func views(name: String) throws {
        let kernels = try kernels(name)
        var random = Noise(seed: 23)
        let rows = 14, inner = 300, outputs = 72, head = 8, parts = 3
        let values = random.floats(parts * outputs * inner)
        let turned = (0..<parts * outputs * inner).map { at in
            values[at % (parts * outputs) * inner + at / (parts * outputs)]
        }
        func tensor(_ values: [Float], _ shape: [Int]) -> Tensor {
            let owner = TensorMemory(values)
            return Tensor(name: "t", type: .f32, shape: shape, bytes: owner.bytes, owner: owner)
        }
        let whole = tensor(values, [parts * outputs, inner])
        let transposed = tensor(turned, [inner, parts * outputs])
        let input = random.floats((rows + 16) / 4 * 4 * inner)
        let panels = WeightPanels(
            kernels: kernels, clock: PartClock(), maxColumns: inner, longest: rows)
        func product(_ matrix: Tensor) -> [Float] {
            var out = [Float](repeating: 0, count: rows * outputs)
            out.withUnsafeMutableBufferPointer { out in
                guard let base = out.baseAddress else { return }
                panels.multiply(
                    matrix, input: input, rows: rows, spans: [0..<rows], output: base,
                    stride: outputs, accumulate: false)
            }
            return out
        }
        for part in 0..<parts {
            let range = part * outputs..<(part + 1) * outputs
            let copy = product(
                tensor(
                    Array(values[range.lowerBound * inner..<range.upperBound * inner]),
                    [outputs, inner]))
            #expect(product(whole.rows(range, name: "rows")) == copy)
            #expect(product(transposed.transposedColumns(range, name: "columns")) == copy)
            let interleaved = (0..<outputs).flatMap { row -> ArraySlice<Float> in
                let from = (row / head * parts + part) * head + row % head
                return values[from * inner..<(from + 1) * inner]
            }
            let runs = whole.runs(of: head, part: part, of: parts, name: "runs")
            #expect(runs.count == outputs * inner)
            #expect(product(runs) == product(tensor(interleaved, [outputs, inner])))
        }
    }

    @Test("views of quantised matrices are the rows that they name")
    func quantisedViews() throws {
        let kernels = ComputeKernels.best
        var random = Noise(seed: 25)
        let inner = 64, head = 4, parts = 3, rows = 24
        // Q8_0: a half of 1, then 32 numbers.
        let bytes = (0..<rows * inner / 32).flatMap { _ in
            [0, 0x3C] + (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
        try bytes.withUnsafeBytes { bytes in
            let whole = Tensor(
                name: "t", type: .q8_0, shape: [rows, inner], bytes: bytes, owner: nil)
            let panels = WeightPanels(
                kernels: kernels, clock: PartClock(), maxColumns: inner, longest: 1)
            func row(_ index: Int, of matrix: Tensor) -> [Float] {
                Array(UnsafeBufferPointer(start: panels.loadRow(index, of: matrix), count: inner))
            }
            let views = [
                (whole.rows(8..<16, name: "rows"), { 8 + $0 }),
                (
                    whole.runs(of: head, part: 1, of: parts, name: "runs"),
                    { ($0 / head * parts + 1) * head + $0 % head }
                ),
            ]
            for (view, place) in views {
                #expect(view.shape == [8, inner])
                for index in 0..<8 { #expect(row(index, of: view) == row(place(index), of: whole)) }
            }
            try #require(row(0, of: whole) != row(1, of: whole))
        }
    }

    @Test(
        "the activated product is a product, a bias and an activation",
        arguments: ComputeKernels.available.map(\.name), [(5, 7, 3), (110, 64, 300)])
    func activatedProduct(name: String, shape: (rows: Int, inner: Int, outputs: Int)) throws {
        let kernels = try kernels(name)
        var random = Noise(seed: 24)
        let (rows, inner, outputs) = shape
        let a = random.floats(rows * inner), weight = random.floats(outputs * inner)
        let bias = random.floats(outputs), tile = Int(kernels.tile)
        let owner = TensorMemory(weight)
        let matrix = Tensor(
            name: "t", type: .f32, shape: [outputs, inner], bytes: owner.bytes, owner: owner)
        var packed = [Float](repeating: 0, count: (rows + tile) / tile * tile * inner)
        ck_pack(
            kernels.table, Int64(rows), Int64(inner), a, Int64(inner), &packed, kernels.tile)
        let panels = WeightPanels(
            kernels: kernels, clock: PartClock(), maxColumns: max(inner, outputs), longest: rows)
        for activation in [Activation.silu, .geluTanh, .geluErf] {
            var out = [Float](repeating: -1, count: (rows + tile) / tile * tile * outputs)
            out.withUnsafeMutableBufferPointer { out in
                guard let base = out.baseAddress else { return }
                panels.multiplyActivated(
                    .init(weight: matrix, bias: bias), activation: activation, input: packed,
                    rows: rows, spans: [0..<2, 2..<rows], output: base)
            }
            for row in 0..<rows {
                for column in 0..<outputs {
                    let sum = (0..<inner).reduce(Double(bias[column])) {
                        $0 + Double(a[row * inner + $1]) * Double(weight[column * inner + $1])
                    }
                    let expected = Self.activated(sum, activation)
                    let got = out[row / tile * tile * outputs + column * tile + row % tile]
                    #expect(abs(Double(got) - expected) < 1e-5 * max(1, abs(expected)))
                }
            }
        }
    }
}

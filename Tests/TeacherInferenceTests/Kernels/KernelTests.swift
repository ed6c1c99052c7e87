import CKernels
import Foundation
import Testing

@testable import TeacherInference

/// Every kernel against a naive loop in Double, on every instruction set of this machine.
@Suite struct KernelTests {
    static let sets = ComputeKernels.available.filter { !$0.usesOpenBLAS }.map(\.name)

    private func kernels(_ name: String) throws -> ComputeKernels {
        try #require(ComputeKernels(name: name))
    }

    private func tensor(_ values: [Float], shape: [Int]) -> Tensor {
        let owner = TensorMemory(values)
        return Tensor(name: "test", type: .f32, shape: shape, bytes: owner.bytes, owner: owner)
    }

    private func packed(_ rows: [Float], count: Int, width: Int, kernels: ComputeKernels) -> [Float]
    {
        let tile = Int(kernels.tile)
        var result = [Float](repeating: -1, count: (count + tile - 1) / tile * tile * width)
        ck_pack(
            kernels.table, Int64(count), Int64(width), rows, Int64(width), &result, kernels.tile)
        return result
    }

    @Test(
        "a matrix product equals a naive one for whole and ragged shapes",
        arguments: ComputeKernels.available.map(\.name),
        [(1, 5, 7), (13, 33, 64), (25, 576, 600), (7, 1030, 96), (64, 32, 40)])
    func product(name: String, shape: (rows: Int, inner: Int, outputs: Int)) throws {
        let kernels = try kernels(name)
        var random = Noise(seed: 7)
        let a = random.floats(shape.rows * shape.inner)
        let w = random.floats(shape.outputs * shape.inner)
        let stride = shape.outputs + 3
        var c = random.floats(shape.rows * stride)
        let before = c
        let panels = WeightPanels(
            kernels: kernels, clock: PartClock(), maxColumns: shape.inner, longest: shape.rows)
        c.withUnsafeMutableBufferPointer { c in
            panels.multiply(
                tensor(w, shape: [shape.outputs, shape.inner]),
                input: packed(a, count: shape.rows, width: shape.inner, kernels: kernels),
                rows: shape.rows, spans: [0..<shape.rows], output: c.baseAddress!, stride: stride,
                accumulate: true)
        }
        for row in 0..<shape.rows {
            for column in 0..<stride {
                let at = row * stride + column
                guard column < shape.outputs else {
                    #expect(c[at] == before[at], "a product writes outside its columns")
                    continue
                }
                var sum = Double(before[at]), size = abs(sum)
                for k in 0..<shape.inner {
                    let term =
                        Double(a[row * shape.inner + k]) * Double(w[column * shape.inner + k])
                    sum += term
                    size += abs(term)
                }
                #expect(abs(Double(c[at]) - sum) <= 4e-7 * size + 1e-7)
            }
        }
    }

    @Test(
        "the gated product is SwiGLU of two products, with and without biases",
        arguments: ComputeKernels.available.map(\.name), [(5, 7, 3), (25, 600, 83), (110, 64, 300)])
    func gatedProduct(name: String, shape: (rows: Int, inner: Int, outputs: Int)) throws {
        let kernels = try kernels(name)
        var random = Noise(seed: 8)
        let (rows, inner, outputs) = shape
        let a = random.floats(rows * inner).map { $0 / Float(inner).squareRoot() * 4 }
        let gate = random.floats(outputs * inner), up = random.floats(outputs * inner)
        let biases = [random.floats(outputs), random.floats(outputs)]
        let panels = WeightPanels(
            kernels: kernels, clock: PartClock(), maxColumns: max(inner, outputs), longest: rows)
        let tile = Int(kernels.tile)
        for bias in [nil, biases] {
            var out = [Float](repeating: -1, count: (rows + tile) / tile * tile * outputs)
            out.withUnsafeMutableBufferPointer { out in
                panels.multiplyGated(
                    gate: .init(weight: tensor(gate, shape: [outputs, inner]), bias: bias?[0]),
                    up: .init(weight: tensor(up, shape: [outputs, inner]), bias: bias?[1]),
                    input: packed(a, count: rows, width: inner, kernels: kernels), rows: rows,
                    spans: [0..<2, 2..<rows], output: out.baseAddress!)
            }
            for row in 0..<rows {
                for column in 0..<outputs {
                    func product(_ w: [Float], _ bias: Float) -> Double {
                        (0..<inner).reduce(Double(bias)) {
                            $0 + Double(a[row * inner + $1]) * Double(w[column * inner + $1])
                        }
                    }
                    let g = product(gate, bias?[0][column] ?? 0)
                    let expected = g / (1 + exp(-g)) * product(up, bias?[1][column] ?? 0)
                    let got = out[row / tile * tile * outputs + column * tile + row % tile]
                    #expect(abs(Double(got) - expected) < 1e-5 * max(1, abs(expected)))
                }
            }
        }
    }

    @Test("a row's product has the same bits at any place and in any company", arguments: sets)
    func rowBits(name: String) throws {
        let kernels = try kernels(name)
        var random = Noise(seed: 11)
        let inner = 1100, outputs = 70, rows = 31
        let a = random.floats(rows * inner)
        let matrix = tensor(random.floats(outputs * inner), shape: [outputs, inner])
        let panels = WeightPanels(
            kernels: kernels, clock: PartClock(), maxColumns: inner, longest: rows)
        func product(_ a: [Float], _ rows: Int) -> [Float] {
            var c = [Float](repeating: 0, count: rows * outputs)
            c.withUnsafeMutableBufferPointer {
                panels.multiply(
                    matrix, input: packed(a, count: rows, width: inner, kernels: kernels),
                    rows: rows, spans: [0..<rows], output: $0.baseAddress!, stride: outputs,
                    accumulate: false)
            }
            return c
        }
        let together = product(a, rows)
        for row in 0..<rows {
            let alone = product([Float](a[row * inner..<(row + 1) * inner]), 1)
            #expect(alone == [Float](together[row * outputs..<(row + 1) * outputs]))
        }
    }

    @Test(
        "the fused head equals a log-softmax in Double and never gives a negative NLL",
        arguments: ComputeKernels.available.map(\.name), [nil, 2])
    func head(name: String, cap: Float?) throws {
        let kernels = try kernels(name)
        var random = Noise(seed: 3)
        let rows = 29, inner = 96, vocabulary = 1037
        let states = random.floats(rows * inner), w = random.floats(vocabulary * inner)
        let targets = (0..<rows).map { TokenID($0 * 31 % vocabulary) }
        let panels = WeightPanels(
            kernels: kernels, clock: PartClock(), maxColumns: inner, longest: rows)
        let result = try LMHead(weight: tensor(w, shape: [vocabulary, inner]), cap: cap).run(
            states: packed(states, count: rows, width: inner, kernels: kernels), targets: targets,
            spans: [0..<10, 10..<rows], panels: panels, isCancelled: { false })
        for row in 0..<rows {
            let logits = (0..<vocabulary).map { token in
                let logit = (0..<inner).reduce(0.0) {
                    $0 + Double(states[row * inner + $1]) * Double(w[token * inner + $1])
                }
                return cap.map { Double($0) * tanh(logit / Double($0)) } ?? logit
            }
            let top = logits.max() ?? 0
            let target = logits[Int(targets[row])]
            let expected = top - target + log(logits.reduce(0) { $0 + exp($1 - top) })
            #expect(abs(result.nll[row] - expected) < 2e-5)
            #expect(result.nll[row] >= 0)
            let near = logits.filter { abs($0 - target) < 1e-4 }.count - 1
            let above = logits.filter { $0 > target }.count
            #expect(abs(Int(result.above[row]) - above) <= near)
        }
    }

    @Test(
        "attention equals a naive softmax in Double, beyond one block of keys, in windows and capped",
        arguments: sets,
        [
            (1, 64, 0, 0), (5, 64, 0, 0), (100, 32, 0, 0), (1100, 48, 0, 0), (100, 32, 1, 0),
            (300, 16, 17, 0), (700, 48, 150, 0), (700, 48, 144, 0), (64, 16, 900, 0),
            (100, 32, 0, 2), (300, 16, 17, 5), (200, 48, 0, 50),
        ])
    func attention(
        name: String, shape: (length: Int, head: Int, window: Int, cap: Float)
    ) throws {
        let kernels = try kernels(name)
        var random = Noise(seed: 5)
        let (n, hd, window, cap) = shape
        let group = 2, stride = (group + 2) * hd
        let qkv = random.floats(n * stride).map { $0 * 3 }
        var scratch = [Float](
            repeating: 0, count: Int(ck_attention_scratch(Int64(n), Int64(hd))))
        let tile = Int(kernels.tile), width = group * hd, first = 3
        var out = [Float](repeating: 0, count: ((n + first) / tile + 1) * tile * width)
        qkv.withUnsafeBufferPointer { qkv in
            scratch.withUnsafeMutableBufferPointer { scratch in
                out.withUnsafeMutableBufferPointer { out in
                    var job = ck_attention_job()
                    job.length = Int64(n)
                    job.head_size = Int32(hd)
                    job.group = Int32(group)
                    job.q = qkv.baseAddress!
                    job.k = qkv.baseAddress! + group * hd
                    job.v = qkv.baseAddress! + (group + 1) * hd
                    job.stride = Int64(stride)
                    job.scale = 1 / Float(hd).squareRoot()
                    job.cap = cap
                    job.window = Int64(window)
                    job.out = out.baseAddress
                    job.out_row = Int64(first)
                    job.out_width = Int64(width)
                    job.scratch = scratch.baseAddress
                    ck_attention(kernels.table, &job, kernels.tile)
                }
            }
        }
        for query in Swift.stride(from: 0, to: n, by: max(1, n / 37)) {
            for h in 0..<group {
                var scores: [Double] = []
                let oldest = window == 0 ? 0 : max(0, query - window + 1)
                for key in oldest...query {
                    var score = 0.0
                    for d in 0..<hd {
                        let q = Double(qkv[query * stride + h * hd + d])
                        score += q * Double(qkv[key * stride + group * hd + d])
                    }
                    score /= Double(hd).squareRoot()
                    scores.append(cap == 0 ? score : Double(cap) * tanh(score / Double(cap)))
                }
                let top = scores.max() ?? 0
                let weights = scores.map { exp($0 - top) }
                let total = weights.reduce(0, +)
                for d in 0..<hd {
                    var expected = 0.0
                    for key in oldest...query {
                        expected +=
                            weights[key - oldest] * Double(qkv[key * stride + (group + 1) * hd + d])
                    }
                    expected /= total
                    let row = query + first
                    let got = out[row / tile * tile * width + (h * hd + d) * tile + row % tile]
                    #expect(abs(Double(got) - expected) < 5e-6)
                }
            }
        }
    }

    @Test("RMSNorm equals its formula in Double", arguments: sets)
    func elementwise(name: String) throws {
        let kernels = try kernels(name)
        var random = Noise(seed: 9)
        let rows = 17, width = 83, tile = Int(kernels.tile)
        let x = random.floats(rows * width), weight = random.floats(width)
        var out = [Float](repeating: 0, count: (rows / tile + 1) * tile * width)
        var scratch = [Float](repeating: 0, count: 16 * width)
        func at(_ row: Int, _ column: Int) -> Double {
            Double(out[row / tile * tile * width + column * tile + row % tile])
        }
        ck_rms_norm(
            kernels.table, Int64(rows), Int64(width), x, Int64(width), nil, weight, 1e-5, &out,
            kernels.tile, &scratch)
        for row in 0..<rows {
            let values = x[row * width..<(row + 1) * width].map(Double.init)
            let mean = values.reduce(0) { $0 + $1 * $1 } / Double(width)
            for (column, value) in values.enumerated() {
                let expected = value / (mean + 1e-5).squareRoot() * Double(weight[column])
                #expect(abs(at(row, column) - expected) < 1e-6)
            }
        }
    }

    @Test(
        "blocks of hand-made bytes become the numbers they stand for",
        arguments: ComputeKernels.available.map(\.name))
    func dequantise(name: String) throws {
        let kernels = try kernels(name)
        func numbers(_ bytes: [UInt8], _ type: TensorType, _ count: Int) -> [Float] {
            bytes.withUnsafeBytes { kernels.dequantize($0, type: type, count: count) }
        }
        // Halves: 0x3800 is 0.5, 0x4000 is 2, 0xBC00 is -1, 0x0001 is 2^-24, 0x7C00 is infinity.
        #expect(
            numbers([0, 0x38, 0, 0xBC, 1, 0, 0, 0x7C, 0, 0x80], .f16, 5)
                == [0.5, -1, 0x1p-24, .infinity, -0.0])
        #expect(numbers([0x80, 0x3F, 0x49, 0xC0], .bf16, 2) == [1, -3.140625])
        let bytes = (0..<16).map { UInt8($0) | UInt8(15 - $0) << 4 }
        let low = (0..<16).map { Float($0) }, high = low.reversed()
        #expect(
            numbers([0, 0x38] + bytes, .q4_0, 32)
                == (low + high).map { 0.5 * ($0 - 8) })
        #expect(
            numbers([0, 0x38, 0, 0xBC] + bytes, .q4_1, 32) == (low + high).map { 0.5 * $0 - 1 })
        let signed = (0..<32).map { Int8($0 * 8 - 128) }
        #expect(
            numbers([0, 0x40] + signed.map { UInt8(bitPattern: $0) }, .q8_0, 32)
                == signed.map { 2 * Float($0) })
    }

    @Test(
        "blocks of five bits, of exponents and of 256 become the numbers they stand for",
        arguments: ComputeKernels.available.map(\.name))
    func dequantiseGroups(name: String) throws {
        let kernels = try kernels(name)
        func numbers(_ bytes: [UInt8], _ type: TensorType, _ count: Int) -> [Float] {
            bytes.withUnsafeBytes { kernels.dequantize($0, type: type, count: count) }
        }
        // Halves: 0x3800 is 0.5, 0x3C00 is 1, 0xC000 is -2.
        let low = (0..<16).map { UInt8($0) }, bytes = low.map { $0 | (15 - $0) << 4 }
        let ramp = low.map(Float.init)
        // Numbers 0 and 31 have a fifth bit.
        var five = ramp + ramp.reversed()
        five[0] += 16
        five[31] += 16
        #expect(
            numbers([0, 0x38, 1, 0, 0, 0x80] + bytes, .q5_0, 32) == five.map { ($0 - 16) / 2 })
        #expect(
            numbers([0, 0x38, 0, 0xC0, 1, 0, 0, 0x80] + bytes, .q5_1, 32)
                == five.map { $0 / 2 - 2 })
        // OCP's FP4 times 2^(130 - 127): 0, 0.5, 1, 1.5, 2, 3, 4, 6 and their negatives.
        let fp4: [Float] = [0, 0.5, 1, 1.5, 2, 3, 4, 6, 0, -0.5, -1, -1.5, -2, -3, -4, -6]
        #expect(numbers([130] + bytes, .mxfp4, 32) == (fp4 + fp4.reversed()).map { 8 * $0 })
        #expect(numbers([0] + bytes, .mxfp4, 32)[7] == 6 * 0x1p-127)
        // Group g of 32 has the scale g + 1 and the minimum 8 - g; the last four also 16 or 48.
        let scales: [UInt8] = [1, 2, 3, 4 | 3 << 6, 8, 7, 6, 5 | 1 << 6, 0x45, 0x36, 0x27, 0x18]
        let four = numbers(
            [0, 0x3C, 0, 0x38] + scales + (0..<4).flatMap { _ in bytes + bytes }, .q4_k, 256)
        let scale: [Float] = [1, 2, 3, 4, 5, 6, 7, 8 + 48],
            least: [Float] = [8, 7, 6, 5, 4, 3, 2, 17]
        for group in 0..<8 {
            let half = group % 2 == 0 ? ramp : ramp.reversed()
            #expect(
                Array(four[32 * group..<32 * (group + 1)])
                    == (half + half).map { scale[group] * $0 - least[group] / 2 }, "group \(group)")
        }
        // Groups of 16 with the scales -8 to 7; low bits 5 and 10, high bits 0 to 3 by quarters.
        let signed = (0..<16).map { UInt8(bitPattern: Int8($0 - 8)) }
        let six = numbers(
            [UInt8](repeating: 0xA5, count: 128) + [UInt8](repeating: 0xE4, count: 64) + signed
                + [0, 0x38], .q6_k, 256)
        for index in 0..<256 {
            let plane = index / 32 % 4
            let number = (plane < 2 ? 5 : 10) + 16 * plane - 32
            #expect(six[index] == Float(number) * Float(index / 16 - 8) / 2, "number \(index)")
        }
    }

    @Test("slices of 256 inputs begin and end at a block of every type")
    func blockSizes() {
        for type in TensorType.allCases { #expect(256 % type.blockCount == 0, "\(type)") }
    }
}

/// A small deterministic source of numbers between -1 and 1.
struct Noise: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }

    mutating func floats(_ count: Int) -> [Float] {
        (0..<count).map { _ in Float.random(in: -1...1, using: &self) }
    }
}

/// Numbers in memory that a tensor can point to.
final class TensorMemory {
    let bytes: UnsafeRawBufferPointer

    init(_ values: [Float]) {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: values.count * 4, alignment: 4)
        values.withUnsafeBytes { copy.copyMemory(from: $0) }
        bytes = UnsafeRawBufferPointer(copy)
    }

    deinit { bytes.deallocate() }
}

import Foundation
import Testing

@testable import ReferenceTraining

/// Gradients against PyTorch's float64, and against what the loss itself does.
struct GradientTests {
    private func pass(_ kernels: TrainingKernels, threads: Int = 1) throws -> TrainingPass {
        let pass = TrainingPass(
            Fixture.shape, kernels: kernels, threads: threads, maxTokens: 200, longest: 128)
        let weights = try Fixture.numbers("weights.f32", of: Float.self)
        try #require(weights.count == pass.layout.count)
        pass.weights.base.update(from: weights, count: weights.count)
        return pass
    }

    @Test(
        "every gradient is PyTorch's, on every instruction set",
        arguments: ["avx512", "avx2", "portable"])
    func committedGradients(name: String) throws {
        guard let kernels = TrainingKernels(name: name) else { return }
        let pass = try pass(kernels)
        let sequences = try TokenSequences(path: Fixture.folder + "/sequences.tokens")
        let batch = Fixture.batch(sequences)
        let loss = try pass.gradients(of: batch) / Double(batch.rows)
        let text = try String(contentsOfFile: Fixture.folder + "/loss.json", encoding: .utf8)
        let expectedLoss = try #require(
            JSONDecoder().decode([String: Double].self, from: Data(text.utf8))["loss"])
        #expect(abs(loss - expectedLoss) < 1e-6)
        let expected = try Fixture.numbers("gradients.f64", of: Double.self)
        for tensor in pass.layout.tensors {
            for place in tensor.range {
                let far = abs(Double(pass.gradient.base[place]) - expected[place])
                #expect(
                    far <= max(1e-6, 1e-4 * abs(expected[place])),
                    "\(tensor.name), number \(place - tensor.offset)")
            }
        }
    }

    @Test("a step along a gradient changes the loss by as much as the gradient says")
    func numericalGradients() throws {
        let pass = try pass(try .chosen())
        let batch = Fixture.batch(try TokenSequences(path: Fixture.folder + "/sequences.tokens"))
        _ = try pass.gradients(of: batch)
        let gradient = Array(
            UnsafeBufferPointer(start: pass.gradient.base, count: pass.layout.count))
        for tensor in pass.layout.tensors {
            // Along the tensor's own gradient, where the loss moves most and rounding matters least.
            let norm = tensor.range.reduce(0) { $0 + Double(gradient[$1]) * Double(gradient[$1]) }
                .squareRoot()
            let before = tensor.range.map { pass.weights.base[$0] }
            func loss(_ by: Double) throws -> Double {
                for (place, weight) in zip(tensor.range, before) {
                    pass.weights.base[place] = weight + Float(by * Double(gradient[place]) / norm)
                }
                return try pass.loss(of: batch) / Double(batch.rows)
            }
            let step = 2e-3
            let slope = (try loss(step) - loss(-step)) / (2 * step)
            _ = try loss(0)
            #expect(abs(slope - norm) < 0.01 * norm + 1e-4, "\(tensor.name): \(slope), \(norm)")
        }
    }

    @Test("gradients have the same bits on any number of threads")
    func threads() throws {
        let shape = ReferenceShape(
            layers: 2, width: 40, heads: 4, kvHeads: 2, headSize: 10, feedForward: 70,
            vocabulary: 1_300, context: 512)
        try Fixture.withFolder { folder in
            let sequences = try Fixture.sequences(
                folder + "/tokens", vocabulary: 1_300, lengths: [400, 3, 90, 250, 120, 2, 77])
            let batch = Fixture.batch(sequences)
            let results = try [1, 2, 5].map { threads in
                let pass = TrainingPass(
                    shape, kernels: try .chosen(), threads: threads, maxTokens: 1_000, longest: 400)
                pass.layout.initialise(pass.weights.base, seed: 4, team: pass.team)
                let loss = try pass.gradients(of: batch)
                return (loss.bitPattern, Data(pass.gradient.bytes))
            }
            #expect(results[0] == results[1])
            #expect(results[0] == results[2])
        }
    }

    @Test("a cancelled pass stops at a layer")
    func cancellation() throws {
        let pass = try pass(try .chosen())
        let batch = Fixture.batch(try TokenSequences(path: Fixture.folder + "/sequences.tokens"))
        // Two layers forward, one block of the head, two layers backward.
        for allowed in 0..<5 {
            var asked = 0
            #expect(throws: CancellationError.self) {
                try pass.gradients(of: batch) {
                    asked += 1
                    return asked > allowed
                }
            }
            #expect(asked == allowed + 1)
        }
    }
}

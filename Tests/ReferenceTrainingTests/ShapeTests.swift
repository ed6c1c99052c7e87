import CKernels
import Foundation
import Testing

@testable import ReferenceTraining

/// Shapes, first weights, rates and single kernels.
struct ShapeTests {
    @Test("parameters are counted as transformers counts the committed reference's")
    func counts() {
        let shape = ReferenceShape(
            layers: 4, width: 96, heads: 3, kvHeads: 3, headSize: 32, feedForward: 256,
            vocabulary: 49_152, context: 2_048)
        #expect(shape.parameters == 5_161_824)
        #expect(shape.embeddingParameters == 4_718_592)
        #expect(ParameterLayout(shape).count == shape.parameters)
        #expect(ParameterLayout(Fixture.shape).count == Fixture.shape.parameters)
    }

    @Test("the learning rate rises, stays and falls in lines")
    func rates() {
        let settings = TrainingSettings(
            seed: 0, steps: 10, batchTokens: 1, learningRate: 8, warmupSteps: 2, decaySteps: 4)
        #expect(
            (0..<10).map { settings.learningRate(step: $0) } == [4, 8, 8, 8, 8, 8, 8, 6, 4, 2])
    }

    @Test("first weights are normal, and those that write to the residual stream smaller")
    func firstWeights() {
        let shape = ReferenceShape(
            layers: 8, width: 64, heads: 4, kvHeads: 4, headSize: 16, feedForward: 128,
            vocabulary: 700, context: 16)
        let layout = ParameterLayout(shape), weights = FloatMemory(layout.count)
        layout.initialise(weights.base, seed: 5, team: ThreadTeam(count: 2))
        func deviation(_ tensor: ParameterLayout.Tensor) -> Double {
            let squares = tensor.range.reduce(0) {
                $0 + Double(weights.base[$1] * weights.base[$1])
            }
            return (squares / Double(tensor.count)).squareRoot()
        }
        #expect(abs(deviation(layout.embedding) - 0.02) < 5e-4)
        #expect(abs(deviation(layout.layers[3].gate) - 0.02) < 5e-4)
        #expect(abs(deviation(layout.layers[3].down) - 0.005) < 2e-4)
        #expect(abs(deviation(layout.layers[0].output) - 0.005) < 2e-4)
        #expect(layout.finalNorm.range.allSatisfy { weights.base[$0] == 1 })
    }

    @Test("shapes that cannot be are refused")
    func refusals() {
        var shapes = [Fixture.shape, Fixture.shape, Fixture.shape, Fixture.shape]
        shapes[0].headSize = 5
        shapes[1].kvHeads = 3
        shapes[2].layers = 0
        shapes[3].width = 14
        for shape in shapes {
            #expect(throws: TrainingError.self) { try shape.check() }
        }
        #expect(throws: Never.self) { try Fixture.shape.check() }
    }

    @Test(
        "packed products are those of a plain loop, at sizes that fill no tile",
        arguments: ["avx512", "avx2", "portable"], [(1, 1, 1), (13, 33, 7), (97, 130, 300)])
    func products(name: String, sizes: (Int, Int, Int)) {
        guard let kernels = TrainingKernels(name: name) else { return }
        let (m, n, k) = sizes, table = kernels.table.pointee
        let random = CounterRandom(seed: 1, stream: 1)
        let a = FloatMemory(m * k), b = FloatMemory(k * n), c = FloatMemory(m * n)
        for index in 0..<a.count { a.base[index] = Float(random.normal(UInt64(index))) }
        for index in 0..<b.count { b.base[index] = Float(random.normal(UInt64(9_999_999 + index))) }
        let packedA = FloatMemory(TrainingKernels.packed(m, k))
        let packedB = FloatMemory(TrainingKernels.packed(n, k))
        table.pack_rows(m, k, a.base, k, packedA.base, kernels.rows)
        table.pack_columns(k, n, b.base, n, packedB.base, kernels.columns)
        for add in [0, 1] {
            table.product(
                m, n, k, packedA.base, packedB.base, k * kernels.columns, c.base, n, Int32(add))
        }
        var worst = 0.0
        for row in 0..<m {
            for column in 0..<n {
                let sum = (0..<k).reduce(0.0) {
                    $0 + Double(a.base[row * k + $1]) * Double(b.base[$1 * n + column])
                }
                worst = max(worst, abs(2 * sum - Double(c.base[row * n + column])))
            }
        }
        #expect(worst < 2e-4)
    }
}

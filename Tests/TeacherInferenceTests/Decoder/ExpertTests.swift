import CKernels
import Foundation
import Testing

@testable import TeacherInference

@Suite(.serialized) struct ExpertTests {
    private func experts(
        _ count: Int, used: Int, normalizes: Bool = false
    ) -> ModelConfiguration.Experts {
        ModelConfiguration.Experts(
            count: count, used: used, feedForwardSize: 8, normalizes: normalizes, layers: [true])
    }

    private func route(
        _ logits: [[Float]], _ experts: ModelConfiguration.Experts
    ) -> ExpertRouting {
        var routing = ExpertRouting(experts)
        routing.route(logits.flatMap { $0 }, count: logits.count)
        return routing
    }

    @Test("a token goes to its most probable experts with the softmax of all as weights")
    func weights() {
        let logits: [Float] = [0.5, -1, 2, 1]
        let powers = logits.map { exp(Double($0)) }
        let total = powers.reduce(0, +)
        let routing = route([logits, [9, 8, 0, 0]], experts(4, used: 2))
        #expect(routing.places == [0..<1, 1..<2, 2..<3, 3..<4])
        #expect(routing.rows == [1, 1, 0, 0])
        #expect(abs(Double(routing.weights[2]) - powers[2] / total) < 1e-7)
        #expect(abs(Double(routing.weights[3]) - powers[3] / total) < 1e-7)
        let normalized = route([logits], experts(4, used: 2, normalizes: true))
        #expect(abs(normalized.weights.reduce(0, +) - 1) < 1e-6)
        #expect(abs(Double(normalized.weights[0]) - powers[2] / (powers[2] + powers[3])) < 1e-7)
    }

    @Test("of experts that are as probable as each other the first is taken")
    func ties() {
        let routing = route([[1, 3, 3, 3], [0, 0, 0, 0]], experts(4, used: 2))
        #expect(routing.places == [0..<1, 1..<3, 3..<4, 4..<4])
        #expect(routing.rows == [1, 0, 1, 0])
    }

    @Test("logits that are no numbers give weights that are none, of as many experts")
    func notNumbers() {
        for bad in [Float.nan, .infinity] {
            let routing = route([[0, bad, 0], [0, 1, 2]], experts(3, used: 2))
            #expect(routing.rows.filter { $0 == 0 }.count == 2)
            for (row, weight) in zip(routing.rows, routing.weights) {
                #expect(weight.isNaN == (row == 0))
            }
        }
    }

    @Test(
        "a sequence's score in a mixture has the same bits in any company, beyond one block of tokens",
        arguments: ["mixtral.gguf", "qwen3moe-dense", "olmoe"],
        ComputeKernels.available.map(\.name))
    func companies(name: String, kernels: String) throws {
        let model = try LanguageModel(
            path: Models.root + "/Tests/Fixtures/families/" + name,
            kernels: #require(ComputeKernels(name: kernels)))
        var noise = Noise(seed: 6)
        let vocabulary = TokenID(model.configuration.vocabularySize)
        let sequences = [1000, 3, 700, 1, 1020, 64, 900].map { length in
            (0..<length).map { _ in TokenID.random(in: 0..<vocabulary, using: &noise) }
        }
        var scorer = BatchScorer(model: model, maxTokens: 4096)
        let together = try scorer.score(sequences)
        #expect(together.allSatisfy { $0.isFinite })
        for (sequence, score) in zip(sequences, together).reversed() {
            let alone = try scorer.score([sequence])
            #expect(alone == [score], "\(sequence.count) tokens")
        }
    }

    @Test("instruction sets with fused multiply-adds give a mixture the same bits")
    func sameBits() throws {
        var noise = Noise(seed: 8)
        let sequence = (0..<300).map { _ in TokenID.random(in: 0..<320, using: &noise) }
        let scores = try ["avx512", "avx2"].compactMap(ComputeKernels.init(name:)).map {
            let path = Models.root + "/Tests/Fixtures/families/qwen3moe.gguf"
            var scorer = BatchScorer(
                model: try LanguageModel(path: path, kernels: $0), maxTokens: 512)
            return try scorer.score([sequence])
        }
        for other in scores.dropFirst() { #expect(other == scores[0]) }
    }

    @Test("operations count the experts that compute a token, parameters all of them")
    func counts() throws {
        let root = Models.root + "/Tests/Fixtures/families/"
        let model = try LanguageModel(path: root + "qwen3moe-dense")
        // D 32, H·hd 64, K·hd 32; layers 0 and 2 are mixtures of 6 experts of 24, layer 1 is dense.
        let attention = 32 * (2 * 64 + 2 * 32)
        let (router, expert, dense) = (32 * 6, 3 * 32 * 24, 3 * 32 * 64)
        let perToken = 3 * attention + 2 * (router + 2 * expert) + dense
        #expect(
            model.operations(tokens: 2) - model.operations(tokens: 1)
                == Double(2 * perToken + 3 * 2 * 64 * 4 + 2 * 32 * 320))
        let biases = 3 * (64 + 32 + 32 + 32)
        let norms = 32 + 3 * (2 * 32 + 2 * 16)
        #expect(
            model.parameterCount == 2 * 320 * 32 + 3 * attention + 2 * (router + 6 * expert)
                + dense + biases + norms)
        let mixture = try LanguageModel(path: root + "qwen3moe.gguf").workerMemory(
            maxTokens: 4096, longest: 512)
        let plain = try LanguageModel(path: root + "qwen3.gguf").workerMemory(
            maxTokens: 4096, longest: 512)
        #expect(mixture > plain && mixture < 2 * plain)
    }

    @Test("weighted rows are added to the rows that an index names", arguments: KernelTests.sets)
    func addRows(name: String) throws {
        let kernels = try #require(ComputeKernels(name: name))
        var random = Noise(seed: 2)
        let rows = 5, width = 37, stride = 40
        let x = random.floats(rows * stride), before = random.floats(8 * stride)
        let index: [Int32] = [7, 0, 3, 3, 1], scale = random.floats(rows)
        var sum = before
        ck_add_rows(
            kernels.table, Int64(rows), Int64(width), x, Int64(stride), index, scale, &sum,
            Int64(stride))
        var expected = before
        for row in 0..<rows {
            for column in 0..<width {
                expected[Int(index[row]) * stride + column] +=
                    scale[row] * x[row * stride + column]
            }
        }
        #expect(sum == expected)
        ck_add_rows(
            kernels.table, Int64(rows), Int64(width), x, Int64(stride), nil, nil, &sum,
            Int64(stride))
        #expect(sum[0] == expected[0] + x[0] && sum[width] == before[width])
    }
}

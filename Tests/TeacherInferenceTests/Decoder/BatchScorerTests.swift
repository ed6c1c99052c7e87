import Foundation
import Testing

@testable import TeacherInference

@Suite(.serialized) struct BatchScorerTests {
    /// 20 sequences of one to 300 tokens.
    private func sequences(vocabulary: Int) -> [[TokenID]] {
        var noise = Noise(seed: 20)
        return (0..<20).map { index in
            let length = [1, 2, 3, 11, 12, 13, 31, 33, 64, 300][index % 10]
            return (0..<length).map { _ in
                TokenID.random(in: 0..<TokenID(vocabulary), using: &noise)
            }
        }
    }

    @Test(
        "each of 20 sequences alone and in 5 random companies: the same bits", arguments: Models.all
    )
    func companies(path: String) throws {
        let model = try LanguageModel(path: path)
        let sequences = sequences(vocabulary: model.configuration.vocabularySize)
        var scorer = BatchScorer(model: model, maxTokens: 2048)
        let alone = try sequences.map { try scorer.score([$0])[0] }
        #expect(alone.allSatisfy { $0.nll.isFinite && $0.nll >= 0 })
        var noise = Noise(seed: 4)
        for _ in 0..<5 {
            let order = sequences.indices.shuffled(using: &noise)
            let scores = try scorer.score(order.map { sequences[$0] })
            for (index, score) in zip(order, scores) {
                #expect(
                    score == alone[index], "sequence \(index) of \(sequences[index].count) tokens")
            }
        }
    }

    @Test("two threads give the bits of one")
    func threads() async throws {
        let model = try LanguageModel(path: Models.reference)
        let sequences = sequences(vocabulary: model.configuration.vocabularySize)
        var scorer = BatchScorer(model: model, maxTokens: 2048)
        let expected = try scorer.score(sequences)
        try await withThrowingTaskGroup(of: [SequenceScore].self) { group in
            for _ in 0..<2 {
                group.addTask {
                    var scorer = BatchScorer(model: model, maxTokens: 2048)
                    return try scorer.score(sequences)
                }
            }
            for try await scores in group { #expect(scores == expected) }
        }
    }

    @Test("without a context token the first token is not scored")
    func counts() throws {
        let model = try LanguageModel(path: Models.reference)
        let context = try LanguageModel(
            path: Models.reference, options: .init(context: "<|endoftext|>"))
        var plain = BatchScorer(model: model, maxTokens: 64)
        var fronted = BatchScorer(model: context, maxTokens: 64)
        #expect(try plain.score([[], [5], [5, 6, 7]]).map(\.tokens) == [0, 0, 2])
        #expect(try fronted.score([[], [5], [5, 6, 7]]).map(\.tokens) == [0, 1, 3])
        let end = try #require(context.contextToken)
        #expect(try plain.score([[end, 5, 6, 7]]) == fronted.score([[5, 6, 7]]))
    }

    /// Hidden states of `models/reference` by transformers in float64 (`hidden_states.py`).
    private struct ExpectedStates: Decodable {
        let ids: [TokenID]
        let states: [[Double]]
    }

    @Test("hidden states are transformers', in any company and on every kernel")
    func hiddenStates() throws {
        let expected = try JSONDecoder().decode(
            ExpectedStates.self,
            from: Data(
                contentsOf: URL(
                    fileURLWithPath: Models.root + "/Tests/Fixtures/hidden_states.json")))
        for kernels in ComputeKernels.available {
            let model = try LanguageModel(path: Models.reference, kernels: kernels)
            var scorer = BatchScorer(model: model, maxTokens: 2048)
            var handed: [Int: [[Float]]] = [:]
            let company = [[5], expected.ids, [], [7, 8, 9], expected.ids]
            let scores = try scorer.score(
                company,
                hiddenStates: { index, rows in
                    #expect(rows.width == model.configuration.hiddenSize)
                    rows.forEach { handed[index, default: []].append(Array($0)) }
                })
            #expect(handed.keys.sorted() == [1, 3, 4])
            #expect(handed[3]?.count == 2)
            #expect(handed[1] == handed[4])
            #expect(try scores == scorer.score(company))
            let rows = try #require(handed[1])
            #expect(rows.count == expected.states.count)
            for (row, states) in zip(rows, expected.states) {
                for (value, state) in zip(row, states) {
                    #expect(abs(Double(value) - state) < 1e-3)
                }
            }
        }
    }

    @Test("what cannot be scored is an error, not a crash")
    func refusals() throws {
        let model = try LanguageModel(path: Models.reference)
        var scorer = BatchScorer(model: model, maxTokens: 4096)
        #expect(throws: ModelError.self) { try scorer.score([[0, 1 << 20]]) }
        #expect(throws: ModelError.self) { try scorer.score([[0, -1]]) }
        #expect(throws: ModelError.self) {
            try scorer.score([[TokenID](repeating: 0, count: model.maxContext + 1)])
        }
        #expect(throws: ModelError.self) {
            try scorer.score([[TokenID]](repeating: [TokenID](repeating: 0, count: 1000), count: 5))
        }
        #expect(throws: CancellationError.self) { try scorer.score([[0, 1]]) { true } }
        #expect(throws: ModelError.self) {
            try LanguageModel(path: Models.reference, options: .init(context: "<|no such token|>"))
        }
    }
}

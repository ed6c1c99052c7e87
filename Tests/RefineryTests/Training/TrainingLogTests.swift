import Foundation
import Testing

@testable import ReferenceTraining
@testable import Refinery

/// What the losses of a training say against its model.
struct TrainingLogTests {
    /// A plan of a hundred steps, whose 3-gram has a loss of 5 nats.
    private func plan() throws -> ReferencePlan {
        let sizes = ReferenceSizes(vocabulary: 1000, context: 65)
        return ReferencePlan(
            request: ReferenceRequest(), tokenizer: "t", contextToken: nil,
            corpus: CorpusDocuments.Tally(),
            slice: try CorpusSlice(
                seed: 0, heldOut: DecimalFraction("0.005"), share: DecimalFraction("0.05")),
            training: SliceCounts(documents: 900, chunks: 900, tokens: 3_000_000),
            heldOut: SliceCounts(documents: 90, chunks: 90, tokens: 300_000), trigramLoss: 5,
            epochs: 1, shape: try sizes.shape(layers: 2, width: 64),
            settings: TrainingSettings(
                seed: 0, steps: 100, batchTokens: 2048, learningRate: 0.004, warmupSteps: 5,
                decaySteps: 25))
    }

    /// The warnings of a training with these held-out losses, by step.
    private func warnings(_ losses: [(step: Int, loss: Double)]) throws -> [String] {
        let file = FileManager.default.temporaryDirectory.appending(
            path: "losses-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        let lines = losses.dropLast().map { #"{"heldOut": \#($0.loss), "step": \#($0.step)}"# }
        try lines.joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
        let last = try #require(losses.last)
        return TrainingLog(path: file.path, upTo: 100).record(
            try plan(),
            final: TrainingReport.Evaluation(step: last.step, loss: last.loss, tokens: 10)
        ).warnings
    }

    @Test func `a model that learned and has settled gets no warning`() throws {
        #expect(try warnings([(20, 5), (40, 4.5), (60, 4.3), (75, 4.25), (100, 4)]) == [])
    }

    @Test func `a model that is no better than a 3-gram is not to be used`() throws {
        let told = try warnings([(20, 6), (40, 5.2), (60, 5.1), (75, 5.05), (100, 5)])
        #expect(told.count == 1 && told[0].contains("5.000 nats, no better than a 3-gram's 5.000"))
    }

    @Test func `a loss that still falls before the rate does says: trained too little`() throws {
        let told = try warnings([(20, 5), (40, 4.8), (60, 4.5), (75, 4.3), (100, 4)])
        #expect(told.count == 1 && told[0].contains("still fell by 0.20 nats"))
        // What it falls by with the learning rate is no sign of more to learn.
        #expect(try warnings([(20, 5), (40, 4.4), (60, 4.3), (75, 4.25), (100, 2)]) == [])
    }
}

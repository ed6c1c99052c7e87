import Foundation
import Testing

@testable import ReferenceTraining

/// Whole runs: restarts, threads, cancellation.
struct RunTests {
    private func training(_ folder: String) throws -> TokenSequences {
        let path = folder + "/training.tokens"
        if FileManager.default.fileExists(atPath: path) { return try TokenSequences(path: path) }
        return try Fixture.sequences(
            path, vocabulary: 37, lengths: (0..<30).map { 2 + $0 * 37 % 90 })
    }

    private func run(
        _ folder: String, threads: Int = 1, checkpoint: String? = nil,
        settings: TrainingSettings = Fixture.settings, shape: ReferenceShape = Fixture.shape
    ) throws -> TrainingRun {
        try TrainingRun(
            shape: shape, settings: settings, training: training(folder),
            options: .init(threads: threads, checkpoint: checkpoint.map { folder + "/" + $0 }))
    }

    private func bytes(_ run: TrainingRun) -> Data { Data(run.weights.bytes) }

    @Test("a run in halves, the second on other threads, ends with the same bytes as a whole one")
    func halves() throws {
        try Fixture.withFolder { folder in
            let whole = try run(folder)
            try whole.run { _ in }
            for threads in [1, 3] {
                let name = "half-\(threads)"
                try run(folder, checkpoint: name).run(until: 4) { _ in }
                let rest = try run(folder, threads: threads, checkpoint: name)
                #expect(rest.step == 4)
                try rest.run { _ in }
                #expect(bytes(rest) == bytes(whole))
            }
        }
    }

    @Test("a run that is killed goes on from its last checkpoint to the same bytes")
    func killed() throws {
        try Fixture.withFolder { folder in
            let whole = try run(folder)
            try whole.run { _ in }
            // The process would be gone in the middle of step 6; its object just never writes again.
            let first = try run(folder, checkpoint: "state")
            try first.run(until: 3) { _ in }
            let before = try Data(contentsOf: URL(fileURLWithPath: folder + "/state"))
            try first.run(until: 6) { _ in }
            try before.write(to: URL(fileURLWithPath: folder + "/state"))
            try Data("torn".utf8).write(to: URL(fileURLWithPath: folder + "/state.part"))
            let second = try run(folder, checkpoint: "state")
            #expect(second.step == 3)
            try second.run { _ in }
            #expect(bytes(second) == bytes(whole))
        }
    }

    @Test("a run that is cancelled inside a step goes on to the same bytes")
    func cancelled() throws {
        try Fixture.withFolder { folder in
            let whole = try run(folder)
            try whole.run { _ in }
            for allowed in [0, 1, 8, 14, 21] {
                let name = "cancelled-\(allowed)"
                var asked = 0
                let first = try run(folder, checkpoint: name)
                #expect(throws: CancellationError.self) {
                    try first.run(
                        isCancelled: {
                            asked += 1
                            return asked > allowed
                        }, report: { _ in })
                }
                let second = try run(folder, checkpoint: name)
                #expect(second.step == first.step)
                try second.run { _ in }
                #expect(bytes(second) == bytes(whole))
            }
        }
    }

    @Test("another seed makes other weights, the same seed the same")
    func seeds() throws {
        try Fixture.withFolder { folder in
            var other = Fixture.settings
            other.seed += 1
            let (first, second) = (try run(folder), try run(folder, settings: other))
            #expect(bytes(first) != bytes(second))
            #expect(bytes(first) == bytes(try run(folder)))
        }
    }

    @Test("every step, evaluation and checkpoint is reported, and the loss falls")
    func reports() throws {
        try Fixture.withFolder { folder in
            let data = try training(folder)
            let run = try TrainingRun(
                shape: Fixture.shape, settings: Fixture.settings, training: data, heldOut: data,
                options: .init(
                    threads: 1, checkpoint: folder + "/state", evaluationSteps: 4,
                    checkpointSeconds: 0))
            var steps: [TrainingReport.Step] = [], evaluations: [TrainingReport.Evaluation] = []
            var checkpoints = 0
            try run.run {
                switch $0 {
                case .step(let step): steps.append(step)
                case .heldOut(let evaluation): evaluations.append(evaluation)
                case .checkpoint: checkpoints += 1
                }
            }
            #expect(steps.map(\.step) == Array(1...8))
            #expect(steps.allSatisfy { $0.tokens <= 300 && $0.tokens > 200 })
            #expect(steps.map(\.learningRate)[0] == 0.5e-2)
            #expect(steps.allSatisfy { $0.gradientNorm > 0 && $0.tokensPerSecond > 0 })
            #expect(evaluations.map(\.step) == [4, 8])
            #expect(evaluations.allSatisfy { $0.tokens == data.predictedCount })
            #expect(evaluations[1].loss < steps[0].loss)
            // Ten times what one took may pass first, but the last is always written.
            #expect(checkpoints >= 1)
        }
    }

    @Test("data that do not fit the shape or the batch are refused")
    func refusals() throws {
        try Fixture.withFolder { folder in
            var settings = Fixture.settings
            settings.batchTokens = 50
            #expect(throws: TrainingError.self) { try run(folder, settings: settings) }
            var shape = Fixture.shape
            shape.context = 64
            #expect(throws: TrainingError.self) { try run(folder, shape: shape) }
            shape = Fixture.shape
            shape.vocabulary = 36
            #expect(throws: TrainingError.self) { try run(folder, shape: shape) }
            settings = Fixture.settings
            settings.learningRate = .nan
            #expect(throws: TrainingError.self) { try run(folder, settings: settings) }
        }
    }

    @Test("a loss that is no number ends the run with an error")
    func divergence() throws {
        try Fixture.withFolder { folder in
            let run = try run(folder)
            run.weights.base[0] = .nan
            #expect(throws: TrainingError.self) { try run.run { _ in } }
        }
    }
}

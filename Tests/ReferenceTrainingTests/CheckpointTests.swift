import Foundation
import Testing

@testable import ReferenceTraining

/// Checkpoints that are not to be gone on from.
struct CheckpointTests {
    private func run(
        _ folder: String, shape: ReferenceShape = Fixture.shape,
        settings: TrainingSettings = Fixture.settings, seed: UInt64 = 1
    ) throws -> TrainingRun {
        let data = try Fixture.sequences(
            folder + "/data", vocabulary: 37, lengths: [40, 60, 80], seed: seed)
        return try TrainingRun(
            shape: shape, settings: settings, training: data,
            options: .init(threads: 1, checkpoint: folder + "/state"))
    }

    private func message(_ body: () throws -> TrainingRun) -> String {
        do {
            _ = try body()
            return ""
        } catch let error as TrainingError {
            return error.message
        } catch { return "\(error)" }
    }

    @Test("a checkpoint of other settings is refused, and the setting is named")
    func otherSettings() throws {
        try Fixture.withFolder { folder in
            try run(folder).run(until: 2) { _ in }
            var settings = Fixture.settings
            settings.learningRate = 0.25
            settings.seed = 12
            var text = message { try run(folder, settings: settings) }
            #expect(text.contains("learning_rate is 0.01 there and 0.25 here"))
            #expect(text.contains("seed is 11 there and 12 here"))
            #expect(!text.contains("beta1"))
            var shape = Fixture.shape
            shape.feedForward = 14
            text = message { try run(folder, shape: shape) }
            #expect(text.contains("feed_forward is 13 there and 14 here"))
            text = message { try run(folder, seed: 2) }
            #expect(text.contains("data_sha256"))
        }
    }

    @Test("a checkpoint with a flipped bit anywhere is refused")
    func flipped() throws {
        try Fixture.withFolder { folder in
            try run(folder).run(until: 2) { _ in }
            let url = URL(fileURLWithPath: folder + "/state")
            let good = try Data(contentsOf: url)
            for place in [0, 9, 17, 25, 33, 70, 500, 9_000, good.count - 40, good.count - 1] {
                var bad = good
                bad[place] ^= 4
                try bad.write(to: url)
                #expect(message { try run(folder) }.contains("checkpoint"), "byte \(place)")
            }
            try good.write(to: url)
            #expect(try run(folder).step == 2)
        }
    }

    @Test("a torn checkpoint is refused at every length")
    func torn() throws {
        try Fixture.withFolder { folder in
            try run(folder).run(until: 2) { _ in }
            let url = URL(fileURLWithPath: folder + "/state")
            let good = try Data(contentsOf: url)
            for length in [0, 7, 8, 63, 64, 95, 96, 700, good.count / 2, good.count - 1] {
                try good.prefix(length).write(to: url)
                #expect(message { try run(folder) }.contains("checkpoint"), "\(length) bytes")
            }
        }
    }
}

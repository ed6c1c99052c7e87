import Foundation

@testable import ReferenceTraining

/// What the tests share: the committed small model, and folders of their own.
enum Fixture {
    /// The repository's root.
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// Weights, tokens and gradients that scripts/judges/training.py wrote.
    static let folder = root + "/Tests/Fixtures/training"

    /// The shape of the committed small model.
    static let shape = ReferenceShape(
        layers: 2, width: 12, heads: 4, kvHeads: 2, headSize: 6, feedForward: 13, vocabulary: 37,
        context: 128)

    /// The numbers of a file.
    static func numbers<T>(_ name: String, of type: T.Type) throws -> [T] {
        let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
        return data.withUnsafeBytes { Array($0.bindMemory(to: type)) }
    }

    /// Calls `body` with the path of a folder that is gone afterwards.
    static func withFolder<R>(_ body: (String) throws -> R) throws -> R {
        let path = FileManager.default.temporaryDirectory.path + "/training-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try body(path)
    }

    /// Sequences of ids below `vocabulary`, of these lengths, in a file at `path`.
    static func sequences(
        _ path: String, vocabulary: Int, lengths: [Int], seed: UInt64 = 1
    ) throws -> TokenSequences {
        let random = CounterRandom(seed: seed, stream: 99)
        var writer = try TokenSequencesWriter(path: path, vocabulary: vocabulary)
        var place: UInt64 = 0
        for length in lengths {
            try writer.append(
                (0..<length).map { _ in
                    place += 1
                    // Small ids more often, so that there is something to learn.
                    return Int32(
                        min(random.below(vocabulary, place), random.below(vocabulary, ~place)))
                })
        }
        try writer.finish()
        return try TokenSequences(path: path)
    }

    /// All sequences as one batch.
    static func batch(_ sequences: TokenSequences) -> TokenBatch {
        var batch = TokenBatch(rows: sequences.predictedCount)
        for index in 0..<sequences.count { sequences.withSequence(index) { batch.append($0) } }
        return batch
    }

    /// A run of the small shape that ends soon.
    static let settings = TrainingSettings(
        seed: 11, steps: 8, batchTokens: 300, learningRate: 1e-2, warmupSteps: 2, decaySteps: 3)
}

import Foundation
import ReferenceTraining

/// What `training-judge` is told to do: a JSON file that a script writes.
struct JudgeSpec: Decodable {
    /// Sizes, under Hugging Face's names where it has some.
    struct Shape: Decodable {
        let layers: Int
        let width: Int
        let heads: Int
        let kvHeads: Int
        let headSize: Int
        let feedForward: Int
        let vocabulary: Int
        let context: Int
    }

    /// Steps, batch and rates; the rest are the defaults.
    struct Settings: Decodable {
        let seed: UInt64
        let steps: Int
        let batchTokens: Int
        let learningRate: Double
        let warmupSteps: Int
        let decaySteps: Int
    }

    let shape: Shape
    let settings: Settings
    /// Float32 numbers of every tensor in the layout's order; first weights where it is missing.
    let weights: String?
    /// A file of token sequences.
    let tokens: String
    /// Where gradients go, as `weights` are.
    let gradients: String?
    /// An existing folder that the trained model is written to.
    let folder: String?
    /// Where checkpoints go, as often as they may; nil for none.
    let checkpoint: String?
    let threads: Int

    /// Reads the file at `path`.
    init(path: String) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        self = try decoder.decode(
            JudgeSpec.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    }

    /// The shape as the trainer takes it.
    var referenceShape: ReferenceShape {
        ReferenceShape(
            layers: shape.layers, width: shape.width, heads: shape.heads, kvHeads: shape.kvHeads,
            headSize: shape.headSize, feedForward: shape.feedForward,
            vocabulary: shape.vocabulary, context: shape.context)
    }

    /// The settings as the trainer takes them.
    var trainingSettings: TrainingSettings {
        TrainingSettings(
            seed: settings.seed, steps: settings.steps, batchTokens: settings.batchTokens,
            learningRate: settings.learningRate, warmupSteps: settings.warmupSteps,
            decaySteps: settings.decaySteps)
    }
}

import Foundation
import TeacherInference
import Testing

@testable import ReferenceTraining

/// The written folder, as refinery reads it.
struct ReferenceFolderTests {
    @Test("refinery's scores of the written model are the trainer's losses")
    func scores() throws {
        // The vocabulary of the committed reference, whose tokenizer is borrowed.
        let shape = ReferenceShape(
            layers: 2, width: 24, heads: 2, kvHeads: 1, headSize: 14, feedForward: 40,
            vocabulary: 49_152, context: 256)
        let settings = TrainingSettings(
            seed: 1, steps: 2, batchTokens: 300, learningRate: 1e-2, warmupSteps: 1, decaySteps: 1)
        try Fixture.withFolder { folder in
            let data = try Fixture.sequences(
                folder + "/tokens", vocabulary: 49_152, lengths: [120, 40, 90])
            let run = try TrainingRun(
                shape: shape, settings: settings, training: data, options: .init(threads: 2))
            try run.run { _ in }
            let loss = try run.evaluate(data).loss
            let model = folder + "/model"
            try FileManager.default.createDirectory(
                atPath: model, withIntermediateDirectories: true)
            try run.writeModel(to: model, bosToken: 0, eosToken: 0)
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: model).sorted()
                    == ["config.json", "model.safetensors"])
            for name in ["tokenizer.json", "tokenizer_config.json"] {
                try FileManager.default.copyItem(
                    atPath: Fixture.root + "/models/reference/" + name, toPath: model + "/" + name)
            }
            let read = try LanguageModel(path: model, options: .init(context: "none"))
            #expect(read.parameterCount == shape.parameters)
            #expect(read.tiesHead)
            #expect(read.maxContext == 256)
            var scorer = BatchScorer(model: read, maxTokens: 300)
            let ids = (0..<data.count).map { data.withSequence($0) { $0.map { TokenID($0) } } }
            let scores = try scorer.score(ids)
            let nll = scores.reduce(0) { $0 + $1.nll } / Double(data.predictedCount)
            #expect(abs(nll - loss) < 1e-5)
        }
    }
}

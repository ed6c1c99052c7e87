import Crypto
import Foundation

/// Everything that decides the weights of a run, by name: a checkpoint of another is refused.
struct RunIdentity: Equatable {
    /// Names and values, in a fixed order.
    let fields: [(name: String, value: String)]

    /// The identity of a run on data with the checksum `data`.
    init(shape: ReferenceShape, settings: TrainingSettings, data: String) {
        fields = [
            ("layers", "\(shape.layers)"), ("width", "\(shape.width)"),
            ("heads", "\(shape.heads)"), ("kv_heads", "\(shape.kvHeads)"),
            ("head_size", "\(shape.headSize)"), ("feed_forward", "\(shape.feedForward)"),
            ("vocabulary", "\(shape.vocabulary)"), ("context", "\(shape.context)"),
            ("rope_theta", "\(shape.ropeTheta)"), ("norm_epsilon", "\(shape.normEpsilon)"),
            ("seed", "\(settings.seed)"), ("steps", "\(settings.steps)"),
            ("batch_tokens", "\(settings.batchTokens)"),
            ("learning_rate", "\(settings.learningRate)"),
            ("warmup_steps", "\(settings.warmupSteps)"),
            ("decay_steps", "\(settings.decaySteps)"),
            ("weight_decay", "\(settings.weightDecay)"), ("beta1", "\(settings.beta1)"),
            ("beta2", "\(settings.beta2)"), ("epsilon", "\(settings.epsilon)"),
            ("clip_norm", "\(settings.clipNorm)"), ("data_sha256", data),
        ]
    }

    /// The identity that ``text`` wrote; nil for other bytes.
    init?(text: [UInt8]) {
        guard let text = String(validating: text, as: UTF8.self) else { return nil }
        var fields: [(name: String, value: String)] = []
        for line in text.split(separator: "\n") {
            guard let equals = line.firstIndex(of: "=") else { return nil }
            fields.append(
                (String(line[..<equals]), String(line[line.index(after: equals)...])))
        }
        self.fields = fields
    }

    static func == (left: RunIdentity, right: RunIdentity) -> Bool { left.text == right.text }

    /// A line `name=value` for each field.
    var text: [UInt8] { Array(fields.map { "\($0.name)=\($0.value)\n" }.joined().utf8) }

    /// SHA-256 of ``text``.
    var digest: [UInt8] { Array(SHA256.hash(data: text)) }

    /// The fields of `other` that differ from these, in words.
    func differences(from other: RunIdentity) -> [String] {
        let names =
            fields.map(\.name)
            + other.fields.map(\.name).filter { name in
                !fields.contains { $0.name == name }
            }
        return names.compactMap { name in
            let here = fields.first { $0.name == name }?.value ?? "not set"
            let there = other.fields.first { $0.name == name }?.value ?? "not set"
            return here == there ? nil : "\(name) is \(there) there and \(here) here"
        }
    }
}

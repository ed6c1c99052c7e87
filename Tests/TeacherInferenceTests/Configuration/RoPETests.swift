import Foundation
import Testing

@testable import TeacherInference

@Suite struct RoPETests {
    private static var base: [String: Any] {
        [
            "model_type": "llama", "hidden_size": 64, "intermediate_size": 32,
            "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 2,
            "vocab_size": 100, "max_position_embeddings": 4096,
        ]
    }

    private func configuration(_ changes: [String: Any]) throws -> ModelConfiguration {
        let fields = Self.base.merging(changes) { $1 }
        let data = try JSONSerialization.data(withJSONObject: fields)
        return try ModelConfiguration(huggingFace: JSONObject(bytes: data, path: "config.json"))
    }

    private func refusal(_ changes: [String: Any]) -> String {
        do { _ = try configuration(changes) } catch { return "\(error)" }
        return "taken"
    }

    @Test("frequencies and attention factors are transformers', of every scaling")
    func frequencies() throws {
        let path = Models.root + "/Tests/Fixtures/rope.jsonl"
        let lines = try Data(contentsOf: URL(fileURLWithPath: path))
            .split(separator: UInt8(ascii: "\n"))
        #expect(lines.count > 10)
        for line in lines {
            let row = try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
            let expected = try #require(row["frequencies"] as? [Double])
            let tokens = try #require(row["tokens"] as? Int)
            let read = try configuration(try #require(row["config"] as? [String: Any]))
            let isLong = tokens > read.rope.usualLength
            let found = read.rope.frequencies(rotated: read.rotatedSize, isLong: isLong)
            #expect(found.count == expected.count)
            // A Float32 power and two or three products: a few roundings of 6e-8.
            for (ours, theirs) in zip(found, expected) {
                #expect(abs(Double(ours) / theirs - 1) < 5e-7, "\(read.rope.scaling)")
            }
            let factor = try #require(row["attention_factor"] as? Double)
            #expect(abs(read.rope.attentionFactor - factor) < 1e-12)
        }
    }

    @Test("each sequence has the angles of its own length, with the attention factor in them")
    func lengths() {
        let rope = ModelConfiguration.RoPE(
            base: 10_000, pairing: .halves,
            scaling: .longrope(
                .init(short: [1, 2], long: [4, 8], originalContext: 10, attentionFactor: 1.5)))
        var table = RotationTable(rope, rotated: 4)
        table.extend(to: [3, 12, 10])
        for (length, divisor) in [(3, 2.0), (10, 2), (11, 8), (12, 8)] {
            let angles = table.angles(length: length)
            let angle = 2 / (100 * divisor)
            #expect(abs(Double(angles.cosines[2 * 2 + 1]) - 1.5 * cos(angle)) < 1e-6)
            #expect(abs(Double(angles.sines[2 * 2 + 1]) - 1.5 * sin(angle)) < 1e-6)
        }
        #expect(RotationTable.floats(rope, rotated: 4, longest: 10) == 40)
        #expect(RotationTable.floats(rope, rotated: 4, longest: 11) == 4 * (10 + 11))
    }

    @Test("the scaling is one in the spellings of transformers 4 and 5")
    func spellings() throws {
        let yarn: [String: Any] = ["factor": 4.0, "original_max_position_embeddings": 1024]
        let four = try configuration(["rope_scaling": yarn.merging(["type": "yarn"]) { $1 }])
        let five = try configuration([
            "rope_parameters": yarn.merging(["rope_type": "yarn", "rope_theta": 10_000]) { $1 }
        ])
        #expect(four == five)
        let beside = try configuration([
            "rope_scaling": ["type": "yarn", "factor": 4.0],
            "original_max_position_embeddings": 1024,
        ])
        #expect(beside == four)
        let none: [String: Any] = ["type": "yarn", "factor": 4.0, "beta_fast": 0, "mscale": 0]
        guard case .yarn(let read) = try configuration(["rope_scaling": none]).rope.scaling else {
            Issue.record("not YaRN")
            return
        }
        #expect(read.originalContext == 4096 && read.betaFast == 32)
    }

    private static var longrope: [String: Any] {
        [
            "type": "longrope", "original_max_position_embeddings": 512,
            "short_factor": [Double](repeating: 1, count: 16),
            "long_factor": [Double](repeating: 2, count: 16),
        ]
    }

    @Test("scalings that say nothing we can follow are refused")
    func refusals() {
        func scaling(_ changes: [String: Any]) -> String { refusal(["rope_scaling": changes]) }
        func long(_ changes: [String: Any]) -> String {
            scaling(Self.longrope.merging(changes) { $1 })
        }
        #expect(scaling(["type": "dynamic", "factor": 2.0]).contains("\"dynamic\""))
        #expect(scaling(["type": "su", "factor": 2.0]).contains("\"su\""))
        #expect(scaling(["type": "yarn"]).contains("\"factor\" is missing"))
        #expect(scaling(["type": "yarn", "factor": -1]).contains("\"factor\" is -1"))
        #expect(scaling(["type": "yarn", "factor": 2, "beta_slow": -1]).contains("beta_slow"))
        #expect(
            scaling(["type": "yarn", "factor": 2, "attention_factor": 0])
                .contains("attention_factor"))
        #expect(scaling(["type": "yarn", "factor": 2, "truncate": 1]).contains("truncate"))
        #expect(
            scaling(["type": "yarn", "factor": 2, "extrapolation_factor": 1.0])
                .contains("extrapolation_factor"))
        for length in [0, -5, 1 << 40] {
            #expect(
                scaling(["type": "yarn", "factor": 2, "original_max_position_embeddings": length])
                    .contains("no length"))
        }
        #expect(
            refusal([
                "original_max_position_embeddings": 7, "rope_scaling": Self.longrope,
            ]).contains("is 512, but 7 beside it"))
        #expect(
            refusal(["original_max_position_embeddings": 7])
                .contains("\"original_max_position_embeddings\" is not understood"))
        #expect(long([:]) == "taken")
        #expect(long(["short_factor": [1.0]]).contains("short factors are 1 numbers"))
        #expect(long(["long_factor": "1"]).contains("\"long_factor\" is not a list"))
        #expect(long(["long_factor": NSNull()]).contains("\"long_factor\" is missing"))
        #expect(
            long(["long_factor": [Double](repeating: 0, count: 16)]).contains("long factors"))
        #expect(long(["beta_fast": 2]).contains("\"beta_fast\""))
    }

    private func gguf(
        _ values: [String: Float], type: String? = nil, tensors: [String] = []
    ) throws -> ModelConfiguration {
        var builder = GGUFBuilder()
        builder.set("general.architecture", "qwen3")
        for (key, value) in [
            "block_count": UInt32(5), "embedding_length": 64, "attention.head_count": 2,
            "feed_forward_length": 32, "context_length": 4096,
        ] { builder.set("qwen3." + key, value) }
        builder.set("qwen3.attention.layer_norm_rms_epsilon", Float(1e-5))
        if let type { builder.set("qwen3.rope.scaling.type", type) }
        for (key, value) in values { builder.set("qwen3.rope.scaling." + key, value) }
        let ones = (0..<16).flatMap { _ in GGUFBuilder.bytes(Float(1)) }
        for tensor in tensors { builder.add(tensor, shape: [16], type: 0, bytes: ones) }
        builder.add(
            "token_embd.weight", shape: [64, 1], type: 0, bytes: [UInt8](repeating: 0, count: 256))
        let scratch = try Scratch(builder.file, suffix: ".gguf")
        return try ModelConfiguration(gguf: GGUFFile(path: scratch.path))
    }

    @Test("GGUF's keys mean what llama.cpp's converter writes into them")
    func ggufKeys() throws {
        let yarn = try gguf(
            ["factor": 4, "original_context_length": 1024, "yarn_beta_fast": 16], type: "yarn")
        #expect(
            yarn.rope.scaling
                == .yarn(
                    .init(
                        factor: 4, originalContext: 1024, betaFast: 16,
                        attentionFactor: 0.1 * log(4) + 1)))
        let stated = try gguf(["factor": 4, "yarn_attn_factor": 2], type: "yarn")
        #expect(stated.rope.attentionFactor == 2 && stated.rope.scaling != yarn.rope.scaling)
        let weighed = try gguf(["factor": 4, "yarn_log_multiplier": 0.5], type: "yarn")
        let expected = (0.1 * log(4) + 1) / (0.05 * log(4) + 1)
        #expect(abs(weighed.rope.attentionFactor - expected) < 1e-12)
        let tensors = ["rope_factors_long.weight", "rope_factors_short.weight"]
        for type in [nil, "longrope"] {
            let long = try gguf(
                ["attn_factor": 1.25, "original_context_length": 512], type: type,
                tensors: tensors)
            #expect(long.rope.usualLength == 512 && long.rope.attentionFactor == 1.25)
        }
        #expect(try gguf(["original_context_length": 4096]).rope.scaling == .none)
    }

    @Test("GGUF's keys that would change the arithmetic in another way are refused")
    func ggufRefusals() {
        func refusal(
            _ values: [String: Float], _ type: String?, _ tensors: [String] = []
        ) -> String {
            do { _ = try gguf(values, type: type, tensors: tensors) } catch { return "\(error)" }
            return "taken"
        }
        let (long, short) = ("rope_factors_long.weight", "rope_factors_short.weight")
        #expect(refusal([:], "yarn").contains("without a positive"))
        #expect(refusal(["factor": 4, "yarn_ext_factor": 0.5], "yarn").contains("yarn_ext_factor"))
        #expect(refusal(["factor": 4, "attn_factor": 2], "yarn").contains("attn_factor"))
        #expect(refusal(["factor": 4, "yarn_beta_slow": -1], "yarn").contains("yarn_beta_slow"))
        #expect(
            refusal(["factor": 4, "original_context_length": 0.5], "yarn")
                .contains("original_context_length"))
        #expect(refusal(["attn_factor": 2], nil).contains("attn_factor\" is not understood"))
        #expect(refusal(["factor": 4, "yarn_beta_fast": 2], "linear").contains("yarn_beta_fast"))
        #expect(refusal([:], "longrope").contains("without the rope_factors tensors"))
        #expect(refusal([:], "dynamic").contains("\"dynamic\""))
        #expect(refusal([:], nil, [long]).contains("\"\(short)\" is missing"))
        #expect(refusal(["factor": 2], "linear", [long, short]).contains("joined by another"))
        #expect(refusal(["factor": 2], "yarn", ["rope_freqs.weight"]).contains("joined by another"))
    }

    @Test("SmolLM3's layers without RoPE are the configuration's to say")
    func layers() throws {
        let smollm3: [String: Any] = ["model_type": "smollm3", "num_hidden_layers": 8]
        func read(_ changes: [String: Any]) throws -> ModelConfiguration {
            try configuration(smollm3.merging(changes) { $1 })
        }
        #expect(
            try read([:]).rotates == [true, true, true, false, true, true, true, false])
        #expect(
            try read(["no_rope_layer_interval": 3, "no_rope_layers": NSNull()]).rotates
                == [true, true, false, true, true, false, true, true])
        let listed = try read([
            "no_rope_layers": [0, 1, 1, 1, 1, 1, 1, 0, 1], "use_sliding_window": true,
            "sliding_window": 9,
        ])
        #expect(listed.rotates?.prefix(2) == [false, true])
        #expect(listed.windows == [9, nil, nil, nil, nil, nil, nil, 9])
        #expect(try read([:]).rope.base == 2_000_000)
        func refusal(_ changes: [String: Any]) -> String {
            self.refusal(smollm3.merging(changes) { $1 })
        }
        #expect(refusal(["no_rope_layers": [1, 0]]).contains("\"no_rope_layers\""))
        #expect(refusal(["no_rope_layers": [2, 0, 1, 1, 1, 1, 1, 1]]).contains("list of 0 and 1"))
        #expect(refusal(["no_rope_layers": ["1"]]).contains("list of integers"))
        #expect(refusal(["no_rope_layer_interval": 0]).contains("\"no_rope_layer_interval\" is 0"))
        #expect(self.refusal(["no_rope_layers": [1, 0]]).contains("\"no_rope_layers\""))
    }
}

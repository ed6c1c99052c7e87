import Foundation
import Testing

@testable import TeacherInference

@Suite struct ModelConfigurationTests {
    private static var base: [String: Any] {
        [
            "model_type": "llama", "hidden_size": 64, "intermediate_size": 128,
            "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
            "vocab_size": 100, "max_position_embeddings": 256, "rms_norm_eps": 1e-5,
            "hidden_act": "silu", "rope_theta": 5000.0,
        ]
    }

    private func configuration(_ changes: [String: Any?] = [:]) throws -> ModelConfiguration {
        var fields = Self.base
        for (name, value) in changes { fields[name] = value }
        let data = try JSONSerialization.data(withJSONObject: fields)
        return try ModelConfiguration(huggingFace: JSONObject(bytes: data, path: "config.json"))
    }

    private func refusal(_ changes: [String: Any?]) -> String {
        do {
            _ = try configuration(changes)
        } catch {
            return "\(error)"
        }
        return "taken"
    }

    @Test("the spellings of transformers 4 and 5 mean the same")
    func spellings() throws {
        let four = try configuration([
            "torch_dtype": "bfloat16", "rope_scaling": ["type": "linear", "factor": 2.0],
        ])
        let five = try configuration([
            "dtype": "bfloat16", "rope_theta": nil as Any?,
            "rope_parameters": ["rope_type": "linear", "factor": 2.0, "rope_theta": 5000.0],
        ])
        #expect(four == five)
        #expect(four.rope.scaling == .linear(factor: 2))
        #expect(four.rope.base == 5000)
        #expect(four.headSize == 16 && four.kvHeads == 2)
    }

    @Test("spellings that disagree are refused")
    func disagreement() {
        #expect(
            refusal(["rope_parameters": ["rope_theta": 1.0, "rope_type": "default"]])
                .contains("\"rope_theta\" is 5000.0"))
        #expect(
            refusal([
                "rope_scaling": ["type": "linear", "factor": 2.0],
                "rope_parameters": ["rope_type": "linear", "factor": 4.0],
            ]).contains("disagree"))
    }

    @Test("a field that would change the arithmetic is an error that names it")
    func unknownFields() {
        #expect(refusal(["sliding_window": 4096]).contains("\"sliding_window\""))
        #expect(refusal(["logit_scale": 0.5]).contains("\"logit_scale\""))
        #expect(refusal(["quantization_config": ["bits": 4]]).contains("\"quantization_config\""))
        #expect(refusal(["partial_rotary_factor": 0.5]).contains("\"partial_rotary_factor\""))
        #expect(refusal(["sliding_window": NSNull(), "rope_interleaved": false]) == "taken")
        #expect(refusal(["hidden_act": "gelu"]).contains("\"hidden_act\""))
        #expect(refusal(["model_type": "mamba"]).contains("mamba"))
        #expect(refusal(["rope_scaling": ["type": "dynamic", "factor": 2.0]]).contains("dynamic"))
        #expect(
            refusal(["rope_scaling": ["type": "linear", "factor": 2.0, "beta_fast": 3]])
                .contains("\"beta_fast\""))
    }

    @Test("a family says what its fields mean, and others' fields are not understood")
    func families() throws {
        let mistral = try configuration(["model_type": "mistral", "sliding_window": 7])
        #expect(mistral.windows == [7, 7])
        #expect(try configuration(["model_type": "mistral"]).windows == [4096, 4096])
        let qwen: [String: Any?] = [
            "model_type": "qwen2", "sliding_window": 7, "use_sliding_window": true,
            "max_window_layers": 1,
        ]
        #expect(try configuration(qwen).windows == [nil, 7])
        let off = qwen.merging(["use_sliding_window": false]) { $1 }
        #expect(try configuration(off).windows == [nil, nil])
        let types = ["full_attention", "sliding_attention"]
        #expect(try configuration(qwen.merging(["layer_types": types]) { $1 }).windows == [nil, 7])
        #expect(
            refusal(qwen.merging(["layer_types": Array(types.reversed())]) { $1 })
                .contains("\"layer_types\" disagrees"))
        #expect(try configuration(["model_type": "qwen3"]).headNorm == .eachHead)
        #expect(
            refusal(["model_type": "qwen2", "attention_bias": true]).contains("attention_bias"))
        #expect(refusal(["model_type": "mistral", "sliding_window": 0]).contains("window"))
    }

    @Test("sizes that make no sense are refused")
    func sizes() {
        #expect(refusal(["hidden_size": nil as Any?]).contains("\"hidden_size\" is missing"))
        #expect(refusal(["hidden_size": "64"]).contains("expected an integer"))
        #expect(refusal(["num_attention_heads": 0]).contains("is 0"))
        #expect(refusal(["num_key_value_heads": 3]).contains("no multiple of 3"))
        #expect(refusal(["num_hidden_layers": -1]).contains("layers is -1"))
        #expect(refusal(["vocab_size": 1 << 40]).contains("vocabulary size"))
        #expect(refusal(["head_dim": 15]).contains("odd"))
    }

    @Test("Llama 3's scaling keeps high frequencies and divides low ones")
    func llama3() throws {
        let scaled = try configuration([
            "head_dim": 64, "rope_theta": 500_000.0,
            "rope_scaling": [
                "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0,
                "high_freq_factor": 4.0, "original_max_position_embeddings": 8192,
            ],
        ])
        var plain = scaled
        plain.rope.scaling = .none
        let ratio = zip(
            plain.rope.frequencies(rotated: 64), scaled.rope.frequencies(rotated: 64)
        ).map { $0 / $1 }
        #expect(ratio.first == 1)
        #expect(abs((ratio.last ?? 0) - 8) < 1e-5)
        #expect(ratio == ratio.sorted())
        #expect(ratio.contains { $0 > 1.01 && $0 < 7.9 })
    }
}

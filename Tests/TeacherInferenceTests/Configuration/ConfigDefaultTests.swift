import Foundation
import Testing

@testable import TeacherInference

/// What is taken for fields that a config.json does not have: the values of transformers' classes,
/// which scripts/judges/defaults.py compares by scores.
@Suite struct ConfigDefaultTests {
    private func read(_ type: String, _ changes: [String: Any] = [:]) throws -> ModelConfiguration {
        var fields: [String: Any] = ["model_type": type, "vocab_size": 100]
        if type == "gpt2" {
            fields.merge(["n_embd": 256, "n_layer": 2, "n_head": 32]) { $1 }
        } else {
            fields.merge([
                "hidden_size": 256, "num_hidden_layers": 2, "num_attention_heads": 32,
                "intermediate_size": 64, "moe_intermediate_size": 64, "num_experts_per_tok": 2,
                "num_experts": 4,
            ]) { $1 }
        }
        if !["mixtral", "qwen3_moe", "olmoe"].contains(type) {
            for name in ["num_experts", "num_experts_per_tok", "moe_intermediate_size"] {
                fields[name] = nil
            }
        }
        if type != "qwen3_moe" { fields["moe_intermediate_size"] = nil }
        for (name, value) in changes { fields[name] = value }
        let data = try JSONSerialization.data(withJSONObject: fields)
        return try ModelConfiguration(huggingFace: JSONObject(bytes: data, path: "config.json"))
    }

    @Test(arguments: [
        ("llama", 32, 8, 2048, 1e-6), ("mistral", 8, 8, 131_072, 1e-6),
        ("qwen2", 32, 8, 32768, 1e-6), ("qwen3", 32, 128, 32768, 1e-6),
        ("gpt2", 32, 8, 1024, 1e-5), ("gpt_neox", 32, 8, 2048, 1e-5),
        ("olmo2", 32, 8, 2048, 1e-5), ("phi3", 32, 8, 4096, 1e-5),
        ("gemma2", 4, 256, 8192, 1e-6), ("gemma3_text", 4, 256, 131_072, 1e-6),
        ("mixtral", 8, 8, 131_072, 1e-5), ("qwen3_moe", 4, 8, 32768, 1e-6),
        ("olmoe", 32, 8, 4096, 1e-5), ("smollm3", 4, 8, 32768, 1e-6),
    ])
    func `sizes that are not there are those of transformers`(
        type: String, kvHeads: Int, headSize: Int, context: Int, epsilon: Float
    ) throws {
        let found = try read(type)
        #expect(found.kvHeads == kvHeads && found.headSize == headSize)
        #expect(found.context == context && found.normEpsilon == epsilon)
        guard type != "gpt2", type != "gpt_neox" else { return }
        let null = try read(type, ["num_key_value_heads": NSNull()])
        #expect(null.kvHeads == 32)
    }

    @Test func `a window that is not there is the class's, and null is none`() throws {
        #expect(try read("mistral").windows == [4096, 4096])
        #expect(try read("mistral", ["sliding_window": NSNull()]).windows == [nil, nil])
        #expect(try read("mixtral").windows == [nil, nil])
        #expect(try read("phi3").windows == [nil, nil])
        #expect(try read("gemma2").windows == [4096, nil])
        let upper = ["use_sliding_window": true, "max_window_layers": 1] as [String: Any]
        for type in ["qwen2", "qwen3"] {
            #expect(try read(type).windows == [nil, nil])
            #expect(try read(type, upper).windows == [nil, 4096])
            let null = upper.merging(["sliding_window": NSNull()]) { $1 }
            #expect(try read(type, null).windows == [nil, nil])
        }
        #expect(try read("qwen3_moe", ["use_sliding_window": true]).windows == [4096, 4096])
        #expect(try read("smollm3", ["use_sliding_window": true]).windows == [nil, nil])
    }

    @Test func `LongRoPE's factor goes by the context that is not there`() throws {
        let scaling: [String: Any] = [
            "type": "longrope", "short_factor": [1, 1, 1, 1], "long_factor": [2, 2, 2, 2],
            "original_max_position_embeddings": 2048,
        ]
        let changes: [String: Any] = [
            "rope_scaling": scaling, "original_max_position_embeddings": 2048,
        ]
        let absent = try read("phi3", changes)
        let stated = try read("phi3", changes.merging(["max_position_embeddings": 4096]) { $1 })
        #expect(absent == stated)
    }
}

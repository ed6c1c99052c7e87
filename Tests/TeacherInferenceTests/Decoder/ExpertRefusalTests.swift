import Foundation
import Testing

@testable import TeacherInference

@Suite struct ExpertRefusalTests {
    private static var base: [String: Any] {
        [
            "model_type": "qwen3_moe", "hidden_size": 64, "intermediate_size": 128,
            "num_hidden_layers": 4, "num_attention_heads": 4, "num_key_value_heads": 2,
            "vocab_size": 100, "rms_norm_eps": 1e-5, "num_experts": 8, "num_experts_per_tok": 2,
            "moe_intermediate_size": 32, "norm_topk_prob": true,
        ]
    }

    private func configuration(_ changes: [String: Any?] = [:]) throws -> ModelConfiguration {
        var fields = Self.base
        for (name, value) in changes { fields[name] = value }
        let data = try JSONSerialization.data(withJSONObject: fields)
        return try ModelConfiguration(huggingFace: JSONObject(bytes: data, path: "config.json"))
    }

    private func refusal(_ changes: [String: Any?]) -> String {
        do { _ = try configuration(changes) } catch { return "\(error)" }
        return "taken"
    }

    @Test("experts are read in the spellings of transformers 4 and 5")
    func spellings() throws {
        let four = try configuration()
        let five = try configuration(["num_experts": nil as Any?, "num_local_experts": 8])
        #expect(four == five)
        #expect(
            four.experts
                == ModelConfiguration.Experts(
                    count: 8, used: 2, feedForwardSize: 32, normalizes: true,
                    layers: [true, true, true, true]))
        #expect(
            refusal(["num_local_experts": 9]).contains("\"num_experts\" is 8, but"))
    }

    @Test("which layers are dense is the configuration's to say")
    func denseLayers() throws {
        let mixed = try configuration(["decoder_sparse_step": 2, "mlp_only_layers": [3]])
        #expect(mixed.experts?.layers == [false, true, false, false])
        #expect(mixed.feedForwardSize == 128)
        #expect(try configuration(["intermediate_size": nil as Any?]).feedForwardSize == 32)
        #expect(
            refusal(["intermediate_size": nil as Any?, "mlp_only_layers": [0]])
                .contains("\"intermediate_size\" is missing"))
        #expect(refusal(["decoder_sparse_step": 0]).contains("\"decoder_sparse_step\" is 0"))
        #expect(refusal(["mlp_only_layers": ["a"]]).contains("\"mlp_only_layers\""))
        #expect(refusal(["mlp_only_layers": [1.5]]).contains("\"mlp_only_layers\""))
    }

    @Test("numbers of experts that make no sense are refused")
    func counts() {
        #expect(refusal(["num_experts": 0]).contains("experts a layer is 0"))
        #expect(refusal(["num_experts": -1]).contains("experts a layer is -1"))
        #expect(refusal(["num_experts": 1 << 40]).contains("experts a layer is"))
        #expect(
            refusal(["num_experts": 4096, "num_hidden_layers": 33])
                .contains("33 layers of 4096 experts"))
        #expect(refusal(["num_experts_per_tok": 9]).contains("experts a token is 9"))
        #expect(refusal(["num_experts_per_tok": 0]).contains("experts a token is 0"))
        #expect(refusal(["num_experts_per_tok": nil as Any?]).contains("\"num_experts_per_tok\""))
        #expect(refusal(["num_experts": nil as Any?]).contains("\"num_experts\""))
        #expect(refusal(["moe_intermediate_size": 0]).contains("feed-forward size is 0"))
        #expect(refusal(["moe_intermediate_size": nil as Any?]).contains("is missing"))
    }

    @Test("what a family of experts does not have is not understood")
    func fields() throws {
        #expect(refusal(["model_type": "olmoe", "clip_qkv": 8.0]).contains("clip_qkv"))
        #expect(
            refusal([
                "model_type": "mixtral", "moe_intermediate_size": nil as Any?,
                "norm_topk_prob": true,
            ]).contains("norm_topk_prob"))
        #expect(refusal(["shared_expert_intermediate_size": 8]).contains("shared_expert"))
        #expect(refusal(["model_type": "qwen3"]).contains("is not understood"))
        #expect(
            try configuration(["use_sliding_window": true, "sliding_window": 5]).windows[0] == 5)
        #expect(
            refusal(["use_sliding_window": true, "sliding_window": 5, "max_window_layers": 2])
                .contains("max_window_layers"))
        let olmoe: [String: Any?] = [
            "model_type": "olmoe", "moe_intermediate_size": nil as Any?, "clip_qkv": NSNull(),
            "norm_topk_prob": false, "router_aux_loss_coef": 0.01, "output_router_logits": false,
        ]
        #expect(try configuration(olmoe).headNorm == .allHeads)
    }

    @Test(
        "configurations as the hub has them are read whole",
        arguments: [
            """
            {"architectures": ["Qwen3MoeForCausalLM"], "attention_bias": false,
            "attention_dropout": 0.0, "bos_token_id": 151643, "decoder_sparse_step": 1,
            "eos_token_id": 151645, "head_dim": 128, "hidden_act": "silu", "hidden_size": 2048,
            "initializer_range": 0.02, "intermediate_size": 6144, "max_position_embeddings": 40960,
            "max_window_layers": 48, "mlp_only_layers": [], "model_type": "qwen3_moe",
            "moe_intermediate_size": 768, "norm_topk_prob": true, "num_attention_heads": 32,
            "num_experts": 128, "num_experts_per_tok": 8, "num_hidden_layers": 48,
            "num_key_value_heads": 4, "output_router_logits": false, "rms_norm_eps": 1e-06,
            "rope_scaling": null, "rope_theta": 1000000.0, "router_aux_loss_coef": 0.001,
            "sliding_window": null, "tie_word_embeddings": false, "torch_dtype": "bfloat16",
            "transformers_version": "4.51.0", "use_cache": true, "use_sliding_window": false,
            "vocab_size": 151936}
            """,
            """
            {"architectures": ["MixtralForCausalLM"], "attention_dropout": 0.0, "bos_token_id": 1,
            "eos_token_id": 2, "hidden_act": "silu", "hidden_size": 4096, "initializer_range": 0.02,
            "intermediate_size": 14336, "max_position_embeddings": 32768, "model_type": "mixtral",
            "num_attention_heads": 32, "num_experts_per_tok": 2, "num_hidden_layers": 32,
            "num_key_value_heads": 8, "num_local_experts": 8, "output_router_logits": false,
            "rms_norm_eps": 1e-05, "rope_theta": 1000000.0, "router_aux_loss_coef": 0.02,
            "sliding_window": null, "tie_word_embeddings": false, "torch_dtype": "bfloat16",
            "transformers_version": "4.36.0.dev0", "use_cache": true, "vocab_size": 32000}
            """,
            """
            {"architectures": ["OlmoeForCausalLM"], "attention_bias": false,
            "attention_dropout": 0.0, "clip_qkv": null, "eos_token_id": 50279, "hidden_act": "silu",
            "hidden_size": 2048, "initializer_range": 0.02, "intermediate_size": 1024,
            "max_position_embeddings": 4096, "model_type": "olmoe", "norm_topk_prob": false,
            "num_attention_heads": 16, "num_experts": 64, "num_experts_per_tok": 8,
            "num_hidden_layers": 16, "num_key_value_heads": 16, "output_router_logits": false,
            "pad_token_id": 1, "rms_norm_eps": 1e-05, "rope_scaling": null, "rope_theta": 10000.0,
            "router_aux_loss_coef": 0.01, "tie_word_embeddings": false, "torch_dtype": "bfloat16",
            "transformers_version": "4.43.0.dev0", "use_cache": true, "vocab_size": 50304}
            """,
            """
            {"architectures": ["SmolLM3ForCausalLM"], "attention_bias": false,
            "attention_dropout": 0.0, "bos_token_id": 128000, "eos_token_id": 128001,
            "hidden_act": "silu", "hidden_size": 2048, "initializer_range": 0.02,
            "intermediate_size": 11008, "max_position_embeddings": 65536, "max_window_layers": 28,
            "mlp_bias": false, "model_type": "smollm3", "no_rope_layer_interval": 4,
            "no_rope_layers": [1, 1, 1, 0], "num_attention_heads": 16, "num_hidden_layers": 4,
            "num_key_value_heads": 4, "pad_token_id": 128004, "pretraining_tp": 2,
            "rms_norm_eps": 1e-06, "rope_scaling": null, "rope_theta": 5000000.0,
            "sliding_window": null, "tie_word_embeddings": true, "torch_dtype": "bfloat16",
            "transformers_version": "4.54.0.dev0", "use_cache": false, "use_sliding_window": false,
            "vocab_size": 128256}
            """,
        ])
    func published(json: String) throws {
        let config = try JSONObject(bytes: Data(json.utf8), path: "config.json")
        let read = try ModelConfiguration(huggingFace: config)
        #expect(read.windows.allSatisfy { $0 == nil })
        #expect((read.experts == nil) == (read.architecture == "smollm3"))
    }

    private func gguf(
        _ architecture: String, _ changes: [String: UInt32] = [:], without: String? = nil,
        real: [String: Float] = [:]
    ) -> GGUFBuilder {
        var builder = GGUFBuilder()
        builder.set("general.architecture", architecture)
        var keys: [String: UInt32] = [
            "block_count": 2, "embedding_length": 64, "attention.head_count": 4,
            "feed_forward_length": 128, "context_length": 512, "expert_count": 8,
            "expert_used_count": 2, "expert_feed_forward_length": 32,
        ]
        for (key, value) in changes { keys[key] = value }
        for (key, value) in keys where key != without {
            builder.set("\(architecture).\(key)", value)
        }
        builder.set("\(architecture).attention.layer_norm_rms_epsilon", Float(1e-5))
        for (key, value) in real { builder.set("\(architecture).\(key)", value) }
        builder.add(
            "token_embd.weight", shape: [64, 3], type: 0,
            bytes: [UInt8](repeating: 0, count: 64 * 3 * 4))
        return builder
    }

    private func refusal(_ builder: GGUFBuilder) throws -> String {
        let scratch = try Scratch(builder.file, suffix: ".gguf")
        do { _ = try ModelConfiguration(gguf: GGUFFile(path: scratch.path)) } catch {
            return "\(error)"
        }
        return "taken"
    }

    @Test("GGUF's experts are read, and what llama.cpp would do otherwise is refused")
    func ggufKeys() throws {
        #expect(try refusal(gguf("qwen3moe")) == "taken")
        #expect(
            try refusal(gguf("llama", without: "expert_feed_forward_length")) == "taken")
        #expect(try refusal(gguf("qwen3")).contains("\"qwen3\" with experts"))
        #expect(try refusal(gguf("qwen3moe", ["expert_count": 0])).contains("without experts"))
        #expect(
            try refusal(gguf("qwen3moe", ["expert_used_count": 9])).contains("experts a token is 9")
        )
        #expect(
            try refusal(gguf("qwen3moe", ["expert_used_count": 0])).contains("experts a token is 0")
        )
        #expect(
            try refusal(gguf("qwen3moe", ["expert_count": .max])).contains("experts a layer is"))
        #expect(
            try refusal(gguf("qwen3moe", without: "expert_used_count"))
                .contains("expert_used_count\" is missing"))
        #expect(
            try refusal(gguf("qwen3moe", ["expert_gating_func": 2])).contains("expert_gating_func"))
        #expect(
            try refusal(gguf("qwen3moe", ["expert_shared_count": 1]))
                .contains("expert_shared_count"))
        #expect(
            try refusal(gguf("qwen3moe", real: ["expert_weights_scale": 2.5]))
                .contains("expert_weights_scale"))
        #expect(try refusal(gguf("qwen3moe", real: ["expert_weights_scale": 1])) == "taken")
    }

    @Test("experts in tensors of their own, as old GGUF files have them, are refused by name")
    func oldTensors() throws {
        var builder = GGUFBuilder()
        builder.add(
            "blk.0.ffn_gate_inp.weight", shape: [2, 3], type: 0,
            bytes: [UInt8](repeating: 0, count: 24))
        builder.add(
            "blk.0.ffn_down.0.weight", shape: [4, 2], type: 0,
            bytes: [UInt8](repeating: 0, count: 32))
        let scratch = try Scratch(builder.file, suffix: ".gguf")
        let file = try GGUFFile(path: scratch.path)
        let names = TensorNames.gguf(.mixtral)
        let theirs = try #require(names.experts)
        var finder = TensorFinder(file: file, names: names)
        let experts = ModelConfiguration.Experts(
            count: 3, used: 1, feedForwardSize: 4, normalizes: true, layers: [true])
        func refusal(_ experts: ModelConfiguration.Experts) -> String {
            do {
                _ = try ExpertWeights(
                    theirs, layer: 0, hiddenSize: 2, experts: experts, &finder)
            } catch { return "\(error)" }
            return "taken"
        }
        #expect(refusal(experts).contains("\"blk.0.ffn_down.0.weight\""))
        var others = experts
        others.count = 4
        #expect(refusal(others).contains("has shape [3, 2], expected [4, 2]"))
    }
}

import Foundation
import Testing

@testable import TeacherInference

/// config.json files with the fields that published models have, whole: none is unknown, each
/// means what it does in transformers.
@Suite struct HubConfigurationTests {
    private func read(_ json: String) throws -> ModelConfiguration {
        try ModelConfiguration(
            huggingFace: JSONObject(bytes: Data(json.utf8), path: "config.json"))
    }

    @Test("GPT-2's")
    func gpt2() throws {
        let read = try read(
            """
            {"activation_function": "gelu_new", "architectures": ["GPT2LMHeadModel"],
            "attn_pdrop": 0.1, "bos_token_id": 50256, "embd_pdrop": 0.1, "eos_token_id": 50256,
            "initializer_range": 0.02, "layer_norm_epsilon": 1e-05, "model_type": "gpt2",
            "n_ctx": 1024, "n_embd": 768, "n_head": 12, "n_layer": 12, "n_positions": 1024,
            "resid_pdrop": 0.1, "summary_activation": null, "summary_first_dropout": 0.1,
            "summary_proj_to_labels": true, "summary_type": "cls_index", "summary_use_proj": true,
            "task_specific_params": {"text-generation": {"do_sample": true, "max_length": 50}},
            "vocab_size": 50257}
            """)
        #expect(read.feedForwardSize == 3072 && read.headSize == 64 && read.context == 1024)
        #expect(read.attentionScale == 0.125 && read.activation == .geluTanh)
    }

    @Test("Pythia's")
    func pythia() throws {
        let read = try read(
            """
            {"architectures": ["GPTNeoXForCausalLM"], "bos_token_id": 0, "classifier_dropout": 0.1,
            "eos_token_id": 0, "hidden_act": "gelu", "hidden_size": 512, "initializer_range": 0.02,
            "intermediate_size": 2048, "layer_norm_eps": 1e-05, "max_position_embeddings": 2048,
            "model_type": "gpt_neox", "num_attention_heads": 8, "num_hidden_layers": 6,
            "rotary_emb_base": 10000, "rotary_pct": 0.25, "tie_word_embeddings": false,
            "torch_dtype": "float16", "transformers_version": "4.24.0", "use_cache": true,
            "use_parallel_residual": true, "vocab_size": 50304}
            """)
        #expect(read.rotatedSize == 16 && read.isParallel && read.activation == .geluErf)
        #expect(read.normEpsilon == 1e-5 && read.kvHeads == 8)
    }

    @Test("OLMo 2's")
    func olmo2() throws {
        let read = try read(
            """
            {"architectures": ["Olmo2ForCausalLM"], "attention_bias": false,
            "attention_dropout": 0.0, "eos_token_id": 100257, "hidden_act": "silu",
            "hidden_size": 2048, "initializer_range": 0.02, "intermediate_size": 8192,
            "max_position_embeddings": 4096, "model_type": "olmo2", "num_attention_heads": 16,
            "num_hidden_layers": 16, "num_key_value_heads": 16, "pad_token_id": 100277,
            "rms_norm_eps": 1e-06, "rope_scaling": null, "rope_theta": 500000,
            "tie_word_embeddings": false, "torch_dtype": "float32",
            "transformers_version": "4.47.0", "use_cache": true, "vocab_size": 100352}
            """)
        #expect(read.rope.base == 500_000 && read.headSize == 128 && read.headNorm == .allHeads)
    }

    @Test("Phi-3's")
    func phi3() throws {
        let read = try read(
            """
            {"_name_or_path": "Phi-3-mini-4k-instruct", "architectures": ["Phi3ForCausalLM"],
            "attention_bias": false, "attention_dropout": 0.0,
            "auto_map": {"AutoConfig": "configuration_phi3.Phi3Config"}, "bos_token_id": 1,
            "embd_pdrop": 0.0, "eos_token_id": 32000, "hidden_act": "silu", "hidden_size": 3072,
            "initializer_range": 0.02, "intermediate_size": 8192, "max_position_embeddings": 4096,
            "model_type": "phi3", "num_attention_heads": 32, "num_hidden_layers": 32,
            "num_key_value_heads": 32, "original_max_position_embeddings": 4096,
            "pad_token_id": 32000, "resid_pdrop": 0.0, "rms_norm_eps": 1e-05,
            "rope_scaling": null, "rope_theta": 10000.0, "sliding_window": 2047,
            "tie_word_embeddings": false, "torch_dtype": "bfloat16",
            "transformers_version": "4.40.2", "use_cache": true, "vocab_size": 32064}
            """)
        #expect(read.windows == [Int?](repeating: 2047, count: 32) && read.rotatedSize == 96)
    }

    @Test("Gemma 2's")
    func gemma2() throws {
        let read = try read(
            """
            {"architectures": ["Gemma2ForCausalLM"], "attention_bias": false,
            "attention_dropout": 0.0, "attn_logit_softcapping": 50.0, "bos_token_id": 2,
            "cache_implementation": "hybrid", "eos_token_id": 1, "final_logit_softcapping": 30.0,
            "head_dim": 128, "hidden_act": "gelu_pytorch_tanh",
            "hidden_activation": "gelu_pytorch_tanh", "hidden_size": 4608,
            "initializer_range": 0.02, "intermediate_size": 36864,
            "max_position_embeddings": 8192, "model_type": "gemma2", "num_attention_heads": 32,
            "num_hidden_layers": 46, "num_key_value_heads": 16, "pad_token_id": 0,
            "query_pre_attn_scalar": 144, "rms_norm_eps": 1e-06, "rope_theta": 10000.0,
            "sliding_window": 4096, "sliding_window_size": 4096, "torch_dtype": "bfloat16",
            "transformers_version": "4.42.0.dev0", "use_cache": true, "vocab_size": 256000}
            """)
        #expect(read.attentionScale == Float(1.0 / 12) && read.attentionCap == 50)
        #expect(read.logitCap == 30 && read.windows[..<3] == [4096, nil, 4096])
        #expect(read.embeddingScale == Float(4608).squareRoot())
    }

    @Test("Gemma 3's")
    func gemma3() throws {
        let read = try read(
            """
            {"architectures": ["Gemma3ForCausalLM"], "attention_bias": false,
            "attention_dropout": 0.0, "attn_logit_softcapping": null, "bos_token_id": 2,
            "cache_implementation": "hybrid", "eos_token_id": [1, 106],
            "final_logit_softcapping": null, "head_dim": 256,
            "hidden_activation": "gelu_pytorch_tanh", "hidden_size": 1152,
            "initializer_range": 0.02, "intermediate_size": 6912,
            "max_position_embeddings": 32768, "model_type": "gemma3_text",
            "num_attention_heads": 4, "num_hidden_layers": 26, "num_key_value_heads": 1,
            "pad_token_id": 0, "query_pre_attn_scalar": 256, "rms_norm_eps": 1e-06,
            "rope_local_base_freq": 10000, "rope_scaling": null, "rope_theta": 1000000,
            "sliding_window": 512, "sliding_window_pattern": 6, "torch_dtype": "bfloat16",
            "transformers_version": "4.50.0.dev0", "use_cache": true, "vocab_size": 262144}
            """)
        #expect(read.windows.compactMap { $0 }.count == 22 && read.windows[5] == nil)
        #expect(read.rope.base == 1_000_000 && read.windowRoPE?.base == 10_000)
        #expect(read.attentionScale == 1.0 / 16 && read.logitCap == nil)
    }
}

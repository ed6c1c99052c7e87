import Foundation
import Testing

@testable import TeacherInference

/// What each family's files may say, and what is refused by name.
@Suite struct FamilyRefusalTests {
    private static let fixtures = Models.root + "/Tests/Fixtures/families/"

    private func configuration(
        _ family: String, _ changes: [String: Any?] = [:]
    ) throws -> ModelConfiguration {
        let data = try Data(
            contentsOf: URL(fileURLWithPath: Self.fixtures + family + "/config.json"))
        var fields = try #require(
            JSONSerialization.jsonObject(with: data) as? [String: Any])
        for (name, value) in changes { fields[name] = value }
        let bytes = try JSONSerialization.data(withJSONObject: fields)
        return try ModelConfiguration(huggingFace: JSONObject(bytes: bytes, path: "config.json"))
    }

    private func refusal(_ family: String, _ changes: [String: Any?]) -> String {
        do {
            _ = try configuration(family, changes)
        } catch {
            return "\(error)"
        }
        return "taken"
    }

    @Test("GPT-2's fields mean what transformers makes of them")
    func gpt2() throws {
        let plain = try configuration("gpt2")
        #expect(plain.positions == .learned && plain.norm == .layer && !plain.isGated)
        #expect(plain.activation == .geluTanh && plain.feedForwardSize == 64)
        #expect(try configuration("gpt2", ["n_inner": nil as Any?]).feedForwardSize == 4 * 32)
        #expect(try configuration("gpt2", ["activation_function": "gelu"]).activation == .geluErf)
        #expect(try configuration("gpt2", ["n_ctx": 512]).context == 512)
        #expect(refusal("gpt2", ["n_ctx": 1024]).contains("\"n_ctx\" is 1024"))
        #expect(refusal("gpt2", ["activation_function": "relu"]).contains("\"relu\""))
        #expect(refusal("gpt2", ["activation_function": "silu"]).contains("\"silu\""))
        #expect(refusal("gpt2", ["scale_attn_weights": false]).contains("\"scale_attn_weights\""))
        #expect(
            refusal("gpt2", ["scale_attn_by_inverse_layer_idx": true])
                .contains("\"scale_attn_by_inverse_layer_idx\""))
        #expect(refusal("gpt2", ["n_head": 0]).contains("\"n_head\" is 0"))
        #expect(refusal("gpt2", ["n_head": 33]).contains("head size is 0"))
        #expect(refusal("gpt2", ["n_embd": 1 << 50, "n_inner": NSNull()]).contains("hidden size"))
        #expect(refusal("gpt2", ["rope_theta": 10000.0]).contains("\"rope_theta\""))
    }

    @Test("a part of each head rotates in GPT-NeoX, and its spellings must agree")
    func gptNeoX() throws {
        let old = try configuration("gpt_neox"), new = try configuration("gpt_neox-sequential")
        #expect(old.isParallel && old.rotatedSize == 8 && old.activation == .geluErf)
        #expect(!new.isParallel && new.rotatedSize == 4 && new.activation == .geluTanh)
        #expect(new.rope.base == 5000)
        #expect(try configuration("gpt_neox", ["rotary_pct": nil as Any?]).rotatedSize == 4)
        #expect(
            try configuration("gpt_neox", ["rope_theta": 1e4, "partial_rotary_factor": 0.5]) == old)
        #expect(
            refusal("gpt_neox", ["partial_rotary_factor": 0.25]).contains("\"rotary_pct\""))
        #expect(refusal("gpt_neox", ["rope_theta": 5e3]).contains("\"rotary_emb_base\""))
        #expect(refusal("gpt_neox", ["rotary_pct": 0]).contains("expected 0 to 1"))
        #expect(refusal("gpt_neox", ["rotary_pct": 1.5]).contains("expected 0 to 1"))
        #expect(refusal("gpt_neox", ["rotary_pct": 0.2]).contains("3 of 16 dimensions"))
        #expect(refusal("gpt_neox", ["head_dim": 8]).contains("\"head_dim\""))
    }

    @Test("what OLMo 2 and Phi-3 do not have is refused")
    func olmo2AndPhi3() throws {
        let olmo2 = try configuration("olmo2")
        #expect(olmo2.normPlace == .after && olmo2.headNorm == .allHeads)
        #expect(refusal("olmo2", ["sliding_window": 8]).contains("\"sliding_window\""))
        #expect(refusal("olmo2", ["clip_qkv": 8.0]).contains("\"clip_qkv\""))
        #expect(try configuration("phi3").rotatedSize == 6)
        #expect(try configuration("phi3-window").windows == [24, 24, 24])
        #expect(refusal("phi3", ["attention_bias": true]).contains("\"attention_bias\""))
        #expect(refusal("phi3", ["partial_rotary_factor": 0.5]).contains("partial_rotary_factor"))
    }

    @Test("Gemma's fields mean what transformers makes of them, absent or null")
    func gemma() throws {
        let two = try configuration("gemma2")
        #expect(two.attentionCap == 2 && two.logitCap == 5 && two.windows == [24, nil, 24])
        #expect(two.attentionScale == 0.25 && two.embeddingScale == Float(32).squareRoot())
        let absent: [String: Any?] = [
            "attn_logit_softcapping": nil as Any?, "final_logit_softcapping": nil as Any?,
            "query_pre_attn_scalar": nil as Any?, "sliding_window": nil as Any?,
        ]
        let defaults = try configuration("gemma2", absent)
        #expect(defaults.attentionCap == 50 && defaults.logitCap == 30)
        #expect(defaults.attentionScale == 0.0625 && defaults.windows == [4096, nil, 4096])
        let null = try configuration(
            "gemma2", ["attn_logit_softcapping": NSNull(), "final_logit_softcapping": NSNull()])
        #expect(null.attentionCap == nil && null.logitCap == nil)
        let types = ["full_attention", "full_attention", "sliding_attention"]
        #expect(try configuration("gemma2", ["layer_types": types]).windows == [nil, nil, 24])

        let three = try configuration("gemma3"), old = try configuration("gemma3-old")
        #expect(three.windows == [19, 19, 19, 19, 19, nil, 19] && old.windows == [19, nil, 19])
        #expect(three.rope == old.rope && three.windowRoPE == old.windowRoPE)
        #expect(three.rope.scaling == .linear(factor: 4) && three.windowRoPE?.base == 5000)
        #expect(three.windowRoPE?.scaling == ModelConfiguration.RoPE.Scaling.none)
    }

    @Test("what Gemma's files say and we do not compute is refused")
    func gemmaRefusals() {
        for value in [0.0, -5] {
            #expect(refusal("gemma2", ["attn_logit_softcapping": value]).contains("cap is"))
            #expect(refusal("gemma2", ["final_logit_softcapping": value]).contains("cap is"))
            #expect(refusal("gemma2", ["query_pre_attn_scalar": value]).contains("scale is"))
        }
        #expect(refusal("gemma2", ["sliding_window": NSNull()]).contains("\"sliding_window\""))
        #expect(refusal("gemma2", ["sliding_window_size": 8]).contains("\"sliding_window_size\""))
        #expect(refusal("gemma2-old", ["hidden_act": "gelu"]).contains("\"hidden_act\""))
        #expect(
            refusal("gemma2", ["use_bidirectional_attention": true])
                .contains("\"use_bidirectional_attention\""))
        #expect(refusal("gemma2", ["layer_types": ["full_attention"]]).contains("3 layers"))
        let chunked = [String](repeating: "chunked_attention", count: 3)
        #expect(refusal("gemma2", ["layer_types": chunked]).contains("layer_types"))
        #expect(refusal("gemma3", ["attn_logit_softcapping": 50.0]).contains("expected null"))
        #expect(refusal("gemma3", ["sliding_window_pattern": 2]).contains("disagrees"))
        #expect(refusal("gemma3-old", ["sliding_window_pattern": 0]).contains("is 0"))
        #expect(refusal("gemma3", ["rope_local_base_freq": 1e4]).contains("rope_local_base_freq"))
        #expect(refusal("gemma3", ["rope_theta": 1e4]).contains("\"rope_theta\""))
        #expect(
            refusal("gemma3", ["rope_parameters": ["rope_theta": 1e4]]).contains("not understood"))
        let scaled: [String: Any] = [
            "full_attention": ["rope_type": "default", "rope_theta": 1e6],
            "sliding_attention": ["rope_type": "linear", "factor": 2.0, "rope_theta": 1e4],
        ]
        #expect(refusal("gemma3", ["rope_parameters": scaled]).contains("is scaled"))
    }

    /// The metadata of a small GGUF file of `architecture`, with the embedding and no other tensor.
    private func gguf(
        _ architecture: String, _ edit: (inout GGUFBuilder) -> Void
    ) throws -> ModelConfiguration {
        var builder = GGUFBuilder()
        builder.set("general.architecture", architecture)
        let sizes: [(String, UInt32)] = [
            ("context_length", 64), ("embedding_length", 32), ("feed_forward_length", 48),
            ("attention.head_count", 2),
        ]
        for (key, value) in sizes { builder.set(architecture + "." + key, value) }
        edit(&builder)
        builder.add(
            "token_embd.weight", shape: [32, 4], type: 0, bytes: .init(repeating: 0, count: 512))
        let file = try Scratch(builder.file, suffix: ".gguf")
        return try ModelConfiguration(gguf: GGUFFile(path: file.path))
    }

    private func refusal(gguf name: String, _ edit: (inout GGUFBuilder) -> Void) -> String {
        do {
            _ = try gguf(name, edit)
        } catch {
            return "\(error)"
        }
        return "taken"
    }

    @Test("Gemma's GGUF files have llama.cpp's defaults where a key is missing")
    func gemmaGGUF() throws {
        func gemma(
            _ number: Int, layers: UInt32, _ edit: (inout GGUFBuilder) -> Void = { _ in }
        ) throws -> ModelConfiguration {
            try gguf("gemma\(number)") {
                $0.set("gemma\(number).block_count", layers)
                $0.set("gemma\(number).attention.layer_norm_rms_epsilon", Float(1e-6))
                $0.set("gemma\(number).attention.key_length", UInt32(64))
                $0.set("gemma\(number).attention.value_length", UInt32(64))
                edit(&$0)
            }
        }
        let two = try gemma(2, layers: 3)
        #expect(two.windows == [4096, nil, 4096] && two.attentionCap == 50 && two.logitCap == 30)
        #expect(two.attentionScale == 0.125)
        // 27B divides by the root of D / heads, 32 / 2 here.
        #expect(try gemma(2, layers: 46).attentionScale == 0.25)
        #expect(try gemma(3, layers: 62).attentionScale == 0.25)
        let three = try gemma(3, layers: 7)
        #expect(three.windows.allSatisfy { $0 == nil } && three.attentionCap == nil)
        #expect(three.logitCap == nil && three.windowRoPE?.base == 10_000)
        let window = try gemma(3, layers: 7) {
            $0.set("gemma3.attention.sliding_window", UInt32(9))
            $0.set("gemma3.rope.freq_base_swa", Float(500))
        }
        #expect(window.windows == [9, 9, 9, 9, 9, nil, 9] && window.windowRoPE?.base == 500)
        let pattern = try gemma(2, layers: 3) {
            $0.set("gemma2.attention.sliding_window_pattern", UInt32(3))
        }
        #expect(pattern.windows == [4096, 4096, nil])
        let list = try gemma(2, layers: 3) {
            $0.metadata.append(
                (
                    "gemma2.attention.sliding_window_pattern", 9,
                    GGUFBuilder.bytes(UInt32(7)) + GGUFBuilder.bytes(UInt64(3)) + [0, 1, 1]
                ))
        }
        #expect(list.windows == [nil, 4096, 4096])
    }

    @Test("a GGUF file's activation is its family's, but for GPT-NeoX-20B's")
    func activations() throws {
        func gptNeoX(layers: UInt32) throws -> ModelConfiguration {
            try gguf("gptneox") {
                $0.set("gptneox.block_count", layers)
                $0.set("gptneox.attention.layer_norm_epsilon", Float(1e-5))
                $0.metadata.append(("gptneox.use_parallel_residual", 7, [1]))
            }
        }
        #expect(try gptNeoX(layers: 6).activation == .geluErf)
        #expect(try gptNeoX(layers: 44).activation == .geluTanh)
    }

    @Test("keys of a GGUF file that a family does not have, or must have, are named")
    func ggufRefusals() throws {
        func rms(_ builder: inout GGUFBuilder, _ name: String) {
            builder.set(name + ".block_count", UInt32(2))
            builder.set(name + ".attention.layer_norm_rms_epsilon", Float(1e-6))
        }
        #expect(
            refusal(gguf: "olmo2") {
                rms(&$0, "olmo2")
                $0.set("olmo2.attention.sliding_window", UInt32(8))
            }.contains("olmo2.attention.sliding_window"))
        #expect(
            refusal(gguf: "gemma2") {
                rms(&$0, "gemma2")
                $0.set("gemma2.attention.scale", Float(0.5))
            }.contains("gemma2.attention.scale"))
        #expect(
            refusal(gguf: "gemma2") {
                rms(&$0, "gemma2")
                $0.set("gemma2.attention.sliding_window_pattern", UInt32(0))
            }.contains("sliding_window_pattern"))
        #expect(
            refusal(gguf: "gemma2") {
                rms(&$0, "gemma2")
                $0.set("gemma2.final_logit_softcapping", Float(0))
            }.contains("cap is 0"))
        #expect(
            refusal(gguf: "gemma3") {
                rms(&$0, "gemma3")
                $0.set("gemma3.attn_logit_softcapping", Float(50))
            }.contains("gemma3.attn_logit_softcapping"))
        #expect(
            refusal(gguf: "gpt2") { rms(&$0, "gpt2") }.contains("attention.layer_norm_epsilon"))
        func layerNorm(_ builder: inout GGUFBuilder, rotated: UInt32) {
            builder.set("gptneox.block_count", UInt32(2))
            builder.set("gptneox.attention.layer_norm_epsilon", Float(1e-6))
            builder.set("gptneox.rope.dimension_count", rotated)
        }
        #expect(
            refusal(gguf: "gptneox") { layerNorm(&$0, rotated: 4) }
                .contains("use_parallel_residual"))
        for rotated: UInt32 in [0, 3, 18] {
            #expect(
                refusal(gguf: "gptneox") {
                    layerNorm(&$0, rotated: rotated)
                    $0.metadata.append(("gptneox.use_parallel_residual", 7, [1]))
                }.contains("\(rotated) of 16 dimensions"))
        }
        #expect(
            try gguf("phi3") {
                rms(&$0, "phi3")
                $0.set("phi3.attention.sliding_window", UInt32(0))
            }.windows == [nil, nil])
    }

    /// A copy of a family's folder with the safetensors header edited.
    private func folder(
        _ family: String, _ edit: (inout [String: Any]) -> Void
    ) throws -> Scratch {
        func read(_ name: String) throws -> [UInt8] {
            try [UInt8](Data(contentsOf: URL(fileURLWithPath: Self.fixtures + family + "/" + name)))
        }
        let weights = try read("model.safetensors")
        let length = weights[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
        var header = try #require(
            JSONSerialization.jsonObject(with: Data(weights[8..<8 + length])) as? [String: Any])
        edit(&header)
        let edited = try [UInt8](JSONSerialization.data(withJSONObject: header))
        return try Scratch(files: [
            "config.json": read("config.json"), "tokenizer.json": read("tokenizer.json"),
            "model.safetensors": GGUFBuilder.bytes(UInt64(edited.count)) + edited
                + weights[(8 + length)...],
        ])
    }

    private func refusal(
        folder family: String, _ edit: (inout [String: Any]) -> Void
    ) throws -> String {
        let folder = try folder(family, edit)
        do {
            _ = try LanguageModel(path: folder.path)
        } catch {
            return "\(error)"
        }
        return "taken"
    }

    /// The header's entry of a tensor without numbers.
    private static var empty: [String: Any] {
        ["dtype": "F32", "shape": [0], "data_offsets": [0, 0]]
    }

    @Test("a bias, a norm or a fused matrix that is missing or of another shape is named")
    func tensors() throws {
        #expect(try refusal(folder: "gpt2") { _ in } == "taken")
        #expect(
            try refusal(folder: "gpt2") { $0["h.1.mlp.c_fc.bias"] = nil }
                .contains("the feed-forward's up in layer 1 has no bias"))
        #expect(
            try refusal(folder: "gpt2") { $0["h.0.attn.c_attn.bias"] = nil }
                .contains("queries in layer 0 has no bias"))
        #expect(
            try refusal(folder: "gpt2") { $0["h.2.ln_1.bias"] = nil }.contains("h.2.ln_1.bias"))
        #expect(
            try refusal(folder: "gpt2") { $0["wpe.weight"] = nil }.contains("\"wpe.weight\""))
        #expect(
            try refusal(folder: "gpt2") {
                var entry = $0["h.0.attn.c_attn.weight"] as? [String: Any]
                entry?["shape"] = [96, 32]
                $0["h.0.attn.c_attn.weight"] = entry
            }.contains("has shape [96, 32], expected [32, 96]"))
        #expect(
            try refusal(folder: "gpt_neox") {
                $0["gpt_neox.layers.0.attention.query_key_value.weight"] = nil
            }.contains("query_key_value.weight\" is missing"))
        #expect(
            try refusal(folder: "gpt_neox") { $0["embed_out.weight"] = nil }
                .contains("\"embed_out.weight\" is missing"))
        #expect(
            try refusal(folder: "phi3") {
                $0["model.layers.1.mlp.gate_up_proj.weight"] = nil
            }.contains("gate_up_proj"))
        #expect(
            try refusal(folder: "gemma2") {
                $0["model.layers.1.post_feedforward_layernorm.weight"] = nil
            }.contains("post_feedforward_layernorm"))
        #expect(
            try refusal(folder: "olmo2") {
                $0["model.layers.0.input_layernorm.weight"] = Self.empty
            }.contains("input_layernorm.weight\" is not part"))
        #expect(
            try refusal(folder: "gpt2") {
                $0["h.0.attn.gate"] = ["dtype": "BOOL", "shape": [2], "data_offsets": [0, 2]]
            }.contains("type BOOL, which is not supported"))
        // Buffers of old checkpoints.
        #expect(
            try refusal(folder: "gpt2") {
                $0["h.0.attn.bias"] = ["dtype": "BOOL", "shape": [2], "data_offsets": [0, 2]]
                $0["h.0.attn.masked_bias"] = Self.empty
            } == "taken")
        // A head that cannot be one, beside an embedding that is tied to it.
        #expect(
            try refusal(folder: "gpt2") { $0["lm_head.weight"] = Self.empty }
                .contains("lm_head.weight"))
    }
}

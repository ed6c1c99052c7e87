import Foundation

@testable import TeacherInference

/// A llama of one layer and nine tokens, made field by field, so that a test can spoil one.
struct TinyModel {
    /// D and F; there is one head of this size.
    static let width = 4
    static let tokens = ["a", "b", "ab", "Ġ", "c", "d", "e", "f", "<s>"]

    /// The GGUF form.
    static func gguf(_ spoil: (inout GGUFBuilder) -> Void = { _ in }) -> [UInt8] {
        var builder = GGUFBuilder()
        builder.set("general.architecture", "llama")
        for (key, value) in [
            ("block_count", 1), ("embedding_length", width), ("feed_forward_length", width),
            ("attention.head_count", 1), ("context_length", 64),
        ] { builder.set("llama." + key, UInt32(value)) }
        builder.set("llama.attention.layer_norm_rms_epsilon", Float(1e-5))
        builder.set("tokenizer.ggml.model", "gpt2")
        builder.set("tokenizer.ggml.pre", "gpt-2")
        builder.setStrings("tokenizer.ggml.tokens", tokens.map { Array($0.utf8) })
        builder.setStrings("tokenizer.ggml.merges", [Array("a b".utf8)])
        builder.setIntegers("tokenizer.ggml.token_type", [1, 1, 1, 1, 1, 1, 1, 1, 3])
        for (name, shape) in tensors.sorted(by: { $0.key < $1.key }) {
            builder.add(
                name + ".weight", shape: shape.reversed().map(UInt64.init), type: 0,
                bytes: numbers(shape.reduce(1, *), seed: name.utf8.count))
        }
        spoil(&builder)
        return builder.file
    }

    /// The Hugging Face form; `config` and `header` replace members, null takes one away.
    static func folder(
        config: [String: Any] = [:], header: [String: String] = [:],
        _ spoil: (inout [String: [UInt8]]) -> Void = { _ in }
    ) throws -> Scratch {
        var fields: [String: Any] = [
            "model_type": "llama", "hidden_size": width, "intermediate_size": width,
            "num_hidden_layers": 1, "num_attention_heads": 1, "vocab_size": tokens.count,
            "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "tie_word_embeddings": true,
        ]
        for (name, value) in config { fields[name] = value is NSNull ? nil : value }
        var entries: [String: String] = [:]
        var data: [UInt8] = []
        for (name, shape) in tensors.sorted(by: { $0.key < $1.key }) {
            let bytes = numbers(shape.reduce(1, *), seed: name.utf8.count)
            entries[huggingFaceNames[name] ?? name] = """
                {"dtype":"F32","shape":\(shape),"data_offsets":[\(data.count),\(data.count + bytes.count)]}
                """
            data += bytes
        }
        for (name, entry) in header { entries[name] = entry.isEmpty ? nil : entry }
        let text =
            "{"
            + entries.sorted { $0.key < $1.key }.map { "\"\($0)\":\($1)" }.joined(separator: ",")
            + "}"
        let spellings = tokens.dropLast().enumerated().map { "\"\($1)\": \($0)" }
        var files = [
            "config.json": [UInt8](try JSONSerialization.data(withJSONObject: fields)),
            "model.safetensors": GGUFBuilder.bytes(UInt64(text.utf8.count)) + Array(text.utf8)
                + data,
            "tokenizer.json": TokenizerFixtures.smallJSON([
                "model.vocab": "{\(spellings.joined(separator: ", "))}",
                "added_tokens": #"[{"id": 8, "content": "<s>", "special": true}]"#,
            ]),
        ]
        spoil(&files)
        return try Scratch(files: files)
    }

    /// Shapes, outermost first.
    static let tensors: [String: [Int]] = {
        var shapes = [
            "token_embd": [tokens.count, width], "output_norm": [width],
            "blk.0.attn_norm": [width], "blk.0.ffn_norm": [width],
        ]
        for name in ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"]
        { shapes["blk.0." + name] = [width, width] }
        return shapes
    }()

    private static let huggingFaceNames = [
        "token_embd": "model.embed_tokens.weight", "output_norm": "model.norm.weight",
        "blk.0.attn_norm": "model.layers.0.input_layernorm.weight",
        "blk.0.ffn_norm": "model.layers.0.post_attention_layernorm.weight",
        "blk.0.attn_q": "model.layers.0.self_attn.q_proj.weight",
        "blk.0.attn_k": "model.layers.0.self_attn.k_proj.weight",
        "blk.0.attn_v": "model.layers.0.self_attn.v_proj.weight",
        "blk.0.attn_output": "model.layers.0.self_attn.o_proj.weight",
        "blk.0.ffn_gate": "model.layers.0.mlp.gate_proj.weight",
        "blk.0.ffn_up": "model.layers.0.mlp.up_proj.weight",
        "blk.0.ffn_down": "model.layers.0.mlp.down_proj.weight",
    ]

    private static func numbers(_ count: Int, seed: Int) -> [UInt8] {
        (0..<count).flatMap { GGUFBuilder.bytes(Float(($0 * 7 + seed) % 11 - 5) / 8) }
    }
}

extension GGUFBuilder {
    mutating func setStrings(_ key: String, _ values: [[UInt8]]) {
        let content = values.flatMap { Self.bytes(UInt64($0.count)) + $0 }
        metadata.append(
            (key, 9, Self.bytes(UInt32(8)) + Self.bytes(UInt64(values.count)) + content))
    }

    mutating func setIntegers(_ key: String, _ values: [Int32]) {
        metadata.append(
            (
                key, 9,
                Self.bytes(UInt32(5)) + Self.bytes(UInt64(values.count))
                    + values.flatMap(Self.bytes)
            ))
    }

    /// Puts `value` in place of what `key` has; nil takes the key away.
    mutating func replace(_ key: String, type: UInt32, _ value: [UInt8]?) {
        metadata.removeAll { $0.key == key }
        if let value { metadata.append((key, type, value)) }
    }

    mutating func replace(_ key: String, _ value: Int) {
        replace(key, type: 11, Self.bytes(Int64(value)))
    }

    mutating func replace(_ key: String, _ value: Float) {
        replace(key, type: 6, Self.bytes(value))
    }

    /// Where the data of tensor `name` begins.
    func place(of name: String) -> Int {
        Int(tensors.first { $0.name == name }?.offset ?? 0)
    }
}

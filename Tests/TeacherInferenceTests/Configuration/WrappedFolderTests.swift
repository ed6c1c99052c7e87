import Foundation
import Testing

@testable import TeacherInference

/// Folders whose decoder is a part of what they hold, or lies under other names.
@Suite struct WrappedFolderTests {
    private static let families = Models.root + "/Tests/Fixtures/families/"

    /// The fixture `name` with other names of tensors, `extra` tensors beside them, and another
    /// config.json.
    private func folder(
        _ name: String, rename: (String) -> String, extra: [String] = [],
        config: ([String: Any]) -> [String: Any] = { $0 }
    ) throws -> Scratch {
        func read(_ file: String) throws -> Data {
            try Data(contentsOf: URL(fileURLWithPath: Self.families + name + "/" + file))
        }
        func object(_ data: Data) throws -> [String: Any] {
            try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        }
        let weights = try read("model.safetensors")
        let length = weights.prefix(8).enumerated().reduce(0) { $0 + Int($1.1) << (8 * $1.0) }
        var header: [String: Any] = [:]
        for (name, entry) in try object(weights[8..<8 + length]) where name != "__metadata__" {
            header[rename(name)] = entry
        }
        let data = weights[(8 + length)...]
        for (place, name) in extra.enumerated() {
            let start = data.count + 4 * place
            header[name] = ["dtype": "F32", "shape": [1], "data_offsets": [start, start + 4]]
        }
        let text = try JSONSerialization.data(withJSONObject: header)
        let fields = config(try object(read("config.json")))
        return try Scratch(files: [
            "config.json": [UInt8](try JSONSerialization.data(withJSONObject: fields)),
            "tokenizer.json": [UInt8](try read("tokenizer.json")),
            "model.safetensors": GGUFBuilder.bytes(UInt64(text.count)) + Array(text) + Array(data)
                + [UInt8](repeating: 0, count: 4 * extra.count),
        ])
    }

    /// NLLs of a text that is longer than the fixtures' windows.
    private func scores(_ path: String) throws -> [Float] {
        let model = try LanguageModel(path: path)
        var scorer = BatchScorer(model: model, maxTokens: 4096)
        let text = Array("The lazy dog reads the third part; the fox reads nothing at all.".utf8)
        let ids = text.withUnsafeBytes { model.tokenize($0).ids }
        let found = try scorer.score([ids])[0].tokenNLL
        #expect(found.count > 24)
        return found
    }

    private func vision(_ text: [String: Any]) -> [String: Any] {
        [
            "model_type": "gemma3", "architectures": ["Gemma3ForConditionalGeneration"],
            "text_config": text, "vision_config": ["hidden_size": 8], "image_token_index": 262_144,
            "mm_tokens_per_image": 256, "boi_token_index": 255_999, "eoi_token_index": 256_000,
            "initializer_range": 0.02, "torch_dtype": "bfloat16", "eos_token_id": [1, 106],
        ]
    }

    @Test(arguments: [
        ("language_model.model.", ""), ("model.language_model.", "model."),
    ])
    func `Gemma 3's text part of a folder that sees images scores as the text model does`(
        prefix: String, outer: String
    ) throws {
        let extra = [
            outer + "vision_tower.vision_model.post_layernorm.weight",
            outer + "multi_modal_projector.mm_input_projection_weight",
        ]
        let made = try folder(
            "gemma3", rename: { prefix + $0.dropFirst("model.".count) }, extra: extra,
            config: vision)
        #expect(try scores(made.path) == scores(Self.families + "gemma3"))
        let unknown = try folder(
            "gemma3", rename: { prefix + $0.dropFirst("model.".count) },
            extra: ["audio_tower.weight"], config: vision)
        let error = try #require(throws: ModelError.self) { try LanguageModel(path: unknown.path) }
        #expect(error.message.contains("\"audio_tower.weight\" is not part of"))
    }

    @Test func `a text_config that leaves sizes out has the class's`() throws {
        let text: [String: Any] = [
            "hidden_size": 2560, "intermediate_size": 10240, "model_type": "gemma3_text",
            "num_hidden_layers": 34, "sliding_window": 1024,
            "rope_scaling": ["factor": 8.0, "rope_type": "linear"],
        ]
        let scratch = try Scratch(files: [
            "config.json": [UInt8](try JSONSerialization.data(withJSONObject: vision(text)))
        ])
        let found = try ModelFolder(path: scratch.path)
        let shape = try ModelConfiguration(huggingFace: found.config, family: found.family)
        #expect(shape.heads == 8 && shape.kvHeads == 4 && shape.headSize == 256)
        #expect(shape.vocabularySize == 262_208 && found.tiesHead)
        #expect(shape.rope.scaling == .linear(factor: 8) && shape.rope.base == 1_000_000)
        #expect(shape.windowRoPE?.scaling == ModelConfiguration.RoPE.Scaling.none)
    }

    @Test func `a folder that sees images and says more than is known is refused by name`() throws {
        for (change, message) in [
            (["text_config": NSNull()] as [String: Any], "\"text_config\" is missing"),
            (["text_config": ["model_type": "gemma2"]], "model type \"gemma2\", expected gemma3"),
            (["head_scale": 2], "field \"head_scale\" is not understood"),
            (
                ["tie_word_embeddings": false],
                "\"tie_word_embeddings\" is true, but false beside it"
            ),
        ] {
            let made = try folder("gemma3", rename: { $0 }) { text in
                vision(text).merging(change) { $1 }
            }
            let error = try #require(throws: ModelError.self) { try LanguageModel(path: made.path) }
            #expect(error.message.contains(message), "\(error)")
        }
        let made = try folder("gemma3", rename: { "language_model." + $0 }) {
            vision($0).merging(["x": 1]) { $1 }
        }
        let model = try LanguageModel(path: made.path, options: .init(ignoredConfig: ["x"]))
        #expect(model.arithmetic.hasSuffix("ignored=[\"x=1\"]"))
    }

    @Test(arguments: ["mistral", "gpt2-erf", "gpt_neox"])
    func `a compiled module's names are read`(name: String) throws {
        let made = try folder(name, rename: { "_orig_mod." + $0 })
        #expect(try scores(made.path) == scores(Self.families + name))
    }
}

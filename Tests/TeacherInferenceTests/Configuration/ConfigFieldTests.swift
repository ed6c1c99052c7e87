import Foundation
import Testing

@testable import TeacherInference

/// Fields of config.json that change nothing, and those that nobody knows.
@Suite struct ConfigFieldTests {
    @Test func `fields of public models that change nothing do not stop one`() throws {
        let fields: [String: Any] = [
            "unsloth_fixed": true, "_attn_implementation_autoset": true,
            "auto_map": ["AutoConfig": "a.B"], "max_sequence_length": 2048,
            "_flash_attn_2_enabled": true, "cache_implementation": "hybrid",
            "partial_rotary_factor": 1.0, "temperature": 0.7, "top_p": 0.9, "do_sample": true,
            "layer_types": ["full_attention"], "num_beams": 2, "use_bfloat16": true,
        ]
        let (bare, folder) = (try TinyModel.folder(), try TinyModel.folder(config: fields))
        let plain = try LanguageModel(path: bare.path)
        let model = try LanguageModel(path: folder.path)
        #expect(model.arithmetic == plain.arithmetic)
    }

    @Test(arguments: [
        ("partial_rotary_factor", "0.5"), ("layer_types", #"["sliding_attention"]"#),
        ("head_scale", "2"), ("use_qk_norm", "true"),
    ])
    func `a field that is not known stops a model and says how to go on`(
        name: String, value: String
    ) throws {
        let field = try JSONSerialization.jsonObject(
            with: Data(value.utf8), options: .fragmentsAllowed)
        let folder = try TinyModel.folder(config: [name: field])
        let error = try #require(throws: ModelError.self) { try LanguageModel(path: folder.path) }
        #expect(error.message.contains("field \"\(name)\" is not understood"))
        #expect(error.hint?.contains("--ignore-config \(name)") == true)
        #expect(error.hint?.contains("ignore_config = [\"\(name)\"]") == true)
        let options = LanguageModel.Options(ignoredConfig: [name, "absent"])
        let model = try LanguageModel(path: folder.path, options: options)
        let bare = try TinyModel.folder()
        let plain = try LanguageModel(path: bare.path)
        #expect(model.arithmetic.hasPrefix(plain.arithmetic + " ignored=[\"\(name)="))
        #expect(plain.arithmetic.hasSuffix("tied=true"))
    }

    @Test func `a field that is read cannot be ignored`() throws {
        let folder = try TinyModel.folder()
        let options = LanguageModel.Options(ignoredConfig: ["rms_norm_eps"])
        let error = try #require(throws: ModelError.self) {
            try LanguageModel(path: folder.path, options: options)
        }
        #expect(error.message.contains("\"rms_norm_eps\" is read in this family"))
    }

    @Test func `a control token behind the embedding's rows is no obstacle`() throws {
        func folder(_ flags: String) throws -> Scratch {
            try TinyModel.folder { files in
                let text = String(decoding: files["tokenizer.json"] ?? [], as: UTF8.self)
                let added = #"{"id": 9, "content": "<pad>"\#(flags)}, {"id": 8"#
                files["tokenizer.json"] = Array(text.replacing(#"{"id": 8"#, with: added).utf8)
            }
        }
        let padded = try folder(#", "special": true"#)
        let model = try LanguageModel(path: padded.path)
        #expect(model.tokenizer.vocabularySize == 10)
        #expect(model.configuration.vocabularySize == 9)
        let matching = try folder("")
        let error = try #require(throws: ModelError.self) {
            try LanguageModel(path: matching.path)
        }
        #expect(error.message.contains("text can become token 9"))
        let asked = try #require(throws: ModelError.self) {
            try LanguageModel(path: padded.path, options: .init(context: "<pad>"))
        }
        #expect(asked.message.contains("the context token is 9"))
    }
}

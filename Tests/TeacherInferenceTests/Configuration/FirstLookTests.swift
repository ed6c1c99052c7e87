import Foundation
import Testing

@testable import TeacherInference

/// What a user sees who names a wrong file for the first time.
@Suite struct FirstLookTests {
    private func refusal(
        config: [String: Any] = [:], header: [String: String] = [:],
        _ spoil: (inout [String: [UInt8]]) -> Void
    ) throws -> ModelError {
        let folder = try TinyModel.folder(config: config, header: header, spoil)
        return try #require(throws: ModelError.self) { try LanguageModel(path: folder.path) }
    }

    private func expect(
        _ error: ModelError, _ message: String, _ hint: String,
        _ place: SourceLocation = #_sourceLocation
    ) {
        #expect(error.message.contains(message), "\(error)", sourceLocation: place)
        #expect(error.hint?.contains(hint) == true, "\(error)", sourceLocation: place)
    }

    @Test(arguments: ["model.safetensors", "tokenizer.json", "config.json"])
    func `a git-LFS pointer is named as one`(name: String) throws {
        let pointer = Array("version https://git-lfs.github.com/spec/v1\noid sha256:0\n".utf8)
        expect(
            try refusal { $0[name] = pointer }, "\(name) is a git-LFS pointer", "git lfs pull")
        let folder = try Scratch(files: ["model.gguf": pointer])
        let error = try #require(throws: ModelError.self) {
            try LanguageModel(path: folder.path + "/model.gguf")
        }
        expect(error, "model.gguf is a git-LFS pointer", "git lfs pull")
    }

    @Test func `an adapter alone is named as one`() throws {
        let error = try refusal {
            $0 = [
                "adapter_config.json": Array(#"{"peft_type": "LORA"}"#.utf8),
                "adapter_model.safetensors": [],
            ]
        }
        expect(error, "PEFT adapter (LoRA", "merge the adapter")
    }

    @Test(arguments: [
        ("gptq", "GPTQ"), ("awq", "AWQ"), ("bitsandbytes", "bitsandbytes"), ("fp8", "FP8"),
        ("compressed-tensors", "compressed-tensors"),
    ])
    func `a quantised folder is told by its method`(method: String, name: String) throws {
        let error = try refusal(config: ["quantization_config": ["quant_method": method]]) { _ in }
        expect(error, "quantised by \(name), which is not read", "in BF16 or F16, or a GGUF")
    }

    @Test(arguments: [
        ("q_proj.g_idx", "GPTQ"), ("q_proj.qweight", "GPTQ or AWQ"),
        ("q_proj.weight.absmax", "bitsandbytes"),
        ("q_proj.weight_scale", "fp8 or compressed-tensors"),
    ])
    func `quantised tensors are told by their names`(tensor: String, name: String) throws {
        let entry = #"{"dtype":"I32","shape":[1],"data_offsets":[0,4]}"#
        let error = try refusal(header: ["model.layers.0.self_attn." + tensor: entry]) { _ in }
        expect(error, "quantised by \(name), which", "a GGUF of the model")
    }

    @Test func `weights in F64 are refused with what to do`() throws {
        let entry = #"{"dtype":"F64","shape":[4],"data_offsets":[0,32]}"#
        let error = try refusal(header: ["model.norm.weight": entry]) { _ in }
        expect(error, "\"model.norm.weight\" has type F64", "dtype=\"bfloat16\"")
    }

    @Test(arguments: [
        ("pytorch_model.bin", "a Python pickle", "save_pretrained"),
        ("consolidated.safetensors", "Mistral's own format", "model.safetensors"),
        ("tiny.gguf", "but tiny.gguf", "name that file"),
    ])
    func `a folder with other weights says which`(
        name: String, message: String, hint: String
    ) throws {
        let error = try refusal {
            $0["model.safetensors"] = nil
            $0[name] = [1]
        }
        expect(error, message, hint)
    }

    @Test func `a folder without config.json says what it has`() throws {
        let none = try refusal { $0["config.json"] = nil }
        expect(none, "no config.json in it", "Hugging Face folder")
        let other = try refusal {
            $0["config.json"] = nil
            $0["params.json"] = []
        }
        expect(other, "no config.json in it", "params.json belongs to the publisher's own")
        expect(try refusal { $0 = ["a.gguf": []] }, "but a.gguf", "name that file")
    }

    @Test(arguments: ["Infinity", "-Infinity", "NaN"])
    func `a number that only Python writes is named`(word: String) throws {
        let error = try refusal { $0["config.json"] = Array("{\"rope_theta\": \(word)}".utf8) }
        expect(error, "stands Infinity or NaN, which Python writes", "put a number, or null")
    }

    @Test(arguments: [
        ("PK\u{3}\u{4}", "PyTorch"), ("12345678{}", "safetensors"), ("{}", "JSON"),
        ("<!doctype html>", "web page"), ("tjgg", "GGML"),
    ])
    func `a file that is no GGUF is told by how it begins`(text: String, hint: String) throws {
        let folder = try Scratch(files: ["m": Array(text.utf8)])
        let error = try #require(throws: ModelError.self) {
            try LanguageModel(path: folder.path + "/m")
        }
        expect(error, "not a GGUF file", hint)
    }
}

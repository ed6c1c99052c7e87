import Foundation
import Testing

@testable import TeacherInference

/// Folders in which two files, or a file and a field, say different things.
@Suite struct AmbiguousFolderTests {
    private let index = Array(#"{"weight_map": {"a": "model-00001-of-00001.safetensors"}}"#.utf8)

    /// The tiny model with a head that has the numbers of the embedding, `reversed` or not.
    private func withHead(reversed: Bool) throws -> Scratch {
        let width = TinyModel.tokens.count * TinyModel.width * 4
        return try TinyModel.folder { files in
            guard let bytes = files["model.safetensors"] else { return }
            let length = bytes.prefix(8).enumerated().reduce(0) { $0 + Int($1.1) << (8 * $1.0) }
            let header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
            let data = bytes[(8 + length)...]
            // The embedding is the last of the tensors by GGUF's names.
            let start = data.count - width
            var head = Array(data.suffix(width))
            if reversed { head.reverse() }
            let entry =
                #","lm_head.weight":{"dtype":"F32","shape":[\#(TinyModel.tokens.count),"#
                + "\(TinyModel.width)],\"data_offsets\":[\(start + width),\(start + 2 * width)]}}"
            let text = header.dropLast() + entry
            files["model.safetensors"] =
                GGUFBuilder.bytes(UInt64(text.utf8.count)) + Array(text.utf8) + data + head
        }
    }

    @Test func `a head that differs from a tied embedding is used, one that repeats it is not`()
        throws
    {
        let same = try withHead(reversed: false)
        let differing = try withHead(reversed: true)
        let (tied, untied) = (
            try LanguageModel(path: same.path), try LanguageModel(path: differing.path)
        )
        #expect(tied.tiesHead)
        #expect(tied.arithmetic.hasSuffix("tied=true"))
        #expect(!untied.tiesHead)
        #expect(untied.arithmetic.hasSuffix("tied=false"))
        #expect(
            untied.parameterCount
                == tied.parameterCount + TinyModel.tokens.count * TinyModel.width)
    }

    @Test func `one file of weights is taken beside an index whose shards are gone`() throws {
        let folder = try TinyModel.folder { $0["model.safetensors.index.json"] = index }
        let model = try LanguageModel(path: folder.path)
        #expect(model.weightFiles.map(\.path) == [folder.path + "/model.safetensors"])
    }

    @Test func `one file of weights beside an index with all its shards is refused`() throws {
        let folder = try TinyModel.folder {
            $0["model.safetensors.index.json"] = index
            $0["model-00001-of-00001.safetensors"] = $0["model.safetensors"]
        }
        let error = #expect(throws: ModelError.self) { try LanguageModel(path: folder.path) }
        #expect(error?.message.contains("model.safetensors.index.json names are there") == true)
        #expect(error?.hint?.contains("remove the stale one") == true)
    }

    /// The tiny model's tokenizer with `<x>` added, flags as given, and files beside it.
    private func tokenizer(
        _ files: [String: String], flags: String = ""
    ) throws -> any Tokenizer {
        let vocabulary = #"{"a": 0, "b": 1, "ab": 2, "Ġ": 3, "<": 4, ">": 5, "x": 6}"#
        let folder = try Scratch(
            files: files.mapValues { Array($0.utf8) }.merging([
                "tokenizer.json": TokenizerFixtures.smallJSON([
                    "model.vocab": vocabulary,
                    "added_tokens": #"[{"id": 7, "content": "<x>"\#(flags)}, "#
                        + #"{"id": 8, "content": "<s>", "special": true}]"#,
                ])
            ]) { $1 })
        return try LanguageModel.loadTokenizer(path: folder.path)
    }

    // What transformers 5.23 does with each: docs/models.md has the table.
    @Test func `added_tokens_decoder says how a token matches`() throws {
        func config(_ entry: String) -> [String: String] {
            ["tokenizer_config.json": #"{"added_tokens_decoder": {"7": {"content": \#(entry)}}}"#]
        }
        let text = Array("a <x>".utf8)
        #expect(try tokenizer([:]).encode(text) == [0, 3, 7])
        #expect(try tokenizer(config(#""<x>""#)).encode(text) == [0, 3, 7])
        #expect(try tokenizer(config(#""<x>", "lstrip": true"#)).encode(text) == [0, 7])
        #expect(
            try tokenizer(config(#""<x>""#), flags: #", "lstrip": true"#).encode(text) == [0, 3, 7])
        let special = try tokenizer(config(#""<x>", "special": true"#))
        #expect(special.encode(text) == [0, 3, 4, 6, 5])
        #expect(try tokenizer(config(#""<y>", "special": true"#)).encode(text) == [0, 3, 7])
    }

    @Test func `a token that another file adds and that matches in text is refused`() throws {
        let files = [
            "tokenizer_config.json": #"{"added_tokens_decoder": {"9": {"content": "<y>"}}}"#,
            "added_tokens.json": #"{"<y>": 9}"#,
        ]
        for (name, text) in files {
            let error = #expect(throws: ModelError.self) { try tokenizer([name: text]) }
            #expect(error?.message.contains("\(name) beside it adds the token \"<y>\"") == true)
            #expect(error?.hint?.contains("save_pretrained") == true)
        }
        let decoder = #"{"added_tokens_decoder": {"7": {"content": "<x>"}}}"#
        let both = ["tokenizer_config.json": decoder, "added_tokens.json": #"{"<y>": 9}"#]
        #expect(try tokenizer(both).encode(Array("<x>".utf8)) == [7])
        #expect(try tokenizer(["added_tokens.json": #"{"<x>": 12}"#]).vocabularySize == 9)
    }

    @Test func `special_tokens_map counts where there is no added_tokens_decoder`() throws {
        let map = #"{"bos_token": {"content": "<s>"}, "pad_token": "<x>"}"#
        let alone = try tokenizer([
            "special_tokens_map.json": map, "tokenizer_config.json": #"{"bos_token": "a"}"#,
        ])
        #expect(alone.bosToken == 8 && !alone.addsBOS)
        // What pads is a control token, which stays text.
        #expect(alone.encode(Array("<x>".utf8)) == [4, 6, 5])
        let decoder = #""added_tokens_decoder": {"8": {"content": "<s>", "special": true}}"#
        let beside = try tokenizer([
            "special_tokens_map.json": map,
            "tokenizer_config.json": #"{"bos_token": "a", \#(decoder)}"#,
        ])
        #expect(beside.bosToken == 0)
        #expect(beside.encode(Array("<x>".utf8)) == [7])
    }

    @Test func `vocab.json and merges.txt beside a tokenizer.json say nothing`() throws {
        let found = try tokenizer(["vocab.json": #"{"ab": 0}"#, "merges.txt": "b a"])
        #expect(found.encode(Array("ab".utf8)) == [2])
        let folder = try TinyModel.folder {
            $0["tokenizer.json"] = nil
            $0["vocab.json"] = Array("{}".utf8)
        }
        let error = #expect(throws: ModelError.self) { try LanguageModel(path: folder.path) }
        #expect(error?.hint?.contains("vocab.json and merges.txt") == true)
    }

    @Test func `generation_config.json and a consolidated file beside the weights say nothing`()
        throws
    {
        let bare = try TinyModel.folder()
        let plain = try LanguageModel(path: bare.path)
        let folder = try TinyModel.folder {
            $0["generation_config.json"] = Array(#"{"bos_token_id": 3, "eos_token_id": 4}"#.utf8)
            $0["consolidated.safetensors"] = Array("other".utf8)
            $0["pytorch_model.bin"] = Array("other".utf8)
        }
        let model = try LanguageModel(path: folder.path)
        #expect(model.arithmetic == plain.arithmetic && model.contextToken == plain.contextToken)
        #expect(model.weightFiles.map(\.path) == [folder.path + "/model.safetensors"])
    }

    @Test func `a PEFT adapter beside weights is refused`() throws {
        let folder = try TinyModel.folder { $0["adapter_config.json"] = Array("{}".utf8) }
        let error = #expect(throws: ModelError.self) { try LanguageModel(path: folder.path) }
        #expect(error?.message.contains("adapter_config.json") == true)
    }
}

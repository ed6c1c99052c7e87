import Foundation

/// Models with SentencePiece tokenizers, which the folders of fixtures keep apart from weights.
enum SentencePieceSeeds {
    /// A line of `tokenizer/spm.jsonl`.
    private struct Vocabulary: Decodable {
        var name: String
        var tokens: [String]?
        var scores: [Double]?
        var types: [Int32]?
        /// A `tokenizer.model` in hexadecimal.
        var proto: String?
    }

    /// The vocabularies below `fixtures` put into the first GGUF file and the first folder of
    /// `models`, and one written out as a tokenizer.json.
    static func all(below fixtures: String, _ models: [ModelFiles]) throws -> [ModelFiles] {
        let path = fixtures + "/tokenizer/spm.jsonl"
        guard let data = FileManager.default.contents(atPath: path),
            let file = models.first(where: { $0.files.count == 1 }),
            let folder = models.first(where: { $0.opened.isEmpty })
        else { return [] }
        var seeds = [with(tokenizerJSON, as: "tokenizer.json", in: folder)]
        for line in data.split(separator: UInt8(ascii: "\n")) {
            let vocabulary = try JSONDecoder().decode(Vocabulary.self, from: line)
            if let proto = vocabulary.proto {
                seeds.append(with(bytes(hexadecimal: proto), as: "tokenizer.model", in: folder))
            } else if let image = image(vocabulary, file) {
                var seed = file
                seed.name += ", SentencePiece: " + vocabulary.name
                seed.files[0].bytes = image.file
                seeds.append(seed)
            }
        }
        return seeds
    }

    private static func with(
        _ bytes: [UInt8], as name: String, in folder: ModelFiles
    ) -> ModelFiles {
        var seed = folder
        seed.name += ", SentencePiece: " + name
        seed.files.removeAll { $0.name == "tokenizer.json" }
        seed.files.append((name, bytes))
        return seed
    }

    private static func image(_ vocabulary: Vocabulary, _ file: ModelFiles) -> GGUFImage? {
        guard var image = GGUFImage(file.files[0].bytes), let tokens = vocabulary.tokens else {
            return nil
        }
        image.entries.removeAll { $0.key.starts(with: "tokenizer.ggml.".utf8) }
        func set(_ key: String, _ type: UInt32, _ value: [UInt8]) {
            image.entries.append(
                GGUFImage.Entry(key: Array("tokenizer.ggml.\(key)".utf8), type: type, value: value))
        }
        func string(_ text: String) -> [UInt8] {
            little(UInt64(text.utf8.count)) + Array(text.utf8)
        }
        func array(_ type: UInt32, _ items: [[UInt8]]) -> [UInt8] {
            little(type) + little(UInt64(items.count)) + Array(items.joined())
        }
        set("model", 8, string("llama"))
        set("tokens", 9, array(8, tokens.map(string)))
        let scores = (vocabulary.scores ?? []).map { little(Float($0).bitPattern) }
        set("scores", 9, array(6, scores))
        set("token_type", 9, array(5, (vocabulary.types ?? []).map(little)))
        return image
    }

    private static func little(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    private static func bytes(hexadecimal text: String) -> [UInt8] {
        let digits = Array(text.utf8)
        return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
        }
    }

    private static let tokenizerJSON: [UInt8] = {
        var pieces = ["<unk>", "<s>", "</s>"]
        for byte in 0..<256 {
            let digits = String(byte, radix: 16, uppercase: true)
            pieces.append("<0x\(byte < 16 ? "0" : "")\(digits)>")
        }
        pieces += ["▁", "t", "h", "e", "a", "b", "▁t", "he", "▁the", "ab"]
        let vocabulary = pieces.enumerated().map { "\"\($1)\":\($0)" }.joined(separator: ",")
        let text = """
            {"added_tokens":[{"id":0,"content":"<unk>","special":true},\
            {"id":1,"content":"<s>","special":true},{"id":2,"content":"</s>","special":true}],\
            "normalizer":{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},\
            {"type":"Replace","pattern":{"String":" "},"content":"▁"}]},"pre_tokenizer":null,\
            "post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":\
            {"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"special_tokens":\
            {"<s>":{"id":"<s>","ids":[1],"tokens":["<s>"]}}},"decoder":{"type":"Sequence",\
            "decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},\
            {"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,\
            "stop":0}]},"model":{"type":"BPE","dropout":null,"unk_token":"<unk>",\
            "continuing_subword_prefix":null,"end_of_word_suffix":null,"fuse_unk":true,\
            "byte_fallback":true,"vocab":{\(vocabulary)},"merges":["▁ t","h e","▁t he","a b"]}}
            """
        return Array(text.utf8)
    }()
}

import Foundation

@testable import TeacherInference

/// The tokenizers and expected ids that the tokenizer tests share.
enum TokenizerFixtures {
    static let referenceJSON = Models.reference + "/tokenizer.json"

    /// The reference model's tokenizer.
    static let reference = Result {
        try ByteLevelBPE(tokenizerJSON: bytes(referenceJSON), configJSON: nil, source: "reference")
    }

    static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    /// The parsed lines of a file in Tests/Fixtures/tokenizer.
    static func lines(_ name: String) throws -> [JSONValue] {
        let path = Models.root + "/Tests/Fixtures/tokenizer/" + name
        return try bytes(path).split(separator: UInt8(ascii: "\n")).map {
            try JSONParser.parse(Array($0), source: name)
        }
    }

    /// A tokenizer.json of a few tokens, with `replacements` of members at the top or, with a
    /// "model." in front, in the model.
    static func smallJSON(_ replacements: [String: String] = [:]) -> [UInt8] {
        var model = [
            "type": #""BPE""#, "vocab": #"{"a": 0, "b": 1, "ab": 2, "Ġ": 3}"#,
            "merges": #"[["a", "b"]]"#,
        ]
        var root = [
            "added_tokens": "[]", "normalizer": "null", "decoder": #"{"type": "ByteLevel"}"#,
            "pre_tokenizer": #"{"type": "ByteLevel", "add_prefix_space": false}"#,
        ]
        for (key, value) in replacements {
            if key.hasPrefix("model.") {
                model[String(key.dropFirst(6))] = value
            } else {
                root[key] = value
            }
        }
        func object(_ members: [String: String]) -> String {
            "{"
                + members.sorted { $0.key < $1.key }.map { "\"\($0)\": \($1)" }
                .joined(separator: ", ") + "}"
        }
        if root["model"] == nil { root["model"] = object(model) }
        return Array(object(root).utf8)
    }

    /// A GGUF vocabulary of a few tokens.
    static var smallGGUF: GGUFVocabulary {
        GGUFVocabulary(
            model: "gpt2", pre: "gpt-2",
            tokens: ["a", "b", "ab", "Ġ", "<s>"].map { Array($0.utf8) },
            tokenTypes: [1, 1, 1, 1, 3], merges: [Array("a b".utf8)], source: "small.gguf")
    }

    /// A SentencePiece vocabulary of control tokens, bytes and `pieces`, each scored by its place.
    static func spm(_ pieces: [String]) -> GGUFVocabulary {
        var tokens = ["<unk>", "<s>", "</s>"]
        for byte in 0..<256 {
            let digits = String(byte, radix: 16, uppercase: true)
            tokens.append("<0x\(byte < 16 ? "0" : "")\(digits)>")
        }
        var types: [Int32] = [2, 3, 3] + [Int32](repeating: 6, count: 256)
        types += [Int32](repeating: 1, count: pieces.count)
        tokens += pieces
        var vocabulary = GGUFVocabulary(
            model: "llama", pre: nil, tokens: tokens.map { Array($0.utf8) }, tokenTypes: types,
            merges: [], source: "spm.gguf")
        vocabulary.scores = tokens.indices.map { -Double($0) }
        return vocabulary
    }

    /// Members of a vocabulary for the bytes of ``spm(_:)``.
    static var byteMembers: String {
        spm([]).tokens.enumerated().dropFirst(3)
            .map { "\"\(String(decoding: $1, as: UTF8.self))\": \($0)" }.joined(separator: ", ")
    }

    /// What a converter would write into a GGUF for a tokenizer.json.
    static func gguf(fromJSON json: [UInt8], pre: String) throws -> GGUFVocabulary {
        let root = try JSONParser.parse(json, source: "json")
        let vocabulary = root["model"]?["vocab"]?.object ?? []
        var tokens = [[UInt8]](repeating: [], count: vocabulary.count)
        for (spelling, id) in vocabulary { tokens[id.integer ?? 0] = spelling }
        var types = [Int32](repeating: 1, count: tokens.count)
        for token in root["added_tokens"]?.array ?? [] {
            types[token["id"]?.integer ?? 0] = token["special"]?.bool == true ? 3 : 4
        }
        let merges = (root["model"]?["merges"]?.array ?? []).map { merge in
            (merge.array ?? []).map { $0.bytes ?? [] }.joined(separator: [UInt8(ascii: " ")])
        }
        return GGUFVocabulary(
            model: "gpt2", pre: pre, tokens: tokens, tokenTypes: types,
            merges: merges.map(Array.init),
            bos: 1, addBOS: false, source: "made.gguf")
    }
}

extension TeacherInference.Tokenizer {
    func encode(_ text: [UInt8]) -> [TokenID] {
        text.withUnsafeBytes { encode($0) }
    }

    func encodeWithEnds(_ text: [UInt8]) -> (ids: [TokenID], ends: [Int]) {
        text.withUnsafeBytes { encodeWithEnds($0) }
    }

    /// All bytes of the content serialisation.
    var contentBytes: [UInt8] {
        var result: [UInt8] = []
        serializeContent { result.append(contentsOf: $0) }
        return result
    }
}

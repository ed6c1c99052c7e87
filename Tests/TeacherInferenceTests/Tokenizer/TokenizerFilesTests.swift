import Foundation
import Testing

@testable import TeacherInference

/// From a file's path to its tokenizer.
@Suite struct TokenizerFilesTests {
    private func strings(_ values: [String]) -> [UInt8] {
        GGUFBuilder.bytes(UInt32(8)) + GGUFBuilder.bytes(UInt64(values.count))
            + values.flatMap(GGUFBuilder.text)
    }

    private func array(_ type: UInt32, _ values: [some BitwiseCopyable]) -> [UInt8] {
        GGUFBuilder.bytes(type) + GGUFBuilder.bytes(UInt64(values.count))
            + values.flatMap { GGUFBuilder.bytes($0) }
    }

    /// Calls `body` with the path of a folder that holds `files`.
    private func withFolder(
        _ files: [String: [UInt8]], _ body: (String) throws -> Void
    ) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, bytes) in files {
            try Data(bytes).write(to: folder.appendingPathComponent(name))
        }
        try body(folder.path)
    }

    @Test func `a byte-level GGUF without a pre-tokenizer needs one to be named`() throws {
        var builder = GGUFBuilder()
        builder.set("tokenizer.ggml.model", "gpt2")
        builder.metadata.append(("tokenizer.ggml.tokens", 9, strings(["a", "b", "ab", "Ġ"])))
        builder.metadata.append(("tokenizer.ggml.merges", 9, strings(["a b"])))
        try withFolder(["v.gguf": builder.file]) { folder in
            let path = folder + "/v.gguf"
            let error = try #require(throws: ModelError.self) {
                try LanguageModel.loadTokenizer(path: path)
            }
            #expect(error.hint?.contains("--pre") == true)
            let tokenizer = try LanguageModel.loadTokenizer(path: path, pre: "gpt-2")
            #expect(tokenizer.encode(Array("ab a".utf8)) == [2, 3, 0])
            #expect(tokenizer.summary == "byte-level BPE (gpt-2)")
        }
    }

    @Test(arguments: [false, true])
    func `a GGUF with scores is SentencePiece, and none is with scores of another type`(
        asIntegers: Bool
    ) throws {
        let vocabulary = TokenizerFixtures.spm(["▁", "a", "b", "▁a", "ab"])
        var builder = GGUFBuilder()
        builder.set("tokenizer.ggml.model", "llama")
        let tokens = vocabulary.tokens.map { String(decoding: $0, as: UTF8.self) }
        builder.metadata.append(("tokenizer.ggml.tokens", 9, strings(tokens)))
        builder.metadata.append(
            ("tokenizer.ggml.token_type", 9, array(5, vocabulary.tokenTypes)))
        builder.metadata.append(("tokenizer.ggml.add_space_prefix", 7, [0]))
        let scores = vocabulary.scores ?? []
        let (floats, integers) = (scores.map(Float.init), scores.map { Int32($0) })
        builder.metadata.append(
            ("tokenizer.ggml.scores", 9, asIntegers ? array(5, integers) : array(6, floats)))
        try withFolder(["v.gguf": builder.file]) { folder in
            let tokenizer = try LanguageModel.loadTokenizer(path: folder + "/v.gguf")
            #expect(tokenizer.summary == "SentencePiece BPE")
            // "▁a" has the higher score.
            #expect(tokenizer.encode(Array(" ab".utf8)) == [262, 261])
            #expect(tokenizer.encode(Array("ab".utf8)) == [263])
        }
        builder.metadata[builder.metadata.count - 1].bytes = strings(tokens)
        try withFolder(["v.gguf": builder.file]) { folder in
            let error = try #require(throws: ModelError.self) {
                try LanguageModel.loadTokenizer(path: folder + "/v.gguf")
            }
            #expect(error.message.contains("tokenizer.ggml.scores"))
        }
    }

    @Test func `a GGUF that collapses white space or maps characters is refused`() throws {
        let vocabulary = TokenizerFixtures.spm(["a"])
        var builder = GGUFBuilder()
        builder.set("tokenizer.ggml.model", "llama")
        let tokens = vocabulary.tokens.map { String(decoding: $0, as: UTF8.self) }
        builder.metadata.append(("tokenizer.ggml.tokens", 9, strings(tokens)))
        let scores = (vocabulary.scores ?? []).map(Float.init)
        builder.metadata.append(("tokenizer.ggml.scores", 9, array(6, scores)))
        for (key, type, bytes) in [
            ("remove_extra_whitespaces", UInt32(7), [UInt8(1)]),
            ("precompiled_charsmap", 9, array(0, [UInt8(1)])),
        ] {
            var asking = builder
            asking.metadata.append(("tokenizer.ggml." + key, type, bytes))
            try withFolder(["v.gguf": asking.file]) { folder in
                let error = try #require(throws: ModelError.self) {
                    try LanguageModel.loadTokenizer(path: folder + "/v.gguf")
                }
                #expect(error.message.contains(key))
            }
        }
    }

    @Test func `a folder's tokenizer json counts before its tokenizer model`() throws {
        let line = try TokenizerFixtures.lines("spm.jsonl").first { $0["proto"] != nil }
        let digits = try #require(line?["proto"]?.bytes)
        let model = stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
        }
        let config = Array(#"{"add_bos_token": true}"#.utf8)
        try withFolder(["tokenizer.model": model, "tokenizer_config.json": config]) { folder in
            let tokenizer = try LanguageModel.loadTokenizer(path: folder)
            #expect(tokenizer is SentencePieceModel)
            #expect(tokenizer.addsBOS)
        }
        let json = TokenizerFixtures.smallJSON()
        try withFolder(["tokenizer.model": model, "tokenizer.json": json]) { folder in
            let tokenizer = try LanguageModel.loadTokenizer(path: folder)
            #expect(tokenizer is ByteLevelBPE)
        }
        try withFolder([:]) { folder in
            let error = try #require(throws: ModelError.self) {
                try LanguageModel.loadTokenizer(path: folder)
            }
            #expect(error.message.contains("tokenizer.model"))
        }
    }
}

import Testing

@testable import TeacherInference

/// `tokenizer.model` and what its folder says beside it.
@Suite struct SentencePieceModelTests {
    /// One of the judge's small models.
    private func proto() throws -> [UInt8] {
        let line = try TokenizerFixtures.lines("spm.jsonl").first { $0["proto"] != nil }
        let digits = try #require(line?["proto"]?.bytes)
        return stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
        }
    }

    private func tokenizer(_ config: String?) throws -> SentencePieceModel {
        try SentencePieceModel(
            model: proto(), configJSON: config.map { Array($0.utf8) }, source: "dir/tokenizer.model"
        )
    }

    @Test func `BOS is added where the folder says so, as transformers 5 has it`() throws {
        let plain = try tokenizer(nil)
        #expect(!plain.addsBOS && plain.bosToken == 1)
        #expect(plain.summary == "SentencePiece BPE (tokenizer.model)")
        let told = try tokenizer(#"{"bos_token": {"content": "</s>"}, "add_bos_token": false}"#)
        #expect(!told.addsBOS && told.bosToken == 2)
        #expect(try tokenizer(#"{"add_bos_token": true}"#).addsBOS)
        #expect(try !tokenizer(#"{"tokenizer_class": "LlamaTokenizer"}"#).addsBOS)
        #expect(try !tokenizer(#"{"add_eos_token": true}"#).addsBOS)
    }

    @Test func `special tokens behind the pieces have ids and stay text`() throws {
        let plain = try tokenizer(nil)
        let id = plain.vocabularySize + 1
        let config =
            #"{"added_tokens_decoder": {"0": {"content": "<unk>", "special": true}, "#
            + #""\#(id)": {"content": "<|end|>", "special": true}}}"#
        let told = try tokenizer(config)
        #expect(told.vocabularySize == id + 1)
        #expect(told.id(ofToken: "<|end|>") == TokenID(id))
        #expect(told.decode([TokenID(id)]) == Array("<|end|>".utf8))
        let text = Array("the <|end|>".utf8)
        #expect(told.encode(text) == plain.encode(text))
        #expect(told.decode(told.encode(text)) == text)
        #expect(told.contentBytes != plain.contentBytes)
    }

    @Test(arguments: [
        (#"{"added_tokens_decoder": {"999": {"content": "<t>"}}}"#, "<t>"),
        (#"{"added_tokens_decoder": {"1": {"content": "<t>", "special": true}}}"#, "in place of"),
        (#"{"added_tokens_decoder": {"300": {"content": "a"}}}"#, "in place of"),
        (#"{"added_tokens_decoder": {"99999999": {"content": "a"}}}"#, "valid id"),
        (#"{"added_tokens_decoder": {"x": {"content": "a"}}}"#, "valid id"),
        (#"{"add_prefix_space": false}"#, "add_prefix_space"),
        (#"{"add_bos_token": true, "bos_token": "<none>"}"#, "names none"), ("{", "JSON"),
    ])
    func `a folder that asks for more is refused by name`(config: String, name: String) throws {
        let error = try #require(throws: ModelError.self) { try tokenizer(config) }
        #expect(error.message.contains(name), "\(error)")
    }

    @Test func `an older file of added tokens must agree with the folder's other`() throws {
        func load(_ added: String, _ config: String) throws -> SentencePieceModel {
            try SentencePieceModel(
                model: proto(), configJSON: Array(config.utf8), addedJSON: Array(added.utf8),
                source: "t.model")
        }
        let id = try tokenizer(nil).vocabularySize
        let config = #"{"added_tokens_decoder": {"\#(id)": {"content": "<p>", "special": true}}}"#
        #expect(try load(#"{"<p>": \#(id)}"#, config).vocabularySize == id + 1)
        for (added, config) in [(#"{"<p>": \#(id)}"#, "{}"), (#"{"<p>": 7}"#, config)] {
            let error = try #require(throws: ModelError.self) { try load(added, config) }
            #expect(error.message.contains("<p>"))
        }
    }

    @Test func `a model of another kind is refused by name`() throws {
        func refusal(_ more: [UInt8]) throws -> String {
            let bytes = try proto() + more
            return try #require(throws: ModelError.self) {
                try SentencePieceModel(model: bytes, configJSON: nil, source: "t.model")
            }.message
        }
        // The last field counts: model_type 1; a normalizer_spec with a table; pieces.
        #expect(try refusal([0x12, 2, 0x18, 1]).contains("Unigram"))
        #expect(try refusal([0x1A, 3, 0x12, 1, 0]).contains("precompiled_charsmap"))
        #expect(try refusal([0x0A, 5, 0x15, 0, 0, 0xC0, 0x7F]).contains("not a number"))
        #expect(try refusal([0x0A, 3, 0x0A, 1, 0xFF]).contains("UTF-8"))
        #expect(try refusal([0x0A, 0]).contains("expected 1 to"))
        let large = [0x22, 0x81, 0x80, 0x40] + [UInt8](repeating: 0, count: 1 << 20 + 1)
        #expect(try refusal(large).contains("1048576 bytes"))
        // Said by the library: the same piece twice.
        #expect(try refusal([0x0A, 5, 0x0A, 3] + Array("the".utf8)).contains("SentencePiece says"))
    }

    @Test func `a model cut short anywhere among its pieces is refused`() throws {
        let bytes = try proto()
        // A cut between two pieces leaves a model, but one without its type.
        for length in stride(from: 0, to: bytes.count - 40, by: 7) {
            #expect(throws: ModelError.self) {
                try SentencePieceModel(
                    model: Array(bytes[..<length]), configJSON: nil, source: "t")
            }
        }
    }

    @Test func `changed bytes crash nothing`() throws {
        let bytes = try proto()
        var random = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                changed[Int.random(in: 0..<changed.count, using: &random)] = .random(in: 0...255)
            }
            let tokenizer = try? SentencePieceModel(
                model: changed, configJSON: nil, source: "t")
            _ = tokenizer?.encode(Array("the cat\n日本é ".utf8))
        }
    }
}

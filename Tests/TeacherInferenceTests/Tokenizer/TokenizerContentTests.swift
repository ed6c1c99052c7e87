import Testing

@testable import TeacherInference

/// What a file says beside the ids: content, BOS rule, names.
@Suite struct TokenizerContentTests {
    @Test func `a GGUF and a tokenizer json of one tokenizer have the same content`() throws {
        let json = try TokenizerFixtures.bytes(TokenizerFixtures.referenceJSON)
        let fromJSON = try TokenizerFixtures.reference.get()
        let vocabulary = try TokenizerFixtures.gguf(fromJSON: json, pre: "smollm")
        let fromGGUF = try ByteLevelBPE(gguf: vocabulary, pre: nil)
        #expect(fromGGUF.contentBytes == fromJSON.contentBytes)
        #expect(fromGGUF.summary == fromJSON.summary)
        let other = try ByteLevelBPE(gguf: vocabulary, pre: "gpt-2")
        #expect(other.contentBytes != fromJSON.contentBytes)
    }

    @Test func `the teacher and the reference have one tokenizer`() throws {
        guard let teacher = Models.teacher else { return }
        let first = try LanguageModel.loadTokenizer(path: teacher)
        let second = try LanguageModel.loadTokenizer(path: Models.reference)
        #expect(first.contentBytes == second.contentBytes)
        #expect(!first.addsBOS && !second.addsBOS)
    }

    @Test func `padding of the vocabulary changes nothing and another merge order does`() throws {
        var vocabulary = TokenizerFixtures.smallGGUF
        let plain = try ByteLevelBPE(gguf: vocabulary, pre: nil)
        vocabulary.tokens.append(Array("[PAD5]".utf8))
        vocabulary.tokenTypes.append(5)
        let padded = try ByteLevelBPE(gguf: vocabulary, pre: nil)
        #expect(padded.contentBytes == plain.contentBytes)
        #expect(padded.vocabularySize == plain.vocabularySize + 1)
        vocabulary.tokenTypes[4] = 4
        #expect(try ByteLevelBPE(gguf: vocabulary, pre: nil).contentBytes != plain.contentBytes)
        vocabulary.merges = []
        #expect(try ByteLevelBPE(gguf: vocabulary, pre: nil).contentBytes != padded.contentBytes)
    }

    @Test func `a GGUF without the key adds BOS for the llama-bpe group alone`() throws {
        var vocabulary = TokenizerFixtures.smallGGUF
        vocabulary.bos = 4
        #expect(try !ByteLevelBPE(gguf: vocabulary, pre: nil).addsBOS)
        #expect(try ByteLevelBPE(gguf: vocabulary, pre: "llama-bpe").addsBOS)
        vocabulary.addBOS = false
        #expect(try !ByteLevelBPE(gguf: vocabulary, pre: "llama-bpe").addsBOS)
        vocabulary.addBOS = true
        let adding = try ByteLevelBPE(gguf: vocabulary, pre: nil)
        #expect(adding.addsBOS && adding.bosToken == 4)
        #expect(adding.encode(Array("ab".utf8)) == [2])
    }

    @Test func `the post-processor says whether BOS is added, an EOS never is`() throws {
        let json = TokenizerFixtures.smallJSON([
            "added_tokens": #"[{"id": 4, "content": "<s>", "special": true}]"#,
            "post_processor": #"""
            {"type": "Sequence", "processors": [{"type": "ByteLevel"},
             {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
              {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}],
              "special_tokens": {"<s>": {"id": "<s>", "ids": [4], "tokens": ["<s>"]}}}]}
            """#,
        ])
        let tokenizer = try ByteLevelBPE(tokenizerJSON: json, configJSON: nil, source: "t")
        #expect(tokenizer.addsBOS && tokenizer.bosToken == 4)
        #expect(tokenizer.encode(Array("ab<s>".utf8)) == [2])
        func adds(_ json: [UInt8], _ config: String) throws -> Bool {
            let told = try ByteLevelBPE(
                tokenizerJSON: json, configJSON: Array("{\"bos_token\": \"<s>\", \(config)}".utf8),
                source: "t")
            #expect(told.bosToken == 4)
            return told.addsBOS
        }
        // What transformers 5.23 does: docs/models.md has the table.
        for config in [
            #""add_bos_token": false"#, #""add_bos_token": true"#, #""add_eos_token": true"#,
            #""tokenizer_class": "LlamaTokenizerFast", "add_bos_token": false"#,
            #""tokenizer_class": "PreTrainedTokenizerFast""#,
        ] { #expect(try adds(json, config)) }
        for name in ["GPTNeoXTokenizer", "GPTNeoXTokenizerFast"] {
            #expect(try !adds(json, #""add_bos_token": true, "tokenizer_class": "\#(name)""#))
        }
        for processor in ["null", #"{"type": "ByteLevel"}"#] {
            let silent = TokenizerFixtures.smallJSON([
                "added_tokens": #"[{"id": 4, "content": "<s>", "special": true}]"#,
                "post_processor": processor,
            ])
            #expect(try !adds(silent, #""add_bos_token": true"#))
            #expect(try !adds(silent, #""tokenizer_class": "LlamaTokenizer""#))
        }
    }

    @Test func `the config names a BOS that is not added`() throws {
        let tokenizer = try ByteLevelBPE(
            tokenizerJSON: TokenizerFixtures.bytes(TokenizerFixtures.referenceJSON),
            configJSON: TokenizerFixtures.bytes(Models.reference + "/tokenizer_config.json"),
            source: "reference")
        #expect(tokenizer.bosToken == 0 && !tokenizer.addsBOS)
        #expect(tokenizer.summary == "byte-level BPE (smollm)")
        #expect(tokenizer.id(ofToken: "Ġthe") == 260)
        #expect(tokenizer.id(ofToken: "no such token") == nil)
    }

    @Test func `user-defined tokens of a GGUF match the longest at the leftmost place`() throws {
        var vocabulary = TokenizerFixtures.smallGGUF
        vocabulary.tokens += ["a  ", "  ", "   "].map { Array($0.utf8) }
        vocabulary.tokenTypes += [4, 4, 4]
        let tokenizer = try ByteLevelBPE(gguf: vocabulary, pre: nil)
        let (ids, ends) = tokenizer.encodeWithEnds(Array("ab   a   b".utf8))
        #expect(ids == [2, 7, 5, 3, 1])
        #expect(ends == [2, 5, 8, 9, 10])
    }
}

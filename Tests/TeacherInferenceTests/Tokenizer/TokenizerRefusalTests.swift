import Testing

@testable import TeacherInference

/// Files that are damaged, hostile, or beyond what we read: one clear error, never a crash.
@Suite struct TokenizerRefusalTests {
    @Test(arguments: [
        (["model.type": #""Unigram""#], "Unigram"),
        (["model.dropout": "0.1"], "dropout"),
        (["model.unk_token": #""a""#], "unknown token"),
        (["model.byte_fallback": "true"], "byte_fallback"),
        (["model.end_of_word_suffix": #""</w>""#], "end_of_word_suffix"),
        (["model.continuing_subword_prefix": #""@@""#], "continuing_subword_prefix"),
        (["model.merges": #"[["a", "c"]]"#], "\"c\", which is no token"),
        (["model.merges": #"[["b", "a"]]"#], "makes what is no token"),
        (["model.merges": #"[["a", "b"], ["a", "b"]]"#], "twice"),
        (["model.merges": #"["a b c"]"#], "not two tokens"),
        (["model.merges": #"[["a"]]"#], "not two tokens"),
        (["model.merges": "{}"], "merges"),
        (["model.vocab": #"{"a": 0, "b": 0}"#], "both"),
        (["model.vocab": #"{"a": 0, "a": 1}"#], "twice"),
        (["model.vocab": #"{"a": -1}"#], "-1"),
        (["model.vocab": #"{"a": 2147483647}"#], "2147483647"),
        (["model.vocab": #"{"a": 1e3}"#], "no integer id"),
        (["model.vocab": #"{"日本": 0}"#], "byte alphabet"),
        (["model.vocab": "{}", "model.merges": "[]"], "any single byte"),
        (["model": "null"], "model"),
        (["added_tokens": #"[{"id": 0, "content": "x"}]"#], "both"),
        (["added_tokens": #"[{"id": 9, "content": "ab"}]"#], "repeats"),
        (["added_tokens": #"[{"id": 9}]"#], "without id or content"),
        (["added_tokens": #"[{"id": 9, "content": "x"}, {"id": 9, "content": "x"}]"#], "twice"),
        (["normalizer": #"{"type": "NFKC"}"#], "normalizer NFKC"),
        (["normalizer": #"{"type": "Prepend", "prepend": "a"}"#], "not NFC"),
        (["decoder": #"{"type": "Metaspace"}"#], "decoder Metaspace"),
        (
            [
                "pre_tokenizer": #"""
                {"type": "Sequence", "pretokenizers": [
                 {"type": "ByteLevel"}, {"type": "ByteLevel"}]}
                """#
            ], "ByteLevel twice"
        ),
        (["pre_tokenizer": "null"], "without ByteLevel"),
        (["pre_tokenizer": #"{"type": "Metaspace"}"#], "pre-tokenizer Metaspace"),
        (["pre_tokenizer": "{}"], "without a type"),
        (["post_processor": #"{"type": "BertProcessing"}"#], "BertProcessing"),
    ])
    func `a tokenizer json that cannot be used is refused by name`(
        replacements: [String: String], name: String
    ) throws {
        let json = TokenizerFixtures.smallJSON(replacements)
        let error = try #require(throws: ModelError.self) {
            try ByteLevelBPE(tokenizerJSON: json, configJSON: nil, source: "dir/tokenizer.json")
        }
        #expect(error.message.contains(name), "\(error)")
        #expect(error.message.contains("dir/tokenizer.json"))
    }

    @Test(arguments: [
        (["model.dropout": "0.1"], "dropout"), (["model.unk_token": #""x""#], "unk_token \"x\""),
        (["normalizer": #"{"type": "Lowercase"}"#], "normalizer Lowercase"),
        (["normalizer": #"{"type": "Strip"}"#], "normalizer Strip"),
        (["normalizer": #"{"type": "Prepend"}"#], "Prepend"),
        (["normalizer": #"{"type": "Replace", "pattern": {"Regex": "a"}}"#], "Replace"),
        (["pre_tokenizer": #"{"type": "Whitespace"}"#], "pre-tokenizer Whitespace"),
        (["pre_tokenizer": #"{"type": "Sequence"}"#], "pretokenizers"),
        (["pre_tokenizer": #"{"type": "Metaspace", "replacement": "ab"}"#], "one character"),
        (
            ["pre_tokenizer": #"{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "x"}"#],
            "prepend_scheme"
        ),
        (
            [
                "pre_tokenizer": #"""
                {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first",
                 "add_prefix_space": false}
                """#
            ], "disagree"
        ),
        (
            [
                "pre_tokenizer": #"""
                {"type": "Sequence", "pretokenizers": [
                 {"type": "Metaspace", "replacement": "▁"}, {"type": "Digits"}]}
                """#
            ], "Digits after Metaspace"
        ),
        (["model.merges": #"[["a", "c"]]"#], "\"c\", which is no token"),
        (["model.merges": #"[["b", "a"]]"#], "makes what is no token"),
        (["model.merges": #"[["a", "b"], ["a", "b"]]"#], "twice"),
        (["added_tokens": #"[{"id": 2, "content": "ab", "special": true}]"#], "a control token"),
        (["added_tokens": #"[{"id": 9, "content": "a"}]"#], "repeats token 0"),
        (["model.vocab": "[]"], "vocab"),
    ])
    func `a tokenizer json of characters that cannot be used is refused by name`(
        replacements: [String: String], name: String
    ) throws {
        let json = TokenizerFixtures.smallJSON(
            replacements.merging(["pre_tokenizer": "null", "decoder": "null"]) { old, _ in old })
        let root = try JSONParser.parse(json, source: "dir/tokenizer.json")
        let error = try #require(throws: ModelError.self) {
            try TokenizerJSON(root: root, source: "dir/tokenizer.json").tokenizer()
        }
        #expect(error.message.contains(name), "\(error)")
        #expect(error.message.contains("dir/tokenizer.json"))
    }

    @Test(arguments: [
        "", "{", "[1,]", "nul", #"{"a" 1}"#, #""\ud800""#, #""\x""#, "1 2", "\"a\nb\"", "\"abc",
        String(repeating: "[", count: 100_000), "{\"a\":1,}",
    ])
    func `text that is no JSON is refused`(text: String) {
        #expect(throws: ModelError.self) { try JSONParser.parse(Array(text.utf8), source: "x") }
        #expect(throws: ModelError.self) {
            try ByteLevelBPE(tokenizerJSON: Array(text.utf8), configJSON: nil, source: "x")
        }
    }

    @Test func `a tokenizer json cut short anywhere is refused`() {
        let json = TokenizerFixtures.smallJSON()
        for length in 0..<json.count {
            #expect(throws: ModelError.self) {
                try ByteLevelBPE(
                    tokenizerJSON: Array(json[..<length]), configJSON: nil, source: "x")
            }
        }
    }

    @Test func `a GGUF vocabulary that cannot be used is refused by name`() throws {
        func refusal(_ change: (inout GGUFVocabulary) -> Void) throws -> ModelError {
            var vocabulary = TokenizerFixtures.smallGGUF
            change(&vocabulary)
            return try #require(throws: ModelError.self) {
                try ByteLevelBPE(gguf: vocabulary, pre: nil)
            }
        }
        let spellings = ["a", "a", "ab", "Ġ", "<s>"].map { Array($0.utf8) }
        #expect(try refusal { $0.model = "llama" }.message.contains("llama"))
        let missing = try refusal { $0.pre = nil }
        #expect(missing.message.contains("tokenizer.ggml.pre"))
        #expect(missing.hint?.contains("--pre") == true)
        let unknown = try refusal { $0.pre = "no-such" }
        #expect(unknown.message.contains("no-such"))
        #expect(unknown.hint?.contains("--pre") == true)
        for name in GGUFPreTokenizer.names { #expect(unknown.hint?.contains(name) == true) }
        #expect(try refusal { $0.pre = "afmoe" }.message.contains("joins the first digits"))
        #expect(try refusal { $0.pre = "gemma4" }.message.contains("over characters"))
        #expect(try refusal { $0.tokenTypes = [1] }.message.contains("token_type"))
        #expect(try refusal { $0.tokens = spellings }.message.contains("repeats token 0"))
        #expect(try refusal { $0.tokens[0] = Array("語".utf8) }.message.contains("byte alphabet"))
        #expect(try refusal { $0.tokens[0] = [0xC4] }.message.contains("byte alphabet"))
        // A user-defined token that would match the second byte of "é".
        let half = try refusal { ($0.tokens[4], $0.tokenTypes[4]) = ([0xA9], 4) }
        #expect(half.message.contains("token 4") && half.message.contains("no UTF-8"))
        #expect(try refusal { $0.merges = [Array("ab".utf8)] }.message.contains("merge 0"))
        #expect(try refusal { $0.merges = [Array("a z".utf8)] }.message.contains("\"z\""))
        #expect(try refusal { $0.merges = [Array(" ".utf8)] }.message.contains("merge 0"))
        #expect(try refusal { $0.merges = [[]] }.message.contains("merge 0"))
        #expect(try refusal { $0.bos = 5 }.message.contains("bos_token_id"))
        #expect(try refusal { $0.bos = -1 }.message.contains("bos_token_id"))
        #expect(try refusal { $0.addBOS = true }.message.contains("BOS"))
        let empty = try refusal {
            ($0.tokens, $0.tokenTypes, $0.merges) = ([], [], [])
        }
        #expect(empty.message.contains("any single byte"))
    }

    @Test(arguments: [
        "^a", #"\h"#, #"\p{Greek}"#, #"\p{Lx}"#, #"\pL"#, "[[:alpha:]]", "[]a]", "[]", "[z-a]",
        #"[\s-z]"#, #"[a-\d]"#, "[a-b-c]", "a{2}+", "a{2}?", "a{,3}", "a{99999}", "a{3,2}", "a**",
        "a{2", "(?<name>a)", "(?m:a)", "(?-i:a)", "(*UTF)a", #"(a)\1"#, "(a", "a)", "*", "|+",
        "{2}",
        #"\"#, "[a", #"\x{110000}"#, #"\uD800"#, "(?i:é)", #"(?i:\p{L})"#, "(?i:ss)", "(?i:[a-ÿ])",
        String(repeating: "(", count: 5000), String(repeating: "[", count: 5000),
    ])
    func `a regex that the judge might read otherwise is refused`(pattern: String) throws {
        let quoted = pattern.replacing("\\", with: "\\\\")
        let json = TokenizerFixtures.smallJSON([
            "pre_tokenizer": """
            {"type": "Sequence", "pretokenizers": [
             {"type": "Split", "pattern": {"Regex": "\(quoted)"}, "behavior": "Isolated"},
             {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}]}
            """
        ])
        let error = try #require(throws: ModelError.self) {
            try ByteLevelBPE(tokenizerJSON: json, configJSON: nil, source: "t")
        }
        #expect(error.message.contains("regex"), "\(error)")
    }

    @Test func `merges in a circle end`() throws {
        // Every product is longer than its parts, so a circle needs a lying vocabulary; what a
        // file can do is make every prefix and suffix mergeable.
        var spellings = ["a"]
        for length in 2...40 { spellings.append(String(repeating: "a", count: length)) }
        var merges: [[UInt8]] = []
        for left in 1...20 {
            for right in 1...20 {
                merges.append(Array((spellings[left - 1] + " " + spellings[right - 1]).utf8))
            }
        }
        let tokenizer = try ByteLevelBPE(
            gguf: GGUFVocabulary(
                model: "gpt2", pre: "gpt-2", tokens: spellings.map { Array($0.utf8) },
                tokenTypes: [], merges: merges.reversed(), source: "x"), pre: nil)
        let text = [UInt8](repeating: UInt8(ascii: "a"), count: 10_000)
        #expect(tokenizer.decode(tokenizer.encode(text)) == text)
    }

    @Test(arguments: [
        ("(?<=x)(a+)+b", "for ever"), ("(?<=x)(?:aa|a)*b", "for ever"),
        ("(?<=x)(?:a|ab?)+c", "for ever"), ("(?<=x)((a*)*)*", "for ever"),
        ("(?<!x)(?=(a?){99}b)", "for ever"), (String(repeating: "a", count: 10_001), "at most"),
    ])
    func `a regex that could take for ever is refused`(pattern: String, word: String) throws {
        let json = TokenizerFixtures.smallJSON([
            "pre_tokenizer": """
            {"type": "Sequence", "pretokenizers": [
             {"type": "Split", "pattern": {"Regex": "\(pattern)"}, "behavior": "Isolated"},
             {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}]}
            """
        ])
        let error = try #require(throws: ModelError.self) {
            try ByteLevelBPE(tokenizerJSON: json, configJSON: nil, source: "t")
        }
        #expect(error.message.contains(word), "\(error)")
    }

    @Test(arguments: [
        "(?<=x)a+b", "(?<=x)(?:ab)+", "(?<=x)(?:a|bc)*", "(?<=x)(?>a+)+b", "(?=(?:a{3})+b)a+",
        "(?<=x)(?:a++)+b", "(?<=x)(?:a|a)*b", "(?<=x)(?:a|ab)++c",
    ])
    func `a regex that backtracks within bounds is taken`(pattern: String) throws {
        let node = try RegexParser.parse(pattern, source: "t")
        #expect(!node.mayBacktrackForever)
        // 2 to the power of 5,000 ways would not end.
        let text = Array((" x" + String(repeating: "a", count: 5000)).utf8)
        let matcher = PCRE2Matcher()
        try text.withUnsafeBufferPointer {
            try PCRE2Pattern(node, source: "t").forEachMatch(in: $0, matcher) { _, _ in }
        }
    }

    @Test func `a pre-tokenizer of very many steps is refused`() throws {
        let digits = String(repeating: #"{"type": "Digits"}, "#, count: 32)
        let json = TokenizerFixtures.smallJSON([
            "pre_tokenizer": """
            {"type": "Sequence", "pretokenizers": [\(digits)
             {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}, ]}
            """.replacing(", ]", with: "]")
        ])
        #expect(throws: Never.self) {
            try ByteLevelBPE(tokenizerJSON: json, configJSON: nil, source: "t")
        }
        let more = String(decoding: json, as: UTF8.self)
            .replacing(digits, with: digits + #"{"type": "Digits"}, "#)
        let error = try #require(throws: ModelError.self) {
            try ByteLevelBPE(tokenizerJSON: Array(more.utf8), configJSON: nil, source: "t")
        }
        #expect(error.message.contains("33 steps"), "\(error)")
    }
}

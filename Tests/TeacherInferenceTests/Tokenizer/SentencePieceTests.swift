import Testing

@testable import TeacherInference

/// SentencePiece BPE from GGUF: ids against the judges', and against the algorithm in plain words.
@Suite struct SentencePieceTests {
    @Test func `ids of small vocabularies are those of llama_cpp and of sentencepiece`() throws {
        let lines = try TokenizerFixtures.lines("spm.jsonl")
        #expect(lines.count == 8)
        for line in lines {
            let name = line["name"]?.text ?? ""
            let tokenizer = try Self.tokenizer(line)
            let texts = try #require(line["texts"]?.array).compactMap(\.bytes)
            #expect(texts.count > 30)
            for (text, ids) in zip(texts, try #require(line["ids"]?.array)) {
                let shown = "\(name): \(String(decoding: text, as: UTF8.self).debugDescription)"
                let found = tokenizer.encodeWithEnds(text)
                #expect(found.ids.map(Int.init) == ids.array?.compactMap(\.integer), "\(shown)")
                #expect(tokenizer.encode(text) == found.ids, "\(shown)")
                #expect(found.ends == found.ends.sorted() && found.ends.last == text.count)
                #expect(found.ends.count == found.ids.count)
            }
        }
    }

    @Test func `random vocabularies give the ids of the algorithm in plain words`() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<40 {
            let letters = ["a", "b", "▁", "é", "日"].shuffled(using: &random)
            var pieces: Set<String> = []
            for _ in 0..<30 {
                let length = Int.random(in: 1...5, using: &random)
                pieces.insert((0..<length).map { _ in letters.randomElement() ?? "a" }.joined())
            }
            var vocabulary = TokenizerFixtures.spm(pieces.sorted())
            // Few different scores, so that places decide as well.
            vocabulary.scores = vocabulary.tokens.map { _ in
                [0, -1, -2.5, 1e30, -.infinity].randomElement(using: &random) ?? 0
            }
            vocabulary.addsSpacePrefix = Bool.random(using: &random)
            let tokenizer = try SentencePieceBPE(gguf: vocabulary)
            for _ in 0..<20 {
                let length = Int.random(in: 1...60, using: &random)
                let text = (0..<length).map { _ in
                    ["a", "b", " ", "é", "日", "\n", "ü"].randomElement(using: &random) ?? "a"
                }.joined()
                let ids = tokenizer.encode(Array(text.utf8))
                #expect(ids == Self.plain(vocabulary, text), "\(pieces.sorted()): \(text)")
                #expect(tokenizer.decode(ids) == Array(text.utf8))
            }
        }
    }

    @Test func `a token that matches text and is no UTF-8 is refused`() throws {
        var vocabulary = TokenizerFixtures.spm(["a", "b"])
        (vocabulary.tokens[259], vocabulary.tokenTypes[259]) = ([0xA9], 4)
        let error = try #require(throws: ModelError.self) { try SentencePieceBPE(gguf: vocabulary) }
        #expect(error.message.contains("259") && error.message.contains("UTF-8"), "\(error)")
    }

    @Test func `a normalizer that could make a text very long is refused`() throws {
        let long = [UInt8](repeating: 97, count: 65)
        let twice = NormalizerStep.replace([97], [97, 97])
        for steps: [NormalizerStep] in [
            [NormalizerStep](repeating: twice, count: 7), [.replace([32], long)], [.prepend(long)],
            [.prepend([97]), .replace([97], long)], [NormalizerStep](repeating: .nfc, count: 4),
            [NormalizerStep](repeating: .replace([97], [98]), count: 33),
        ] {
            #expect(throws: ModelError.self) {
                try NormalizerStep.checkGrowth(steps, source: "tokenizer.json")
            }
        }
        try NormalizerStep.checkGrowth(
            [
                .nfc, .prepend(SentencePieceBPE.spaceMark),
                .replace([32], SentencePieceBPE.spaceMark),
            ],
            source: "tokenizer.json")
    }

    @Test func `control tokens are not reached, neither whole nor by merges`() throws {
        var vocabulary = TokenizerFixtures.spm(["<s", "<", "s", ">", "</x>"])
        vocabulary.tokenTypes[263] = 3
        let tokenizer = try SentencePieceBPE(gguf: vocabulary)
        #expect(tokenizer.encode(Array("<s></x>".utf8)).allSatisfy { $0 > 2 && $0 != 263 })
        #expect(tokenizer.id(ofToken: "<s>") == 1)
    }

    @Test func `the ends lie where the tokens end in the text`() throws {
        var vocabulary = TokenizerFixtures.spm(["▁", "a", "▁a", "é", "<x>"])
        vocabulary.tokenTypes[263] = 4
        let tokenizer = try SentencePieceBPE(gguf: vocabulary)
        let found = tokenizer.encodeWithEnds(Array("a  é<x>b\n".utf8))
        #expect(found.ids.map(Int.init) == [261, 259, 259, 262, 263, 259, 3 + 0x62, 3 + 0x0A])
        #expect(found.ends == [1, 2, 3, 5, 8, 8, 9, 10])
    }

    @Test func `a million bytes without a space take less than two seconds`() throws {
        let pieces = (0...9).map { String(repeating: "a", count: 1 << $0) } + ["▁"]
        let tokenizer = try SentencePieceBPE(gguf: TokenizerFixtures.spm(pieces))
        let text = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
        var ids: [TokenID] = []
        // Twice, and the better: a busy machine must not fail the test.
        let times = (0..<2).map { _ in ContinuousClock().measure { ids = tokenizer.encode(text) } }
        #if !DEBUG
            #expect(times.contains { $0 < .seconds(2) }, "\(times)")
        #endif
        #expect(tokenizer.decode(ids) == text)
    }

    @Test func `a file that does not say adds BOS and a space`() throws {
        var vocabulary = TokenizerFixtures.spm(["▁", "▁a", "a"])
        let tokenizer = try SentencePieceBPE(gguf: vocabulary)
        #expect(tokenizer.addsBOS && tokenizer.bosToken == 1)
        #expect(tokenizer.summary == "SentencePiece BPE")
        #expect(tokenizer.encode([UInt8(ascii: "a")]) == [260])
        (vocabulary.addBOS, vocabulary.addsSpacePrefix) = (false, false)
        let told = try SentencePieceBPE(gguf: vocabulary)
        #expect(!told.addsBOS && told.bosToken == 1)
        #expect(told.encode([UInt8(ascii: "a")]) == [261])
        #expect(told.contentBytes != tokenizer.contentBytes)
    }

    @Test func `padding of the vocabulary changes nothing and another order of scores does`() throws
    {
        var vocabulary = TokenizerFixtures.spm(["a", "b", "ab", "ba", "▁"])
        let plain = try SentencePieceBPE(gguf: vocabulary)
        vocabulary.tokens.append(Array("[PAD]".utf8))
        vocabulary.tokenTypes.append(5)
        vocabulary.scores?.append(-10000)
        let padded = try SentencePieceBPE(gguf: vocabulary)
        #expect(padded.contentBytes == plain.contentBytes)
        #expect(padded.vocabularySize == plain.vocabularySize + 1)
        vocabulary.scores?.swapAt(261, 262)
        #expect(try SentencePieceBPE(gguf: vocabulary).contentBytes != plain.contentBytes)
    }

    @Test func `a vocabulary that cannot be used is refused by name`() throws {
        func refusal(_ change: (inout GGUFVocabulary) -> Void) throws -> String {
            var vocabulary = TokenizerFixtures.spm(["a", "b", "ab"])
            change(&vocabulary)
            let error = try #require(throws: ModelError.self) {
                try SentencePieceBPE(gguf: vocabulary)
            }
            #expect(error.message.contains("spm.gguf"))
            return error.message
        }
        #expect(try refusal { $0.scores = nil }.contains("tokenizer.ggml.scores"))
        #expect(try refusal { $0.scores = [1] }.contains("1 entries"))
        #expect(try refusal { $0.scores?[259] = .nan }.contains("score of token 259"))
        #expect(try refusal { $0.tokenTypes = [1] }.contains("token_type"))
        #expect(try refusal { $0.tokens[260] = $0.tokens[259] }.contains("repeats token 259"))
        #expect(try refusal { $0.tokens[13] = Array("x".utf8) }.contains("<0x0A>"))
        #expect(try refusal { $0.tokens[259] = [0xFF] }.contains("UTF-8"))
        #expect(try refusal { $0.tokenTypes[261] = 5 }.contains("unused"))
        let long = [UInt8](repeating: UInt8(ascii: "a"), count: 600)
        #expect(try refusal { $0.tokens[261] = long }.contains("600 bytes"))
        #expect(try refusal { $0.normalizes = true }.contains("remove_extra_whitespaces"))
        #expect(try refusal { $0.bos = 262 }.contains("bos_token_id"))
        #expect(
            try refusal { ($0.tokens, $0.tokenTypes, $0.scores) = ([], [], []) }.contains("<0x00>"))
    }

    @Test func `an empty piece is no token and a character without a byte needs its piece`() throws
    {
        var vocabulary = TokenizerFixtures.spm(["a", "▁", ""])
        // The byte of "a" is missing.
        vocabulary.tokens[3 + 0x61] = Array("x".utf8)
        let tokenizer = try SentencePieceBPE(gguf: vocabulary)
        #expect(tokenizer.encode(Array("a".utf8)) == [260, 259])
        #expect(tokenizer.decode([261]) == [])
    }

    @Test func `text that is not UTF-8 is encoded without a crash`() throws {
        let tokenizer = try SentencePieceBPE(gguf: TokenizerFixtures.spm(["a", "▁"]))
        let text: [UInt8] = [0x61, 0xE9, 0x80, 0x20, 0xED, 0xA0, 0x80, 0xF0]
        #expect(tokenizer.decode(tokenizer.encode(text)) == text)
    }

    private static func tokenizer(_ line: JSONValue) throws -> any TeacherInference.Tokenizer {
        if let digits = line["proto"]?.bytes {
            let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
                UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
            }
            return try SentencePieceModel(model: bytes, configJSON: nil, source: "small.model")
        }
        return try SentencePieceBPE(gguf: vocabulary(line))
    }

    /// The GGUF vocabulary of a line of spm.jsonl that has one.
    static func vocabulary(_ line: JSONValue) throws -> GGUFVocabulary {
        var vocabulary = GGUFVocabulary(
            model: "llama", pre: nil,
            tokens: try #require(line["tokens"]?.array).compactMap(\.bytes),
            tokenTypes: try #require(line["types"]?.array).compactMap(\.integer).map(Int32.init),
            merges: [], source: "small.gguf")
        vocabulary.scores = try #require(line["scores"]?.array).map { score in
            if case .number(let value) = score { value } else { Double(score.integer ?? 0) }
        }
        vocabulary.addsSpacePrefix = line["space_prefix"]?.bool
        vocabulary.modelName = line.member("model_name")?.text
        return vocabulary
    }

    /// The best pair of neighbours, the leftmost among equals, becomes one, until none is a piece.
    private static func plain(_ vocabulary: GGUFVocabulary, _ text: String) -> [TokenID] {
        var ids: [[UInt8]: Int] = [:]
        for (id, token) in vocabulary.tokens.enumerated() { ids[token] = id }
        let escaped = (vocabulary.addsSpacePrefix == false ? "" : " ") + text
        var symbols = escaped.replacing(" ", with: "▁").unicodeScalars.map {
            Array(String($0).utf8)
        }
        let scores = vocabulary.scores ?? []
        while true {
            var best: (score: Double, place: Int)?
            for place in symbols.indices.dropLast() {
                guard let id = ids[symbols[place] + symbols[place + 1]] else { continue }
                if best.map({ scores[id] > $0.score }) ?? true { best = (scores[id], place) }
            }
            guard let best else { break }
            symbols[best.place] += symbols.remove(at: best.place + 1)
        }
        return symbols.flatMap { symbol in
            ids[symbol].map { [TokenID($0)] } ?? symbol.map { 3 + TokenID($0) }
        }
    }
}

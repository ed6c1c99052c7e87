import Testing

@testable import TeacherInference

/// The tokenizer.json that is made for a vocabulary of a GGUF.
@Suite struct TokenizerDefinitionTests {
    /// The tokenizer that refinery reads from the files made of `vocabulary`, and the first one.
    private func roundTrip(
        _ vocabulary: GGUFVocabulary, pre: String? = nil
    ) throws -> (made: any TeacherInference.Tokenizer, read: any TeacherInference.Tokenizer) {
        let (tokenizer, files) = try TokenizerFolder.made(of: vocabulary, pre: pre)
        let json = try #require(files.first { $0.name == "tokenizer.json" }).bytes
        let config = files.first { $0.name == "tokenizer_config.json" }?.bytes
        let again = try TokenizerFolder.made(of: vocabulary, pre: pre).1
        #expect(again.map(\.bytes) == files.map(\.bytes))
        let root = try JSONParser.parse(json, source: "made")
        let read = try TokenizerJSON(root: root, source: "made", configJSON: config).tokenizer()
        #expect(read.contentBytes == tokenizer.contentBytes)
        #expect(read.addsBOS == tokenizer.addsBOS)
        return (tokenizer, read)
    }

    @Test func `every pre-tokenizer of a GGUF has a tokenizer json`() throws {
        var vocabulary = TokenizerFixtures.smallGGUF
        (vocabulary.bos, vocabulary.eos) = (4, 4)
        for name in GGUFPreTokenizer.names {
            let (made, read) = try roundTrip(vocabulary, pre: name)
            #expect(read.bosToken == 4, "\(name)")
            for text in ["ab ab", " a  b\n1234 ab", "<s>'ll ab\t日b"] {
                #expect(read.encode(Array(text.utf8)) == made.encode(Array(text.utf8)), "\(name)")
            }
        }
    }

    @Test func `a reference's own tokenizer json comes back from its GGUF`() throws {
        let json = try TokenizerFixtures.bytes(TokenizerFixtures.referenceJSON)
        let vocabulary = try TokenizerFixtures.gguf(fromJSON: json, pre: "smollm")
        let (_, read) = try roundTrip(vocabulary)
        #expect(read.contentBytes == (try TokenizerFixtures.reference.get()).contentBytes)
        for line in try TokenizerFixtures.lines("ids.jsonl") {
            guard let text = line["text"]?.bytes else { continue }
            let ids = try #require(line["ids"]?.array).compactMap(\.integer)
            #expect(read.encode(text).map(Int.init) == ids)
        }
    }

    @Test func `small SentencePiece vocabularies keep their ids`() throws {
        for line in try TokenizerFixtures.lines("spm.jsonl") where line["proto"] == nil {
            var vocabulary = try SentencePieceTests.vocabulary(line)
            // They have pieces of characters that are none, and pieces of one score.
            let error = try #require(throws: ModelError.self) { try roundTrip(vocabulary) }
            #expect(error.message.contains("no piece itself"))
            for (id, token) in vocabulary.tokens.enumerated() {
                if token == Array("ξψ".utf8) { vocabulary.tokens[id] = Array("ξ".utf8) }
                if token == Array("\n\n".utf8) { vocabulary.tokens[id] = Array("\n".utf8) }
                vocabulary.scores?[id] -= 1e-6 * Double(id)
            }
            let (made, read) = try roundTrip(vocabulary)
            for text in try #require(line["texts"]?.array).compactMap(\.bytes) {
                #expect(read.encode(text) == made.encode(text), "\(line["name"]?.text ?? "")")
            }
        }
    }

    @Test func `random scores give the ids of their list of merges, or no list`() throws {
        var random = SystemRandomNumberGenerator()
        var written = 0
        for round in 0..<200 {
            let letters = ["a", "b", "▁"]
            var pieces = Set(letters)
            for _ in 0..<25 {
                let length = Int.random(in: 2...6, using: &random)
                pieces.insert((0..<length).map { _ in letters.randomElement() ?? "a" }.joined())
            }
            // Runs, all of one score as Llama has them, and sometimes one that is missing.
            for length in 2...8 where round % 5 > 0 || length != 4 {
                pieces.insert(String(repeating: "▁", count: length))
            }
            var vocabulary = TokenizerFixtures.spm(pieces.sorted())
            let order = vocabulary.tokens.indices.shuffled(using: &random).map(Double.init)
            let places = Double.random(in: 0..<300, using: &random)
            vocabulary.scores = zip(vocabulary.tokens, order).map { token, place in
                let isRun = Set(String(decoding: token, as: UTF8.self)) == ["▁"]
                return isRun && round % 3 > 0 ? places.rounded() - 0.5 : place
            }
            if round.isMultiple(of: 20) { vocabulary.scores?.swapAt(265, 270) }
            guard let (made, read) = try? roundTrip(vocabulary) else { continue }
            written += 1
            for _ in 0..<40 {
                let length = Int.random(in: 1...80, using: &random)
                let text = (0..<length).map { _ in
                    ["a", "b", " ", " ", " ", "ü"].randomElement(using: &random) ?? "a"
                }.joined()
                let ids = read.encode(Array(text.utf8))
                #expect(ids == made.encode(Array(text.utf8)), "\(vocabulary): \(text)")
            }
        }
        #expect(written > 60)
    }

    @Test func `pieces of one score that are no runs are refused`() throws {
        var vocabulary = TokenizerFixtures.spm(["a", "b", "ab", "ba", "▁"])
        _ = try roundTrip(vocabulary)
        vocabulary.scores?[262] = -261
        let error = try #require(throws: ModelError.self) { try roundTrip(vocabulary) }
        #expect(error.message.contains("same score"))
        #expect(error.hint?.contains("Hugging Face folder") == true)
    }

    @Test func `a piece of a character without a piece is refused`() throws {
        let vocabulary = TokenizerFixtures.spm(["a", "aü", "▁"])
        let error = try #require(throws: ModelError.self) { try roundTrip(vocabulary) }
        #expect(error.message.contains("ü"))
    }

    @Test func `spellings of control characters and quotes come back`() throws {
        let odd = [
            "\"", "\\", "\u{0}", "\u{1F}\u{7F}", "\u{2028}", "</script>", "\u{FEFF}", "👩‍👩‍👧", "\n\r\t",
            "{\"a\": [1]}", "e\u{301}", "é", "null", " ",
        ]
        for type in [Int32(3), 4] {
            var vocabulary = TokenizerFixtures.smallGGUF
            vocabulary.tokens += odd.map { Array($0.utf8) }
            vocabulary.tokenTypes += odd.map { _ in type }
            let (_, bytes) = try roundTrip(vocabulary)
            for (place, spelling) in odd.enumerated() {
                #expect(bytes.id(ofToken: spelling) == TokenID(5 + place))
                let ids = bytes.encode(Array("ab\(spelling)ab".utf8))
                // In the byte alphabet a token of one character is that of a byte, whatever its type.
                let isByte = ["\"", "\\"].contains(spelling)
                #expect(ids.contains(TokenID(5 + place)) == (type == 4 || isByte), "\(spelling)")
            }
            // Two characters that are no pieces would be a merge of what has no token.
            let single = odd.filter { $0.unicodeScalars.count != 2 }
            var pieces = TokenizerFixtures.spm(["a", "▁"] + single)
            pieces.tokenTypes.replaceSubrange(261..., with: single.map { _ in type })
            let (_, read) = try roundTrip(pieces)
            #expect(read.id(ofToken: "\u{0}") == 263)
        }
    }

    @Test func `a token that is no UTF-8 and two of one spelling are refused`() throws {
        var vocabulary = TokenizerFixtures.smallGGUF
        vocabulary.tokens[4] = [0xFF, 0x3C]
        var error = try #require(throws: ModelError.self) { try roundTrip(vocabulary) }
        #expect(error.message.contains("token 4") && error.message.contains("UTF-8"))
        // A space, as its file spells it, and a control token that is spelled so.
        vocabulary.tokens[4] = Array("Ġ".utf8)
        error = try #require(throws: ModelError.self) { try roundTrip(vocabulary) }
        #expect(error.message.contains("token 3"))
    }

    @Test func `a BOS token that matches in text stays one`() throws {
        var vocabulary = TokenizerFixtures.smallGGUF
        vocabulary.tokenTypes[4] = 4
        (vocabulary.bos, vocabulary.addBOS) = (4, true)
        let (_, read) = try roundTrip(vocabulary)
        #expect(read.bosToken == 4 && read.encode(Array("a<s>".utf8)) == [0, 4])
        vocabulary.addBOS = false
        #expect(try roundTrip(vocabulary).read.bosToken == nil)
        (vocabulary.eos, vocabulary.unknown) = (1_000_000, -1)
        #expect(try !roundTrip(vocabulary).read.addsBOS)
    }

    @Test func `random vocabularies are written as they are or refused`() throws {
        var random = SystemRandomNumberGenerator()
        for round in 0..<300 {
            let isBytes = round.isMultiple(of: 2)
            var vocabulary =
                isBytes ? TokenizerFixtures.smallGGUF : TokenizerFixtures.spm(["a", "▁"])
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                let token = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                    [0x20, 0x61, 0xC4, 0xA0, 0xFF, 0x22, 0x00, 0xE2, 0x96, 0x81, 0x5C]
                        .randomElement(using: &random) ?? UInt8(0)
                }
                vocabulary.tokens.append(token)
                vocabulary.tokenTypes.append(Int32.random(in: 0...7, using: &random))
                vocabulary.scores?.append(Double(Int.random(in: -5...0, using: &random)))
            }
            vocabulary.bos = Int.random(in: -1...20, using: &random)
            vocabulary.eos = Int.random(in: -1...20, using: &random)
            vocabulary.addBOS = Bool.random(using: &random)
            do {
                _ = try roundTrip(vocabulary)
            } catch is ModelError {
                continue
            }
        }
    }

    @Test func `lists of merges and scores of one vocabulary have one digest`() throws {
        // As transformers' converter orders them: by score, then the longest left part first.
        let vocabulary = """
            {"<unk>": 0, "<s>": 1, "</s>": 2, \(TokenizerFixtures.byteMembers),
             "▁": 259, "▁▁": 260, "▁▁▁": 261, "▁▁▁▁": 262, "a": 263, "b": 264, "ab": 265, "bab": 266}
            """
        var gguf = TokenizerFixtures.spm(["▁", "▁▁", "▁▁▁", "▁▁▁▁", "a", "b", "ab", "bab"])
        for id in 260...262 { gguf.scores?[id] = -1e9 }
        func content(_ merges: String) throws -> [UInt8] {
            let flags = #""special": true, "normalized": false"#
            let json = """
                {"added_tokens": [{"id": 0, "content": "<unk>", \(flags)},
                 {"id": 1, "content": "<s>", \(flags)}, {"id": 2, "content": "</s>", \(flags)}],
                 "normalizer": {"type": "Sequence", "normalizers": [
                  {"type": "Prepend", "prepend": "▁"},
                  {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
                 "model": {"type": "BPE", "byte_fallback": true, "unk_token": "<unk>",
                  "fuse_unk": true, "vocab": \(vocabulary), "merges": [\(merges)]}}
                """
            let root = try JSONParser.parse(Array(json.utf8), source: "t")
            return try TokenizerJSON(root: root, source: "t").tokenizer().contentBytes
        }
        let scored = try SentencePieceBPE(gguf: gguf).contentBytes
        let words = #"["a", "b"], ["b", "ab"], "#
        let runs = [
            #"["▁▁▁", "▁"]"#, #"["▁▁", "▁▁"]"#, #"["▁▁", "▁"]"#, #"["▁", "▁▁▁"]"#, #"["▁", "▁▁"]"#,
            #"["▁", "▁"]"#,
        ]
        #expect(try content(words + runs.joined(separator: ", ")) == scored)
        #expect(try roundTrip(gguf).read.contentBytes == scored)
        // Two spaces first, so that four are two twos.
        #expect(try content(words + runs.reversed().joined(separator: ", ")) != scored)
        // A way to put "▁▁▁" together is missing.
        #expect(try content(words + runs.dropFirst().joined(separator: ", ")) != scored)
        #expect(try content(#"["b", "ab"], ["a", "b"], "# + runs.joined(separator: ", ")) != scored)
    }
}

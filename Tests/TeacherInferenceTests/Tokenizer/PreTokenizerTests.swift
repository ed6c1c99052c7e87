import Testing

@testable import TeacherInference

/// The words of every named pre-tokenizer against PyPI's tokenizers, committed by scripts/judges.
@Suite struct PreTokenizerTests {
    @Test func `every pre-tokenizer that llama_cpp names cuts as the judge does`() throws {
        let lines = try TokenizerFixtures.lines("pre.jsonl")
        let texts = try #require(lines.first?["texts"]?.array).compactMap(\.bytes)
        #expect(texts.count > 50)
        var judged: [String] = []
        for line in lines.dropFirst() {
            let names = try #require(line["names"]?.array).compactMap(\.text)
            let expected = try #require(line["words"]?.array).map {
                $0.array?.compactMap(\.integer) ?? []
            }
            judged += names
            let steps = try names.map { try #require(GGUFPreTokenizer.named($0)?.steps) }
            #expect(steps.allSatisfy { $0 == steps[0] }, "\(names)")
            let preTokenizer = try PreTokenizer(steps[0], source: names[0])
            for (text, expected) in zip(texts, expected) {
                let found = text.withUnsafeBytes { bytes in
                    var cut = PreTokenizer.Cut()
                    preTokenizer.cut(bytes, &cut)
                    return cut.pieces.filter { $0.end > $0.start }.map { $0.end - $0.start }
                }
                let shown = String(decoding: text, as: UTF8.self).debugDescription
                #expect(found == expected, "\(names[0]): \(shown)")
            }
        }
        #expect(judged.sorted() == GGUFPreTokenizer.names)
    }

    @Test func `decoding gives random text back with every pre-tokenizer`() throws {
        var random = SystemRandomNumberGenerator()
        let alphabet = ByteAlphabet.spellings
        let merges = ["a b", "Ġ a", "Ġ Ġ", "Ã ©", "1 2"]
        let tokens = alphabet + merges.map { Array($0.utf8.filter { $0 != UInt8(ascii: " ") }) }
        let texts = (0..<40).map { _ in
            var text = ""
            for _ in 0..<Int.random(in: 0..<60, using: &random) {
                let limit: UInt32 = [0x80, 0x800, 0x3000, 0x11_0000].randomElement() ?? 0x80
                let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &random)) ?? " "
                text.unicodeScalars.append(scalar)
                text += ["", "", "a", " ", "  ", "\r\n", "12", "é"].randomElement() ?? ""
            }
            return Array(text.utf8)
        }
        for name in GGUFPreTokenizer.names {
            let tokenizer = try ByteLevelBPE(
                gguf: GGUFVocabulary(
                    model: "gpt2", pre: name, tokens: tokens, tokenTypes: [],
                    merges: merges.map { Array($0.utf8) }, source: name), pre: nil)
            for text in texts {
                #expect(tokenizer.decode(tokenizer.encode(text)) == text, "\(name): \(text)")
            }
        }
    }

    @Test func `only patterns that look back or far ahead are left to PCRE2`() throws {
        var backtracking: Set<String> = []
        for name in GGUFPreTokenizer.names {
            for step in GGUFPreTokenizer.named(name)?.steps ?? [] {
                guard case .split(let pattern, _, _) = step else { continue }
                let node = try RegexParser.parse(pattern, source: name)
                if RegexAutomaton(node) == nil { backtracking.insert(name) }
            }
        }
        #expect(backtracking == ["cohere2moe", "superbpe", "tiny_aya"])
    }
}

import Foundation
import Refinery
import TeacherInference
import Testing

@Suite struct ChunkerTests {
    /// Repository root, from this file's place in it.
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// What holds for the pieces of any text; `isExact` for tokenizers that count evenly.
    private func check(_ text: [UInt8], _ tokenizer: any Tokenizer, _ maxTokens: Int) -> [ChunkCut]
    {
        let chunks = Chunker(tokenizer: tokenizer, maxTokens: maxTokens).cut(text)
        let whole = text.withUnsafeBytes { tokenizer.encode($0).count }
        let expected = (whole + maxTokens - 1) / maxTokens
        #expect(chunks.count == expected || chunks.count == expected + 1)
        var end = 0
        for chunk in chunks {
            #expect(chunk.range.lowerBound == end && !chunk.range.isEmpty)
            end = chunk.range.upperBound
            let piece = Array(text[chunk.range])
            #expect(chunk.tokens == piece.withUnsafeBytes { tokenizer.encode($0).count })
            #expect(chunk.tokens <= maxTokens)
            #expect(chunks.count == 1 || chunk.tokens * 4 >= maxTokens)
            #expect(String(validating: piece, as: UTF8.self) != nil)
            #expect(chunk.sha256.count == 32)
        }
        #expect(end == text.count)
        return chunks
    }

    /// Words, sentences, paragraphs, code, scripts without spaces and noise, by chance.
    private func randomText(_ random: inout TestRandom, _ length: Int) -> [UInt8] {
        let parts = [
            "word", " and", " then", ". Next", "! ", ".\n", "\n\n", "\n    return x\n", " ", "\t",
            "日本語の文。", "続き", "🙂", "e\u{301}", "عربي ", "      ", "\r\n\r\n", "aaaaaaaaaaaaaaaa",
            "\0", "\u{2029}", "(\"So.\") ",
        ]
        var text = ""
        while text.utf8.count < length {
            text += parts[Int.random(in: 0..<parts.count, using: &random)]
        }
        return Array(text.utf8)
    }

    @Test(arguments: [16, 64, 100, 1024])
    func randomTextsAreCutIntoPiecesThatFitAndJoin(maxTokens: Int) {
        var random = TestRandom(seed: UInt64(maxTokens))
        for round in 0..<40 {
            let tokenizer = TestTokenizer(longest: 1 + round % 9)
            let length = Int.random(in: 1...maxTokens * 20, using: &random)
            _ = check(randomText(&random, length), tokenizer, maxTokens)
        }
    }

    @Test(arguments: ["models/reference", "Tests/Fixtures/models/f32.gguf"])
    func randomTextsAreCutWithARealTokenizer(model: String) throws {
        let path = Self.root.appendingPathComponent(model).path
        let tokenizer = try LanguageModel.loadTokenizer(path: path, pre: nil)
        var random = TestRandom(seed: 5)
        for maxTokens in [32, 256, 1024] {
            for _ in 0..<8 {
                let length = Int.random(in: 1...maxTokens * 16, using: &random)
                _ = check(randomText(&random, length), tokenizer, maxTokens)
            }
        }
    }

    @Test func exactMultiplesOfTheMaximumFit() {
        for count in [1, 2, 3, 7] {
            // Every token is six bytes; a cut at a token's end changes no count.
            let text = [UInt8](repeating: 0x61, count: 64 * 6 * count)
            let chunks = check(text, TestTokenizer(), 64)
            #expect(chunks.map(\.tokens) == [Int](repeating: 64, count: count))
        }
        #expect(Chunker(tokenizer: TestTokenizer()).cut([UInt8]()).isEmpty)
    }

    @Test func theBestBoundaryNearTheMarkIsTaken() {
        // 200 words of which 100 fit; the mark stands in the middle, an eighth is 12 words.
        func halves(_ separators: [Int: String]) -> (String, String) {
            var text = ""
            for word in 0..<199 { text += "w\(word % 10)" + (separators[word] ?? " ") }
            let bytes = Array((text + "end").utf8)
            let chunks = check(bytes, TestTokenizer(), 110)
            #expect(chunks.count == 2)
            let parts = chunks.map { String(decoding: bytes[$0.range], as: UTF8.self) }
            return (String(parts[0].suffix(6)), String(parts[1].prefix(6)))
        }
        #expect(
            halves([94: "\n\n", 99: ". ", 100: "\n"]) == ("w3 w4\n\n".suffix(6) + "", "w5 w6 "))
        #expect(halves([98: "\n  \n    ", 99: ". "]) == ("w8\n  \n", "    w9"))
        #expect(halves([97: ".\n", 99: "\n"]) == ("6 w7.\n", "w8 w9\n"))
        #expect(halves([97: "\n"]) == (" w6 w7\n".suffix(6) + "", "w8 w9 "))
        #expect(halves([50: "\n\n"]).1.hasPrefix("w"))
        #expect(halves([99: ".\") "]) == ("w9.\") ", "w0 w1 "))
    }

    @Test(.timeLimit(.minutes(1)))
    func pathologicalTextsTakeTimeInProportion() {
        let size = 1 << 20
        let texts: [[UInt8]] = [
            [UInt8](repeating: 0x20, count: size), [UInt8](repeating: 0x0A, count: size),
            [UInt8](repeating: 0x61, count: size), [UInt8](repeating: 0, count: size),
            Array(String(repeating: "🙂", count: size / 4).utf8),
            Array(String(repeating: "\n ", count: size / 2).utf8),
        ]
        for text in texts { _ = check(text, TestTokenizer(), 1024) }
    }

    /// Tokens that no piece holds: the cutting still ends, and the pieces join.
    @Test func aMaximumBelowAScalarEnds() {
        let text = Array(String(repeating: "éa🙂", count: 50).utf8)
        let chunks = Chunker(tokenizer: TestTokenizer(longest: 1), maxTokens: 1).cut(text)
        #expect(chunks.reduce(0) { $0 + $1.range.count } == text.count)
        #expect(chunks.allSatisfy { String(validating: text[$0.range], as: UTF8.self) != nil })
    }

    @Test func theFingerprintNamesTokenizerAndMaximum() {
        let prints = [(6, 1024), (6, 512), (7, 1024)].map {
            Chunker(tokenizer: TestTokenizer(longest: $0), maxTokens: $1).fingerprint
        }
        #expect(Set(prints).count == 3)
        #expect(prints.allSatisfy { $0.utf8.count == 64 })
        #expect(prints[0] == Chunker(tokenizer: TestTokenizer()).fingerprint)
    }

    @Test(arguments: [16, 64])
    func piecesFitASecondModelThatNeedsMoreTokens(maxTokens: Int) {
        var random = TestRandom(seed: 3)
        let tokenizer = TestTokenizer(longest: 6), other = TestTokenizer(longest: 1)
        let room = maxTokens * 2
        let alone = Chunker(tokenizer: tokenizer, maxTokens: maxTokens)
        let chunker = Chunker(
            tokenizer: tokenizer, maxTokens: maxTokens,
            companion: Chunker.Companion(tokenizer: other, maxTokens: room))
        #expect(chunker.fingerprint != alone.fingerprint)
        var smaller = 0
        for _ in 0..<40 {
            let text = randomText(&random, Int.random(in: 1...maxTokens * 20, using: &random))
            let chunks = chunker.cut(text)
            #expect(chunks.map(\.range.count).reduce(0, +) == text.count)
            #expect(chunks.allSatisfy { $0.tokens <= maxTokens })
            let lengths = chunks.map { chunk in
                text[chunk.range].withUnsafeBytes { other.encode($0).count }
            }
            #expect(lengths.allSatisfy { $0 <= room })
            // Even still: no piece is a small rest of the others.
            #expect(chunks.count < 3 || (lengths.min() ?? 0) * 6 >= (lengths.max() ?? 0))
            if chunks.count > alone.cut(text).count { smaller += 1 }
        }
        #expect(smaller > 0)
    }
}

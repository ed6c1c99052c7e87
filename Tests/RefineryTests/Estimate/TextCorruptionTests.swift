import Foundation
import Testing

@testable import Refinery

struct TextCorruptionTests {
    private let text = Array("Die Größe  des\nHauses ist 12 m, und das Dach ist rot.\t".utf8)

    private func words(_ text: [UInt8]) -> [String] {
        String(decoding: text, as: UTF8.self).split(whereSeparator: \.isWhitespace)
            .map(String.init)
    }

    @Test func `shuffled words are the same words in another order, white space in its place`() {
        let twin = TextCorruption.shuffledWords.apply(to: text, seed: 1)
        #expect(words(twin) != words(text) && words(twin).sorted() == words(text).sorted())
        func spaces(_ text: [UInt8]) -> [UInt8] { text.filter { $0 <= 0x20 } }
        #expect(spaces(twin) == spaces(text) && twin.count == text.count)
        #expect(twin == TextCorruption.shuffledWords.apply(to: text, seed: 1))
        #expect(twin != TextCorruption.shuffledWords.apply(to: text, seed: 2))
    }

    @Test func `text without spaces is shuffled by pieces`() {
        let text = String(repeating: "河流入海，山高水长。", count: 20)
        let twin = String(
            decoding: TextCorruption.shuffledWords.apply(to: Array(text.utf8), seed: 4),
            as: UTF8.self)
        #expect(twin != text && twin.unicodeScalars.count == text.unicodeScalars.count)
        #expect(twin.unicodeScalars.sorted() == text.unicodeScalars.sorted())
    }

    @Test func `the first quarter is repeated up to the length, character by character`() {
        let twin = TextCorruption.repeatedQuarter.apply(to: Array("äbcdefgh".utf8), seed: 0)
        #expect(String(decoding: twin, as: UTF8.self) == "äbäbäbäb")
    }

    @Test func `random characters are printable and as many`() {
        let twin = TextCorruption.randomCharacters.apply(to: text, seed: 3)
        #expect(twin.count == String(decoding: text, as: UTF8.self).unicodeScalars.count)
        #expect(twin.allSatisfy { (0x20...0x7E).contains($0) } && Set(twin).count > 20)
    }

    @Test(arguments: TextCorruption.allCases)
    func `a text of nothing, of one word and of white space is spoiled without a crash`(
        kind: TextCorruption
    ) {
        for text in ["", "a", "ä", " ", "\n\t ", "one"] {
            let twin = kind.apply(to: Array(text.utf8), seed: 9)
            #expect(String(validating: twin, as: UTF8.self) != nil)
        }
    }
}

import Foundation
import Testing

@testable import TeacherInference

/// Normalisation form C, in parts and with the way back.
@Suite struct NormalizedTextTests {
    private func normalized(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        return bytes.withUnsafeBytes { buffer in
            let section = AddedTokens.Section(start: 0, end: buffer.count, token: nil)
            return NormalizedText(buffer, [section])?.bytes ?? Array(buffer)
        }
    }

    private func expected(_ text: String) -> String {
        text.decomposedStringWithCanonicalMapping.precomposedStringWithCanonicalMapping
    }

    /// Whether `scalar` is beyond U+FFFF, stays as it is and is no mark.
    ///
    /// PyPI's tokenizers leaves all of them as they are before every mark there is, but for three
    /// of Kaithi's letters; Foundation takes them for the scalar of their lower 16 bits.
    private func standsAlone(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.value > 0xFFFF, expected(String(scalar)).unicodeScalars.elementsEqual([scalar])
        else { return false }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: return false
        default: return true
        }
    }

    @Test func `every scalar is normalised, alone, and before and behind marks`() {
        // By hundreds, so that Foundation is asked for few strings.
        for first in stride(from: UInt32(0), to: 0x20000, by: 100) {
            var (text, right) = ("", "")
            for value in first..<first + 100 {
                // The judge does not know marks that are younger than Unicode 9, and Foundation
                // is no judge of what the test below this one has.
                guard let scalar = Unicode.Scalar(value), value < 0x20000, value != 0x1176,
                    value != 0x11A7, scalar.properties.age?.major ?? 0 <= 9
                else { continue }
                let part = "\(scalar) a\(scalar)\u{301}\(scalar)\u{11A8}"
                text += part
                right += standsAlone(scalar) ? part : expected(part)
            }
            if normalized(text) != Array(right.utf8) {
                Issue.record("U+\(String(first, radix: 16)) or one of the hundred from it on")
            }
        }
    }

    @Test func `scalars that Foundation takes for others are left alone`() {
        for text in [
            "\u{1111}\u{1176}", "\u{AC00}\u{11A7}", "\u{E0113}\u{300}", "\u{20041}\u{300}",
            "\u{10041}\u{301}", "\u{10045}\u{323}", "\u{1D4D0}\u{338}",
        ] {
            #expect(normalized(text) == Array(text.utf8))
        }
        #expect(normalized("\u{AC00}\u{11A8}") == Array("\u{AC01}".utf8))
        #expect(normalized("\u{11099}\u{110BA}") == Array("\u{1109A}".utf8))
        #expect(normalized("\u{1109B}\u{110BA}") == Array("\u{1109C}".utf8))
        #expect(normalized("\u{110A5}\u{110BA}") == Array("\u{110AB}".utf8))
        #expect(normalized("\u{2F803}\u{300}") == Array("\u{20122}\u{300}".utf8))
    }

    @Test func `offsets lead back to the original`() throws {
        let text = Array("xe\u{301}y\u{212B}z".utf8)
        let section = AddedTokens.Section(start: 0, end: text.count, token: nil)
        let found = text.withUnsafeBytes { NormalizedText($0, [section]) }
        let normalized = try #require(found)
        #expect(normalized.bytes == Array("x\u{E9}y\u{C5}z".utf8))
        #expect((0...7).map(normalized.original) == [0, 1, 4, 4, 5, 8, 8, 9])
        #expect(normalized.sections.map(\.end) == [7])
    }

    @Test func `text in form C is left alone`() {
        for text in ["", "plain", "\u{E9}t\u{E9} ÀÿĀ", "日本語 한국어 привет हिन्दी"] {
            let bytes = Array(text.utf8)
            let section = AddedTokens.Section(start: 0, end: bytes.count, token: nil)
            #expect(bytes.withUnsafeBytes { NormalizedText($0, [section]) } == nil)
        }
    }
}

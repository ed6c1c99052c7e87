import ArgumentParser
import Foundation
import Refinery
import Testing

@testable import refinectl

@Suite("Explaining a chunk")
struct ExplainTests {
    @Test("What would act on a terminal is spelled out, and what is text stays")
    func escapes() {
        let hostile = "a\u{1b}[31mb\rc\u{202e}d\u{7f}\u{9b}\u{2028}\ne\tf — ü 日 👩‍👩"
        #expect(
            EscapedText.block(Array(hostile.utf8))
                == #"a\u{1b}[31mb\rc\u{202e}d\u{7f}\u{9b}\u{2028}"# + "\ne\tf — ü 日 👩‍👩")
        #expect(EscapedText.line("a\nb\t") == #"a\nb\t"#)
        #expect(EscapedText.quoted(Array(#"a\n"b""#.utf8)) == ##""a\\n\"b\"""##)
        // Bytes of a scalar that two tokens share.
        #expect(EscapedText.quoted([0xE6, 0x97]) == #""\xe6\x97""#)
        #expect(EscapedText.quoted([0xA5, 0x41]) == #""\xa5A""#)
    }

    @Test("Tokens are coloured by their difference, no colour goes over the end of a line")
    func colours() {
        let text = Array("good\nbad none".utf8)
        let tokens = [
            TokenDifference(range: 0..<5, teacher: 0, reference: 5),
            TokenDifference(range: 5..<8, teacher: 1, reference: 0),
            TokenDifference(range: 8..<13, teacher: 1, reference: 1),
        ]
        let begin = ShadePalette.indexed.begin
        let end = ShadePalette.end
        #expect(
            ShadedText.render(text, tokens, .indexed)
                == begin(4) + "good" + end + begin(4) + "⏎" + end + "\n" + begin(-2) + "bad" + end
                + " none\n")
        #expect(ShadedText.render(text, tokens, nil) == "good\nbad none\n")
        #expect(ShadePalette.trueColor.begin(4).contains("48;2;"))
    }

    @Test("A scalar that two tokens share belongs to the one that it begins in")
    func sharedScalar() {
        let text = Array("a日b".utf8)
        let tokens = [
            TokenDifference(range: 0..<2, teacher: 0, reference: 5),
            TokenDifference(range: 2..<5, teacher: 5, reference: 0),
        ]
        let runs = ShadedRun.runs(of: text, tokens)
        #expect(runs.map(\.range) == [0..<4, 4..<5] && runs.map(\.shade) == [4, -4])
    }

    @Test(
        "Colours are for terminals, NO_COLOR turns them off, and --color decides",
        arguments: [
            ([], true, [:], ShadePalette.indexed), ([], false, [:], nil),
            ([], true, ["NO_COLOR": "1"], nil),
            (["--color", "never"], true, [:], nil),
            (["--color", "always"], false, ["COLORTERM": "truecolor"], .trueColor),
        ] as [([String], Bool, [String: String], ShadePalette?)])
    func palette(
        arguments: [String], isTerminal: Bool, environment: [String: String],
        expected: ShadePalette?
    ) throws {
        let command = try Refinectl.parseAsRoot(["explain", "7"] + arguments) as? Explain
        let found = try #require(command).colors
            .palette(isTerminal: isTerminal, environment: environment)
        #expect(found == expected)
    }

    @Test("The tokens of both models are listed where they differ")
    func tokens() throws {
        let text = Array("abcd".utf8)
        let teacher = TokenTrace(ids: [1, 2], ends: [2, 4], nll: [1, 2])
        let same = ChunkTokens(
            text: text, teacher: teacher,
            reference: TokenTrace(ids: [1, 2], ends: [2, 4], nll: [2, 4]))
        #expect(same.referenceLines == nil && same.lines.map(\.difference) == [1, 2])
        let other = ChunkTokens(
            text: text, teacher: teacher, reference: TokenTrace(ids: [9], ends: [4], nll: [8]))
        #expect(other.lines.map(\.referenceNLL) == [4, 4])
        #expect(other.referenceLines?.map(\.id) == [9])
        let table = ChunkTable.tokens(other)
        #expect(table.contains(#""ab""#) && table.contains("reference's own token"))
    }
}

import Refinery
import Testing

@Suite struct BadLineTests {
    /// A good text.
    private static let words = String(repeating: "plain words in a row, ", count: 20)

    @Test func everyKindOfBadLineIsRejectedWithItsReasonAndTheRestIsTaken() throws {
        let deep = String(repeating: "[", count: 20_000) + String(repeating: "]", count: 20_000)
        let lines: [[UInt8]] = [
            [0xEF, 0xBB, 0xBF] + Array(#"{"id":"first","text":"\#(Self.words)"}"#.utf8),
            Array(#"{"id":"second","text":"\#(Self.words)","domain":"d"}"#.utf8) + [0x0D],
            [],
            Array(#"{"id":"cut","text":"#.utf8),
            Array(#"{"id":"none","content":"a"}"#.utf8),
            Array(#"{"id":"null","text":null}"#.utf8),
            Array(#"{"id":"number","text":7}"#.utf8),
            Array(#"{"id":"empty","text":""}"#.utf8),
            Array(#"{"id":"blank","text":" \t\r\n\u00a0\u3000"}"#.utf8),
            Array(#"{"id":"bytes","text":"ab"#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8),
            Array(#"{"id":"half","text":"ab\ud83dcd"}"#.utf8),
            Array(#"{"id":"nul","text":"ab\u0000cd"}"#.utf8),
            Array(#"["text"]"#.utf8),
            Array(#"{"id":"deep","text":"good","meta":\#(deep)}"#.utf8),
            Array(#"{"id":"long","text":"\#(String(repeating: "z", count: 3_000_000))"}"#.utf8),
            Array(#"{"id":"e\u0301","text":"🙂 ué عربي e\#u{301}"}"#.utf8),
            Array("plain words".utf8),
            Array(#"{"id":"last","text":"no line end"}"#.utf8),
        ]
        let result = try Imported(Array(lines.joined(separator: [0x0A])), pieces: [65_536])
        #expect(result.documents.map(\.line) == [1, 2, 12, 15, 16, 18])
        let expected: [(Int, RejectReason)] = [
            (4, .invalidJSON), (5, .missingText), (6, .wrongType), (7, .wrongType),
            (8, .emptyText), (9, .emptyText), (10, .invalidUTF8), (11, .invalidUnicode),
            (13, .notAnObject), (14, .invalidJSON), (17, .invalidJSON),
        ]
        #expect(result.rejects.map(\.line) == expected.map(\.0))
        #expect(result.rejects.map(\.reason) == expected.map(\.1))
        let details = result.rejects.map(\.detail)
        #expect(details[0] == "expected a value at column 20")
        #expect(details[1] == #"no field "text"; the line has "id", "content""#)
        #expect(details[6] == "not UTF-8 at byte 25 of the line")
        #expect(details[9].hasPrefix("nested deeper than 512 levels"))
        #expect(result.rejects[1].id == Array("none".utf8))
        #expect(result.documents[1].domain == Array("d".utf8))
        #expect(result.documents[2].text == Array("ab\0cd".utf8))
        #expect(result.documents[4].id == [0x65, 0xCC, 0x81])
        #expect(result.documents[4].text == Array("🙂 ué عربي e\u{301}".utf8))
        #expect(result.lines == 18)
    }

    @Test(arguments: [1, 2, 3, 7, 64, 1000])
    func aLineOverTheLimitIsRejectedAndTheNextTaken(piece: Int) throws {
        var options = Importer.Options()
        options.maxLineBytes = 40
        let exact = #"{"text":"123456789012345678901234567890"}"#.dropLast(1)
        let lines = [String(exact), String(repeating: "x", count: 41), #"{"text":"ok"}"#]
        let result = try Imported(
            Array(lines.joined(separator: "\r\n").utf8), pieces: [piece], options: options)
        #expect(result.documents.map(\.line) == [3])
        #expect(result.rejects.map(\.reason) == [.invalidJSON, .lineTooLong])
        #expect(result.rejects.map(\.line) == [1, 2])
    }
}

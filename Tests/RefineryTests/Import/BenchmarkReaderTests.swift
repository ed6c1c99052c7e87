import Foundation
import Testing

@testable import Refinery

@Suite("Benchmark files")
struct BenchmarkReaderTests {
    /// Thirteen words, numbered.
    private static func words(_ range: Range<Int>) -> String {
        range.map { "word\($0)" }.joined(separator: " ")
    }

    private func read(_ name: String, _ text: String, piece: Int = 7) throws -> BenchmarkReader {
        let source = try #require(CorpusSource(path: name, displayName: name))
        var rest = Array(text.utf8)[...]
        return try BenchmarkReader(source) {
            defer { rest = rest.dropFirst(piece) }
            return Array(rest.prefix(piece))
        }
    }

    @Test("A line's strings are one question, at any depth and in order, keys aside")
    func strings() throws {
        let nested = #"""
            {"question of the keys that are no words of it": "word0 word1, WORD2 word3", "n": 7,
             "choices": [{"text": "word4 word5 word6"}, "word7 word8\u0020word9"],
             "answer": "word10 word11 word12"}
            """#.replacingOccurrences(of: "\n", with: " ")
        let plain = #"{"q": "\#(Self.words(0..<13))"}"#
        let found = try read("a.jsonl", nested + "\n\n{\"q\": \"too short\"}\n")
        #expect(found.questions == 2 && found.tooShort == 1)
        #expect(found.windows == (try read("b.jsonl", plain)).windows)
        #expect(found.windows.hashes.count == 1)
    }

    @Test("A text file is one text: windows go on over the ends of lines")
    func text() throws {
        let found = try read("a.txt", Self.words(0..<9) + "\n" + Self.words(9..<20) + "\n")
        #expect(found.questions == nil)
        #expect(found.windows == (try read("b.txt", Self.words(0..<20))).windows)
        #expect(found.windows.hashes.count == 8)
    }

    @Test(
        "What cannot be read is named by file and line, and nothing is taken",
        arguments: [
            ("{\"q\": \"a\"}\n{\"q\": }\n", "a.jsonl:2: expected a value at column 7"),
            ("{\"q\": \"a\"} x\n", "a.jsonl:1: expected the end of the line"),
            ("{\"q\": \"too short\"}\n", "a.jsonl has no run of 13 words"),
            ("", "a.jsonl has no run of 13 words"),
        ])
    func refusals(text: String, message: String) throws {
        let error = #expect(throws: RefineryError.self) { try read("a.jsonl", text) }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }

    @Test("A compressed file of 0 bytes is named", arguments: ["a.jsonl.gz", "a.jsonl.zst"])
    func nothing(name: String) throws {
        let error = #expect(throws: RefineryError.self) { try read(name, "") }
        #expect(error?.message.contains("\(name): the ") == true)
        #expect(error?.message.contains("are cut short") == true)
    }

    @Test("Bytes that are not UTF-8 are refused")
    func encoding() throws {
        let source = try #require(CorpusSource(path: "a.txt", displayName: "a.txt"))
        var pieces: [[UInt8]] = [Array("one\n".utf8) + [0xFF, 0x0A]]
        let error = #expect(throws: RefineryError.self) {
            try BenchmarkReader(source) { pieces.popLast() ?? [] }
        }
        #expect(error?.message == "a.txt:2: not UTF-8 at byte 1 of the line")
    }

    @Test("Windows read from bytes are those that were written, and disorder is refused")
    func bytes() throws {
        let windows = try read("a.txt", Self.words(0..<40)).windows
        #expect(try QuestionWindows(bytes: windows.bytes) == windows)
        #expect(windows.sha256.count == 64)
        for bad in [[], [UInt8](repeating: 0, count: 16), [1, 2, 3]] {
            #expect(throws: RefineryError.self) { try QuestionWindows(bytes: bad) }
        }
        #expect(throws: RefineryError.self) {
            try QuestionWindows(bytes: Array(windows.bytes.reversed()))
        }
    }
}

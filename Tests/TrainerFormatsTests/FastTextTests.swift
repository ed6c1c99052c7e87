import Foundation
import Testing

@testable import TrainerFormats

/// Lines for fastText.
@Suite struct FastTextTests {
    @Test(
        "A text becomes one line of words",
        arguments: [
            ("a b", "__label__keep a b\n"),
            (" a\n\n\tb\u{0}c\r\n", "__label__keep a b c\n"),
            ("x __label__drop y", "__label__keep x _label__drop y\n"),
            ("x__label__drop </s> </s>b", "__label__keep x__label__drop </s </s>b\n"),
            ("", "__label__keep\n"),
            ("ü\u{A0}é", "__label__keep ü\u{A0}é\n"),
        ])
    func line(text: String, expected: String) {
        var line: [UInt8] = []
        FastTextWriter.appendLine(of: Array(text.utf8), .keep, to: &line)
        #expect(String(decoding: line, as: UTF8.self) == expected)
    }

    @Test("Lines of both labels are spread among each other, each in its order")
    func spread() throws {
        let folder = try ScratchFolder()
        let writer = try FastTextWriter(path: folder.path + "/train.txt")
        for number in 0..<6000 { try writer.write(Array("kept \(number)".utf8), label: .keep) }
        for number in 0..<2000 { try writer.write(Array("dropped \(number)".utf8), label: .drop) }
        let output = try writer.finish()
        #expect(output.lines == [.keep: 6000, .drop: 2000])
        let lines = String(decoding: try folder.bytes("train.txt"), as: UTF8.self)
            .split(separator: "\n")
        #expect(lines.count == 8000)
        let kept = lines.filter { $0.hasPrefix("__label__keep ") }
        #expect(kept == (0..<6000).map { "__label__keep kept \($0)" })
        let dropped = lines.filter { $0.hasPrefix("__label__drop ") }
        #expect(dropped == (0..<2000).map { "__label__drop dropped \($0)" })
        for start in stride(from: 0, to: 8000, by: 400) {
            let part = lines[start..<(start + 400)].count { $0.hasPrefix("__label__drop") }
            #expect((99...101).contains(part))
        }
    }

    @Test("What does not fit into memory goes through a file and comes back whole")
    func spool() throws {
        let folder = try ScratchFolder()
        let spool = Spool(folder: folder.path, inMemory: 1000)
        for number in 0..<5000 { try spool.append(UInt32(number)) }
        #expect(try folder.names() == [])
        var numbers: [UInt32] = []
        try spool.forEachPiece { piece in
            for offset in stride(from: 0, to: piece.count, by: 4) {
                numbers.append(try #require(piece.number(at: offset, as: UInt32.self)))
            }
        }
        #expect(numbers == Array(0..<5000))
    }
}

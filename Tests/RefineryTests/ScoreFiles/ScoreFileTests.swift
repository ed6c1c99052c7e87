import Foundation
import Testing

@testable import Refinery

@Suite("Score files, written and read")
struct ScoreFileTests {
    @Test(
        "what is written is read, compressed or not",
        arguments: ["jsonl", "jsonl.gz", "jsonl.zst"])
    func roundTrip(suffix: String) throws {
        let fixture = try ScoreFileFixture()
        let trailer = try fixture.write(ScoreFileFixture.rows, "scores.\(suffix)")
        let (frame, rows) = try fixture.read("scores.\(suffix)")
        #expect(frame.header == ScoreFileFixture.header())
        #expect(frame.trailer == trailer)
        #expect((trailer.documents, trailer.chunks, trailer.rejects) == (3, 4, 2))
        #expect(rows == ScoreFileFixture.rows)
    }

    @Test("every Double comes back to the bit, and two writers agree to the byte")
    func numbers() throws {
        let fixture = try ScoreFileFixture()
        var random = SystemRandomNumberGenerator()
        let special: [Double] = [
            0, -0.0, .leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude, 0.1,
            1e15, 1e16, 1e17, 123_456_789_012_345_680, 1 / 3,
        ]
        let values =
            special
            + (0..<5000).map { _ in
                let value = Double(bitPattern: random.next() & 0x7FFF_FFFF_FFFF_FFFF)
                return value.isFinite ? value : 1
            }
        let rows = values.enumerated().map { line, value in
            var sums = ScoreFileFixture.sums(value)
            sums.nllSquared = value
            return ScoreFileRow.chunk(
                ScoreFileFixture.chunk(line: line + 1, teacher: .scored(sums)))
        }
        try fixture.write(rows, "one.jsonl.zst")
        try fixture.write(rows, "two.jsonl.zst")
        #expect(try fixture.bytes("one.jsonl.zst") == fixture.bytes("two.jsonl.zst"))
        let (_, read) = try fixture.read("one.jsonl.zst")
        for (row, value) in zip(read, values) {
            guard case .chunk(let chunk) = row, case .scored(let sums, _) = chunk.teacher else {
                Issue.record("\(row)")
                return
            }
            // Zero has one spelling.
            #expect(sums.nll.bitPattern == (value == 0 ? 0 : value).bitPattern)
        }
        #expect(read.count == values.count)
    }

    @Test("a file of no rows is whole")
    func empty() throws {
        let fixture = try ScoreFileFixture()
        try fixture.write([])
        #expect(try fixture.read().1.isEmpty)
    }

    @Test("it holds no text but ids, domains and reasons, and one object a line")
    func lines() throws {
        let fixture = try ScoreFileFixture()
        try fixture.write(ScoreFileFixture.rows)
        let lines = try fixture.bytes("scores.jsonl").split(separator: 0x0A)
        let kinds = try lines.map { line in
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
            return try #require(object["row"] as? String)
        }
        #expect(
            kinds == ["header"] + Array(repeating: "chunk", count: 4)
                + Array(repeating: "reject", count: 2) + ["trailer"])
    }

    @Test("the writer leaves nothing behind where it did not finish")
    func unfinished() throws {
        let fixture = try ScoreFileFixture()
        do {
            let writer = try ScoreFileWriter(
                path: fixture.path("scores.jsonl"), header: ScoreFileFixture.header())
            try writer.write(ScoreFileFixture.rows[0])
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.folder.path) == [])
    }

    @Test("a header says what of another one is not its own, whatever computed")
    func differences() {
        let header = ScoreFileFixture.header()
        var other = header
        other.writer = "refinery 9"
        other.teacher.computedBy = "AVX-512"
        #expect(header.differences(from: other) == [])
        other.chunker.maxTokens = 128
        other.shard.sha256 = String(repeating: "0", count: 64)
        let found = header.differences(from: other)
        #expect(found.count == 2)
        #expect(found[0].hasPrefix("the shard's SHA-256 is \(header.shard.sha256), not 0000"))
        #expect(found[1] == "the most tokens of a chunk is 64, not 128")
    }

    @Test("hashes are ordered as their digits are, and read from nothing else")
    func hashes() throws {
        var digits: [String] = []
        var random = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            digits.append(
                (0..<32).map { _ in Hex.string([UInt8(truncatingIfNeeded: random.next())]) }
                    .joined())
        }
        let hashes = try digits.map { try #require(ContentHash(hexadecimal: $0)) }
        #expect(hashes.map(\.hexadecimal) == digits)
        #expect(hashes.sorted().map(\.hexadecimal) == digits.sorted())
        #expect(ContentHash(hashes[0].bytes) == hashes[0])
        let good = digits[0]
        for bad in [
            "", String(good.dropLast()), good + "0", good.uppercased() + "x",
            "g" + good.dropFirst(), "A" + good.dropFirst(),
        ] { #expect(ContentHash(hexadecimal: bad) == nil) }
    }
}

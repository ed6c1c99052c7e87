import Foundation
import Testing

@testable import Refinery

@Suite("Score files that are not to be trusted")
struct DamagedScoreFileTests {
    @Test(
        "a file cut anywhere is refused, with file and line",
        arguments: ["jsonl", "jsonl.gz", "jsonl.zst"])
    func truncated(suffix: String) throws {
        let fixture = try ScoreFileFixture()
        try fixture.write(ScoreFileFixture.rows, "scores.\(suffix)")
        let bytes = try fixture.bytes("scores.\(suffix)")
        #expect(try fixture.problem(bytes, "cut.\(suffix)") == nil)
        for end in 0..<bytes.count {
            let problem = try fixture.problem(Array(bytes[..<end]), "cut.\(suffix)")
            let found = try #require(problem, "\(end) of \(bytes.count) bytes were taken")
            #expect(found.contains("cut.\(suffix):"), "\(found)")
        }
    }

    @Test("a file with any bit turned is refused")
    func damaged() throws {
        let fixture = try ScoreFileFixture()
        try fixture.write(ScoreFileFixture.rows)
        let bytes = try fixture.bytes("scores.jsonl")
        for place in bytes.indices {
            for bit in [0, 5] {
                var damaged = bytes
                damaged[place] ^= 1 << bit
                let problem = try fixture.problem(damaged)
                #expect(problem?.contains("damaged.jsonl:") == true, "byte \(place), bit \(bit)")
            }
        }
    }

    @Test("a compressed file with any byte changed is refused or is the same file")
    func damagedCompression() throws {
        let fixture = try ScoreFileFixture()
        try fixture.write(ScoreFileFixture.rows, "scores.jsonl.zst")
        let bytes = try fixture.bytes("scores.jsonl.zst")
        for place in bytes.indices {
            var damaged = bytes
            damaged[place] ^= 0x55
            if try fixture.problem(damaged, "damaged.jsonl.zst") != nil { continue }
            #expect(try fixture.read("damaged.jsonl.zst").1 == ScoreFileFixture.rows)
        }
    }

    @Test("what stands behind the trailer is refused, in a frame of its own too")
    func appended() throws {
        let fixture = try ScoreFileFixture()
        for suffix in ["jsonl", "jsonl.zst"] {
            try fixture.write(ScoreFileFixture.rows, "scores.\(suffix)")
            let bytes = try fixture.bytes("scores.\(suffix)")
            let problem = try fixture.problem(bytes + bytes, "twice.\(suffix)")
            #expect(problem?.hasSuffix("a line stands behind the trailer") == true)
        }
    }

    /// The lines of a file of one chunk, which a test then changes.
    private func lines(_ rows: [ScoreFileRow] = [ScoreFileFixture.rows[0]]) throws -> [String] {
        let fixture = try ScoreFileFixture()
        try fixture.write(rows)
        return String(decoding: try fixture.bytes("scores.jsonl"), as: UTF8.self)
            .split(separator: "\n").dropLast().map(String.init)
    }

    @Test(
        "a line that says the same in other words is refused, though its trailer is right",
        arguments: [
            (#""nll":12.5,"#, #""nll":12.50,"#), (#""nll":12.5,"#, #""nll":1.25e1,"#),
            (#""line":1,"#, #""line":01,"#), (#""line":1,"#, #""line": 1,"#),
            (#""domain":"prose""#, #""domain":"pr\u006fse""#), (#""d1""#, #""d\/1""#),
            (#""repetition":0.25}"#, #""repetition":0.25 }"#),
            (#""top1":2,"top10":5"#, #""top10":5,"top1":2"#),
        ])
    func otherSpelling(was: String, now: String) throws {
        let fixture = try ScoreFileFixture()
        var lines = try lines()
        #expect(lines[1].contains(was))
        lines[1] = lines[1].replacing(was, with: now, maxReplacements: 1)
        let problem = try fixture.problem(
            ScoreFileFixture.whole(lines, documents: 1, chunks: 1))
        #expect(problem?.contains("damaged.jsonl:2: ") == true, "\(problem ?? "taken")")
    }

    @Test(
        "numbers that cannot be are refused",
        arguments: [
            (#""nll":12.5,"#, #""nll":-12.5,"#), (#""nll":12.5,"#, #""nll":1e999,"#),
            (#""nll":12.5,"#, #""nll":NaN,"#), (#""nll":12.5,"#, #""nll":null,"#),
            (#""tokens":7"#, #""tokens":0"#), (#""tokens":7"#, #""tokens":3000000000"#),
            (#""bytes":21"#, #""bytes":3000000000"#), (#""top1":2"#, #""top1":6"#),
            (#""top1":2"#, #""top1":null"#), (#""repetition":0.25"#, #""repetition":1.5"#),
            (#""end":20"#, #""end":0"#), (#""end":20"#, #""end":9999999999999999999999"#),
            (#""start":0"#, #""start":3"#), (#""ordinal":0"#, #""ordinal":1"#),
            (#""corpus":"web""#, #""corpus":"wab""#), (#""row":"chunk""#, #""row":"chonk""#),
        ])
    func impossible(was: String, now: String) throws {
        let fixture = try ScoreFileFixture()
        var lines = try lines()
        #expect(lines[1].contains(was))
        lines[1] = lines[1].replacing(was, with: now, maxReplacements: 1)
        let problem = try fixture.problem(
            ScoreFileFixture.whole(lines, documents: 1, chunks: 1))
        #expect(problem?.contains("damaged.jsonl:2: ") == true, "\(problem ?? "taken")")
    }

    @Test("line ends but LF, a byte order mark and blank lines are refused")
    func lineEnds() throws {
        let fixture = try ScoreFileFixture()
        let lines = try lines()
        let good = ScoreFileFixture.whole(lines, documents: 1, chunks: 1)
        #expect(try fixture.problem(good) == nil)
        let text = String(decoding: good, as: UTF8.self)
        for bad in [
            text.replacing("\n", with: "\r\n"), "\u{FEFF}" + text, text + "\n", "\n" + text,
            String(text.dropLast()),
        ] { #expect(try fixture.problem(Array(bad.utf8)) != nil) }
    }

    @Test("rows out of their order, twice or missing are refused")
    func order() throws {
        let fixture = try ScoreFileFixture()
        let lines = try lines(ScoreFileFixture.rows)
        func problem(_ places: [Int]) throws -> String? {
            try fixture.problem(
                ScoreFileFixture.whole(
                    places.map { lines[$0] }, documents: 3, chunks: 4, rejects: 2))
        }
        #expect(try problem([0, 1, 2, 3, 4, 5, 6]) == nil)
        let cases: [([Int], Int, String)] = [
            ([0, 2, 3], 2, "the document's first chunk is missing"),
            ([0, 1, 1], 3, "the chunk does not follow on the one before"),
            ([0, 3, 1], 3, "chunks are not in the order of lines"),
            ([0, 1, 6, 5], 4, "rejects are not in the order of line and reason"),
            ([0, 5, 1], 3, "a chunk stands behind a reject"),
            ([0, 0], 2, "the line is no chunk, no reject and no trailer at column 1"),
            ([1, 2], 1, "the first line is no header of a score file"),
        ]
        for (places, line, words) in cases {
            #expect(try problem(places)?.hasSuffix("damaged.jsonl:\(line): \(words)") == true)
        }
        // Right rows, wrong counts.
        #expect(try problem([0, 1, 2, 3, 4, 5])?.contains("the trailer counts") == true)
    }

    @Test("a header of another schema, or with less than it must have, is named")
    func header() throws {
        let fixture = try ScoreFileFixture()
        let header = try lines()[0]
        func problem(_ was: String, _ now: String) throws -> String {
            #expect(header.contains(was))
            let line = header.replacing(was, with: now, maxReplacements: 1)
            return try #require(
                try fixture.problem(
                    ScoreFileFixture.whole([line], documents: 0, chunks: 0)))
        }
        #expect(try problem(#""schema":1"#, #""schema":2"#).contains("has schema 2"))
        #expect(
            try problem(#""max_tokens":64"#, #""max_tokens":"64""#)
                .contains("another type, in chunker.max_tokens"))
        #expect(try problem(#""corpus":"web","#, "").contains("corpus is missing, in shard"))
        #expect(
            try problem(String(repeating: "d", count: 64), "d").contains("chunker.fingerprint"))
        #expect(try problem(#","schema""#, #","more":1,"schema""#).contains("not spelled"))
        #expect(try problem(#""max_tokens":64"#, #""max_tokens":1"#).contains("max_tokens is 1"))
    }

    @Test("a line without an end is given up in bounded memory")
    func endless() throws {
        let fixture = try ScoreFileFixture()
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: ScoreFileWriter.longestLine + 9)
        let problem = try fixture.problem(line + [0x0A])
        #expect(problem?.hasSuffix("damaged.jsonl:1: the line has more than 16 MiB") == true)
    }

    @Test("the writer refuses what a reader would")
    func refusedRows() throws {
        let fixture = try ScoreFileFixture()
        var broken = ScoreFileFixture.sums()
        broken.nll = .infinity
        var notText = ScoreFileFixture.chunk()
        notText.document = [0xFF]
        let rows: [[ScoreFileRow]] = [
            [.chunk(ScoreFileFixture.chunk(ordinal: 1, start: 20, end: 30))],
            [.chunk(ScoreFileFixture.chunk(teacher: .scored(broken)))],
            [.chunk(ScoreFileFixture.chunk(reference: .failed("")))], [.chunk(notText)],
            [ScoreFileFixture.rows[5], ScoreFileFixture.rows[0]],
        ]
        for rows in rows {
            #expect(throws: RefineryError.self) { try fixture.write(rows) }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.folder.path) == [])
    }

    @Test("what is no file, or not there, is said")
    func noFile() throws {
        let fixture = try ScoreFileFixture()
        for path in [fixture.folder.path, fixture.path("none"), "/dev/zero"] {
            let error = #expect(throws: RefineryError.self) {
                try ScoreFileReader(path: path).read()
            }
            #expect(error?.message.hasPrefix("cannot read \(path)") == true)
        }
    }
}

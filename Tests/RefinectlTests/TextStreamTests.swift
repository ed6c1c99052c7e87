import Foundation
import Refinery
import Synchronization
import Testing

@testable import TeacherInference
@testable import refinectl

@Suite("Texts through threads in order")
struct TextStreamTests {
    private func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        let path = NSTemporaryDirectory() + "rt-\(UUID().uuidString.prefix(8))-\(name)"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    private func records(_ path: String) throws -> [TextReader.Record] {
        var reader = try TextReader(path: path, fields: FieldNames())
        var records: [TextReader.Record] = []
        while let record = try reader.read() { records.append(record) }
        return records
    }

    @Test("a named field of ids that no line has is warned of, the usual one is not")
    func missingID() throws {
        let path = try file("a.jsonl", Array("{\"text\":\"a\",\"key\":1}\n".utf8))
        for (field, isMissing) in [("id", true), ("kye", true), ("key", false)] {
            var reader = try TextReader(path: path, fields: FieldNames(id: field), namesID: true)
            while try reader.read() != nil {}
            let warning = "warning: \(path): no line has the field \(field) (--id-field)"
            #expect(reader.warning == (isMissing ? warning : nil))
        }
        var usual = try TextReader(path: path, fields: FieldNames())
        while try usual.read() != nil {}
        #expect(usual.warning == nil)
    }

    @Test("results come in the order of the groups, however long each takes")
    func order() throws {
        var next = 0
        let written = Mutex<[Int]>([])
        try OrderedWorkers<Int, Int>.run(
            threads: 4,
            read: {
                next += 1
                return next <= 500 ? next : nil
            },
            body: { turn in
                while let (place, group) = try turn.next() {
                    if group % 7 == 0 { usleep(1000) }
                    try turn.finish(place, group * 2)
                }
            },
            write: { result in written.withLock { $0.append(result) } })
        #expect(written.withLock { $0 } == (1...500).map { $0 * 2 })
    }

    @Test("what a thread, the source or the sink throws ends it all", arguments: 0..<3)
    func failure(_ place: Int) {
        #expect(throws: Failure("stop")) {
            var next = 0
            try OrderedWorkers<Int, Int>.run(
                threads: 3,
                read: {
                    next += 1
                    if place == 0, next == 50 { throw Failure("stop") }
                    return next
                },
                body: { turn in
                    while let (index, group) = try turn.next() {
                        if place == 1, group == 50 { throw Failure("stop") }
                        try turn.finish(index, group)
                    }
                },
                write: { if place == 2, $0 == 50 { throw Failure("stop") } })
        }
    }

    @Test("empty and repeated texts are taken, bad lines named, missing ids made")
    func lines() throws {
        let path = try file(
            "a.jsonl", Array("{\"id\":7,\"text\":\"\"}\n\n{\"text\":\" \"}\n{oops\n".utf8))
        defer { unlink(path) }
        let found = try records(path)
        #expect(found.count == 3)
        if case .text(let id, let bytes) = found[0] {
            #expect(id == Array("7".utf8))
            #expect(bytes.isEmpty)
        } else {
            Issue.record("the first line is a text")
        }
        if case .text(let id, _) = found[1] {
            #expect(id == Array("\(path):3".utf8))
        } else {
            Issue.record("the third line is a text")
        }
        guard case .bad(let line, _) = found[2] else {
            Issue.record("the fourth line is bad")
            return
        }
        #expect(line == 4)
    }

    @Test("a text file is one text, without its byte order mark")
    func textFile() throws {
        let path = try file("a.txt", [0xEF, 0xBB, 0xBF] + Array("one\ntwo\n".utf8))
        defer { unlink(path) }
        let found = try records(path)
        guard found.count == 1, case .text(let id, let bytes) = found[0] else {
            Issue.record("one text")
            return
        }
        #expect(id == Array(path.utf8))
        #expect(bytes == Array("one\ntwo\n".utf8))
    }

    @Test("numbers in lines read back as the same bits")
    func roundTrip() throws {
        let score = SequenceScore(
            tokens: 3, nll: 0.1 + 0.2, nllSquared: 1, top1: 0, top10: 0,
            tokenNLL: [-0.0, 1.0e-7, 16.123457])
        var json = JSONBytes()
        ScoreLine.write(
            id: Array("a\"b".utf8), scores: [score], bytes: 9, ids: [1, 2, 3, 4], perToken: true,
            to: &json)
        struct Line: Decodable {
            var id: String
            var tokens: Int
            var bytes: Int
            var nll: Double
            var token_ids: [Int]
            var token_nll: [Float]
        }
        let text = String(decoding: json.bytes, as: UTF8.self)
        let line = try JSONDecoder().decode(Line.self, from: Data(json.bytes))
        #expect(text.hasSuffix("\n") && !text.contains("-0.0"))
        #expect(line.id == "a\"b" && line.tokens == 3 && line.bytes == 9)
        #expect(line.nll == 0.1 + 0.2)
        #expect(line.token_ids == [1, 2, 3, 4])
        #expect(line.token_nll == score.tokenNLL)
    }

    @Test("what the libraries throw becomes error, hint and exit code")
    func failures() {
        #expect(Failure(ModelError("bad", hint: "h")) == Failure("bad", hint: "h"))
        #expect(Failure(RefineryError(.refused, "no")).exitCode == 1)
        #expect(Failure("a", hint: "b").rendered == "error: a\nhint: b\n")
        #expect(Failure("a").json == "{\"error\":\"a\",\"hint\":null}\n")
    }
}

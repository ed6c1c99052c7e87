import Crypto
import Foundation
import GRDB
import Testing

@testable import Refinery

@Suite("Score files, imported")
struct ScoreImportTests {
    private static let chunker = String(repeating: "d", count: 64)

    /// A store of documents of these texts, cut at each `|`.
    private func store(_ texts: [String], chunker: String = chunker) throws -> TestStore {
        let test = try TestStore()
        try test.add(
            texts.enumerated().map { .test("s\($0)", $1, line: $0 + 1) })
        try cut(test, chunker)
        return test
    }

    private func cut(_ test: TestStore, _ chunker: String = chunker) throws {
        while true {
            let documents = try test.store.unchunkedDocuments(limit: 7, maxBytes: 1000)
            if documents.isEmpty { return }
            try test.store.addChunks(
                documents.map { (document: $0.id, chunks: TestStore.cut($0.text)) },
                chunker: chunker)
        }
    }

    /// The score file of a shard of these texts; `salt` stands for another instruction set.
    private func write(
        _ fixture: ScoreFileFixture, _ name: String, _ texts: [String], salt: Double = 0,
        header: ScoreFileHeader? = nil, ending: String = ".jsonl.zst"
    ) throws -> String {
        var rows: [ScoreFileRow] = []
        for (line, text) in texts.enumerated() {
            for (ordinal, cut) in TestStore.cut(Array(text.utf8)).enumerated() {
                var chunk = ScoreFileFixture.chunk(
                    line: line + 1, ordinal: ordinal, start: cut.range.lowerBound,
                    end: cut.range.upperBound, id: "\(name) \(line)")
                chunk.hash = try #require(ContentHash(cut.sha256))
                let value = Double(cut.sha256[0]) + salt
                chunk.teacher =
                    cut.sha256[1] < 20 ? .tooShort : .scored(ScoreFileFixture.sums(value))
                chunk.reference =
                    cut.sha256[2] < 20
                    ? .failed("salt \(salt)") : .scored(ScoreFileFixture.sums(value + 1))
                rows.append(.chunk(chunk))
            }
        }
        try fixture.write(
            rows, name + ending, header: header ?? ScoreFileFixture.header(shard: name))
        return fixture.path(name + ending)
    }

    /// All that the store says of its scores, row ids of shards left out.
    private func scores(_ test: TestStore) throws -> [String] {
        try test.store.pool.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT s.chunk, m.fingerprint, s.outcome, s.reason, s.nll, s.nll_adapted,
                        s.top1, hex(q.sha256), s.line, s.ordinal
                    FROM score s JOIN model m ON m.id = s.model
                    LEFT JOIN score_shard q ON q.id = s.shard
                    ORDER BY s.chunk, m.fingerprint
                    """
            ).map { "\($0)" }
        }
    }

    private static let texts = (0..<24).map { number in
        "text \(number)|shared \(number % 5)|" + (number % 3 == 0 ? "end" : "tail \(number)")
    }

    @Test("scores are found by their texts, are pending no more, and come twice without effect")
    func byContent() throws {
        let test = try store(Self.texts)
        let fixture = try ScoreFileFixture()
        // Other lines, other ids: only texts count.
        let path = try write(fixture, "one", Self.texts.reversed() + ["a text of nobody"])
        let stage = ScoreImportStage(test.store)
        let (counts, header) = try stage.run(path)
        let chunks = try test.count("SELECT count(*) FROM chunk WHERE duplicate_of IS NULL")
        #expect(counts.unknown == 1)
        #expect(counts.recorded == 2 * chunks)
        #expect(counts.differing == 0)
        #expect(try test.store.status().teacher == nil)
        try stage.makeCurrent(header)
        #expect(try test.store.status().teacher?.fingerprint == header.teacher.fingerprint)
        #expect(try test.store.status().pending == 0)
        #expect(try test.store.check().isClean)
        let before = try scores(test)
        let again = try stage.run(path).0
        #expect(again.recorded == 0 && again.unchanged == 2 * (again.chunks - 1))
        #expect(try scores(test) == before)
    }

    @Test("a file that is Parquet leaves the scores that its lines leave")
    func parquet() throws {
        let fixture = try ScoreFileFixture()
        let found = try [".jsonl", ".parquet"].map { ending in
            let test = try store(Self.texts)
            let stage = ScoreImportStage(test.store)
            let path = try write(fixture, "one", Self.texts, salt: 0.1, ending: ending)
            let (counts, header) = try stage.run(path)
            #expect(counts.recorded > 0)
            try stage.makeCurrent(header)
            #expect(try test.store.status().pending == 0)
            // The other form of the same file is no news.
            let other = try write(
                fixture, "one", Self.texts, salt: 0.1,
                ending: ending == ".parquet" ? ".jsonl" : ".parquet")
            #expect(try stage.run(other).0.recorded == 0)
            #expect(try test.store.check().isClean)
            return (try scores(test), counts)
        }
        #expect(found[0].0 == found[1].0 && found[0].1 == found[1].1)
    }

    @Test("any order, any split and any repetition of files leave the same scores")
    func anyOrder() throws {
        let fixture = try ScoreFileFixture()
        var random = SystemRandomNumberGenerator()
        // Texts are in several files, with other numbers in each.
        var paths: [String] = []
        for (number, start) in stride(from: 0, to: 24, by: 6).enumerated() {
            let texts = Array(Self.texts[start...].prefix(9).shuffled(using: &random))
            paths.append(
                try write(fixture, "shard\(number)", texts, salt: Double(number) / 8))
        }
        // The same shard, scored by another machine.
        paths.append(
            try write(
                fixture, "other", Array(Self.texts.prefix(9)), salt: 0.5,
                header: ScoreFileFixture.header(shard: "shard0")))
        var expected: [String]?
        for _ in 0..<12 {
            let test = try store(Self.texts.shuffled(using: &random).sorted())
            try test.registerModels(digests: ("c", "c"))
            let order = (paths + paths.prefix(2)).shuffled(using: &random)
            var differing = 0
            for path in order {
                differing += try ScoreImportStage(test.store).run(path).0.differing
            }
            #expect(differing > 0, "nothing contradicts anything: nothing was tested")
            let found = try scores(test)
            #expect(found == expected ?? found)
            expected = found
            #expect(try test.store.check().isClean)
        }
    }

    @Test("an import that is stopped anywhere and begun again leaves the same scores")
    func stopped() throws {
        let fixture = try ScoreFileFixture()
        let path = try write(fixture, "one", Self.texts)
        let whole = try store(Self.texts)
        _ = try ScoreImportStage(whole.store).run(path)
        let expected = try scores(whole)
        // The file has 72 rows: they are read, found in the store, and taken.
        for (end, isTaken) in [(1, false), (76, false), (148, false), (162, true), (212, true)] {
            let test = try store(Self.texts)
            var stage = ScoreImportStage(test.store)
            stage.batch = 8
            var asked = 0
            #expect(throws: JobCancelled.self) {
                try stage.run(
                    path,
                    isCancelled: {
                        asked += 1
                        return asked > end
                    })
            }
            #expect(try (test.count("SELECT count(*) FROM score") > 0) == isTaken)
            _ = try stage.run(path)
            #expect(try scores(test) == expected)
        }
    }

    @Test("a chunk that goes while a file is taken leaves its scores to the next of the same text")
    func chunkGoes() throws {
        let test = try TestStore()
        try test.add([.test("a", "one|two|three|")], corpus: "first")
        try test.add([.test("b", "three|one|")], corpus: "second")
        try cut(test)
        let fixture = try ScoreFileFixture()
        let path = try write(fixture, "one", ["one|two|three|"])
        var asked = 0
        let counts = try ScoreImportStage(test.store).run(
            path,
            isCancelled: {
                asked += 1
                // All three rows are read and found, and none is taken.
                if asked == 7 { try? test.store.deleteCorpus("first") }
                return false
            }
        ).0
        #expect(try test.store.corpora().map(\.name) == ["second"])
        #expect(counts.chunks == 3 && counts.unknown == 1 && counts.recorded == 4)
        #expect(try test.store.check().isClean)
    }

    @Test("what a teacher that reads a share was not to read is read once it is imported")
    func unread() throws {
        let test = try store(Self.texts)
        try test.registerModels(digests: ("c", "c"))
        try test.store.limitTeacher(to: DecimalFraction("0.5"))
        let fixture = try ScoreFileFixture()
        _ = try ScoreImportStage(test.store).run(try write(fixture, "one", Self.texts))
        #expect(try test.count("SELECT count(*) FROM unread") == 0)
        #expect(try test.store.check().isClean)
        try test.store.limitTeacher(to: nil)
        #expect(try test.store.status().pending == 0)
        #expect(try test.store.check().isClean)
    }

    @Test("a score stands before a failure, whichever came first, and before one of this store")
    func failures() throws {
        let text = "only one"
        let fixture = try ScoreFileFixture()
        func file(_ name: String, _ teacher: ChunkScore.Outcome) throws -> String {
            let cut = try #require(TestStore.cut(Array(text.utf8)).first)
            var chunk = ScoreFileFixture.chunk(end: cut.range.upperBound, teacher: teacher)
            chunk.hash = try #require(ContentHash(cut.sha256))
            try fixture.write(
                [.chunk(chunk)], name + ".jsonl", header: ScoreFileFixture.header(shard: name))
            return fixture.path(name + ".jsonl")
        }
        let scored = try file("b", .scored(ScoreFileFixture.sums()))
        let files = [
            try file("a", .failed("the engine had a hiccup")), scored,
            try file("c", .failed("so had this one")),
        ]
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
            let test = try store([text])
            let stage = ScoreImportStage(test.store)
            for place in order { _ = try stage.run(files[place]) }
            #expect(try test.count("SELECT count(*) FROM score WHERE outcome = 'scored'") == 2)
        }
        let test = try store([text])
        try test.registerModels(digests: ("c", "c"))
        let teacher = try #require(try test.store.status().teacher?.id)
        try test.store.recordScores([ChunkScore(chunk: 1, model: teacher, outcome: .failed("x"))])
        _ = try ScoreImportStage(test.store).run(scored)
        #expect(try test.count("SELECT count(*) FROM score WHERE outcome = 'scored'") == 2)
        #expect(try test.store.check().isClean)
    }

    @Test("a score of this store's own is never replaced, and is counted")
    func native() throws {
        let test = try store(Self.texts)
        try test.registerModels(digests: ("c", "c"))
        try test.score()
        let before = try scores(test)
        let fixture = try ScoreFileFixture()
        let counts = try ScoreImportStage(test.store).run(
            try write(fixture, "one", Self.texts)
        ).0
        #expect(counts.recorded == 0 && counts.native > 0)
        #expect(try scores(test) == before)
    }

    @Test("another chunker, an uncut store and a damaged file are refused, and nothing is taken")
    func refused() throws {
        let fixture = try ScoreFileFixture()
        let path = try write(fixture, "one", Self.texts)
        func message(_ test: TestStore, _ path: String) throws -> String {
            let error = #expect(throws: RefineryError.self) {
                try ScoreImportStage(test.store).run(path)
            }
            #expect(try test.count("SELECT count(*) FROM score") == 0)
            return error?.message ?? ""
        }
        let other = try store(Self.texts, chunker: String(repeating: "e", count: 64))
        #expect(try message(other, path).contains("and the store by eeeeeeeeeeeeeeee"))
        let uncut = try TestStore()
        try uncut.add([.test("a", "text")])
        #expect(try message(uncut, path).contains("1 document of the store are not cut"))
        let cut = fixture.path("cut.jsonl.zst")
        try Data(try fixture.bytes("one.jsonl.zst").dropLast(9)).write(
            to: URL(fileURLWithPath: cut))
        #expect(try message(try store(Self.texts), cut).contains("cut.jsonl.zst:"))
    }
}

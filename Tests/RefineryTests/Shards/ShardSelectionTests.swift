import Foundation
import Synchronization
import Testing

@testable import Refinery

@Suite("Selections of shards, without a store")
struct ShardSelectionTests {
    private static func rule(
        _ size: SelectionRule.Size, _ change: (inout SelectionRule) throws -> Void = { _ in }
    ) throws -> SelectionRule {
        var rule = SelectionRule(size: size)
        try change(&rule)
        return rule
    }

    private static func rules() throws -> [SelectionRule] {
        let third = try DecimalFraction("0.333")
        return try [
            rule(.topK(50)), rule(.ratio(third)), rule(.tokenBudget(1500)),
            rule(.tokenRatio(third)),
            rule(.minScore(0.5)), rule(.minScore(-1000)),
            rule(.ratio(third)) { $0.ascending = true },
            rule(.ratio(third)) { $0.guards = Guards(minTokens: 10, maxRepetition: 0.4) },
            rule(.ratio(third)) { $0.keepDuplicates = true },
            rule(.ratio(third)) { $0.corpus = "c2" },
            rule(.ratio(third)) { $0.keepSlice = true },
            rule(.ratio(third)) { $0.excludedDomains = ["x", DomainName.none] },
            rule(.ratio(third)) {
                $0.ranges = [
                    try ColumnRange("difference=q0.1..q0.9"), try ColumnRange("tokens=..q0.75"),
                    try ColumnRange("teacher_perplexity=1.5..1e300"),
                ]
                $0.keepDuplicates = true
            },
            rule(.ratio(third)) { $0.score = try ScoreExpression("relative") },
            rule(.topK(100)) {
                $0.score = try ScoreExpression("difference:1,adapted:-0.5,reference_loss:0.25")
            },
            rule(.ratio(third)) { $0.sample = Sample(temperature: 0.7, seed: 5) },
            rule(.ratio(third)) { $0.baseline = Baseline(seed: 3, from: .candidates) },
            rule(.ratio(third)) { $0.baseline = Baseline(seed: 3, from: .all) },
            rule(.ratio(third)) {
                $0.mix = Mix(
                    try Mix.parts("x=0.5,y=0.2,(none)=0.3"), spill: false, fillOrFail: false)
            },
            rule(.tokenRatio(third)) { $0.mix = Mix(nil, spill: true) },
            rule(.tokenBudget(2000)) {
                $0.mix = Mix(try Mix.parts("x=5,z1=1"), spill: true)
            },
        ]
    }

    /// All that a row says but for the store's ids.
    private static func words(_ row: ExportRow) -> String {
        "\(String(decoding: row.document, as: UTF8.self)) \(row.ordinal ?? -1) "
            + "\(String(decoding: row.text, as: UTF8.self)) "
            + "\(row.domain.map { String(decoding: $0, as: UTF8.self) } ?? "-") \(row.score) "
            + "\(row.teacherNLL) \(row.referenceNLL) \(row.tokens) \(row.rank) \(row.range) "
            + "\(row.isFinal) \(row.fields.map { String(decoding: $0, as: UTF8.self) } ?? "-")"
    }

    @Test("every rule keeps what it keeps of a store with the same rows", arguments: [1, 2, 3])
    func sameAsStore(seed: UInt64) throws {
        let fixture = try ShardFixture(seed: seed)
        let test = try fixture.store()
        var kept = Set<Int>()
        for rule in try Self.rules() {
            let words = Comment(rawValue: try rule.canonicalJSON())
            let selection = try test.store.select(rule)
            let (cuts, folder) = try fixture.select(rule)
            var (one, other) = (selection, cuts.selection)
            // What a reference remembers is measured on a store alone.
            (one.id, one.name, one.created, one.sliceBias) = (0, other.name, 0, nil)
            (other.id, other.created) = (0, 0)
            #expect(other == one, words)
            for options in [
                ExportOptions(fields: true), ExportOptions(mergesAdjacent: true),
            ] {
                var expected: [String] = []
                try test.store.exportRows(selection: selection.id, options) {
                    expected.append(Self.words($0))
                }
                let found = try fixture.export(folder, options).map(Self.words)
                #expect(found == expected, words)
            }
            #expect(cuts.repeatedDocuments > 0 && cuts.differing > 0, "nothing was tested")
            kept.insert(selection.keptChunks)
        }
        #expect(kept.count > 8)
    }

    @Test("threads decide no byte of the cuts")
    func threads() throws {
        let fixture = try ShardFixture(seed: 9, shards: 7)
        let rule = try Self.rule(.ratio(DecimalFraction("0.4"))) {
            $0.sample = Sample(temperature: 2, seed: 1)
            $0.mix = Mix(nil)
        }
        let first = try fixture.select(rule, threads: 1)
        let names = try FileManager.default.contentsOfDirectory(atPath: first.folder)
        #expect(names.count == 8)
        for threads in [2, 5] {
            let other = try fixture.select(rule, threads: threads)
            for name in names {
                #expect(
                    FileManager.default.contents(atPath: first.folder + "/" + name)
                        == FileManager.default.contents(atPath: other.folder + "/" + name))
            }
        }
    }

    @Test("score files that are Parquet give the cuts and the rows of their lines, to the byte")
    func parquet() throws {
        let rule = try Self.rule(.tokenRatio(DecimalFraction("0.4")))
        func made(_ ending: String) throws -> (files: [String: Data], rows: [String]) {
            let fixture = try ShardFixture(seed: 11, ending: ending)
            let folder = try fixture.select(rule).folder
            var files: [String: Data] = [:]
            for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
                files[name] = FileManager.default.contents(atPath: folder + "/" + name)
            }
            let rows = try fixture.export(folder, ExportOptions(fields: true)).map(Self.words)
            return (files, rows)
        }
        let (lines, tables) = (try made("jsonl"), try made("parquet"))
        #expect(lines.files == tables.files && lines.files.count == 5)
        #expect(lines.rows == tables.rows && lines.rows.count > 20)
    }

    @Test("what score files cannot decide is refused by its name")
    func unsupported() throws {
        let fixture = try ShardFixture(seed: 4, shards: 1)
        func message(_ change: (inout SelectionRule) throws -> Void) throws -> String {
            let rule = try Self.rule(.topK(3), change)
            let error = #expect(throws: RefineryError.self) { try fixture.select(rule) }
            return error?.message ?? ""
        }
        #expect(try message { $0.unit = .document }.contains("--unit document"))
        #expect(
            try message { $0.guards.nearDuplicates = 0.8 }.contains("--near-duplicates"))
        #expect(
            try message {
                let hash = String(repeating: "a", count: 64)
                let json = #"{"file":"b","sha256":"\#(hash)","windows":3}"#
                $0.guards.contamination = [
                    try JSONDecoder().decode(BenchmarkFile.self, from: Data(json.utf8))
                ]
            }.contains("--decontaminate"))
        #expect(try message { $0.size = .like("other") }.contains("--like"))
        #expect(try message { $0.partial = true }.contains("--partial"))
        #expect(try message { $0.score = .column(.atLength) }.contains("at_length"))
        #expect(
            try message { $0.score = .column(.expectedDifference) }
                .contains("expected_difference"))
        #expect(
            try message { $0.ranges = [try ColumnRange("mates=1..2")] }
                .contains("the imported column mates"))
        #expect(try message { $0.corpus = "nobody" }.contains("nobody"))
        #expect(try message { $0.excludedDomains = ["nowhere"] }.contains("nowhere"))
    }

    @Test("a folder that is there, two files of one shard and files of two pairs are refused")
    func refused() throws {
        let fixture = try ShardFixture(seed: 5, shards: 2)
        let rule = try Self.rule(.topK(3))
        func message(_ scores: [String]) -> String {
            let error = #expect(throws: RefineryError.self) {
                try fixture.select(rule, scores: scores)
            }
            return error?.message ?? ""
        }
        let scores = fixture.shards.map(\.scores)
        #expect(message([scores[0], scores[1], scores[0]]).contains("are one file"))
        let copy = fixture.files.path("copy.jsonl.zst")
        try FileManager.default.copyItem(atPath: scores[0], toPath: copy)
        #expect(message([scores[0], scores[1], copy]).contains("are of one shard"))
        #expect(message([]).contains("no score file"))
        var header = ScoreFileFixture.header(teacher: "f", shard: "other")
        try fixture.files.write([.chunk(ScoreFileFixture.chunk())], "teacher.jsonl", header: header)
        #expect(message(scores + [fixture.files.path("teacher.jsonl")]).contains("has the teacher"))
        header = ScoreFileFixture.header(shard: "other")
        header.chunker.fingerprint = String(repeating: "e", count: 64)
        try fixture.files.write([.chunk(ScoreFileFixture.chunk())], "cutter.jsonl", header: header)
        #expect(message(scores + [fixture.files.path("cutter.jsonl")]).contains("has the chunker"))
        let bytes = try fixture.files.bytes("shard1.scores.jsonl.zst")
        let cut = fixture.files.path("cut.jsonl.zst")
        try Data(bytes.dropLast(9)).write(to: URL(fileURLWithPath: cut))
        #expect(message([scores[0], cut]).contains("cut.jsonl.zst:"))
        let folder = fixture.files.folder.path
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder)
                .allSatisfy { !$0.hasPrefix(".refinery") && !$0.hasPrefix("cuts") })
        let first = try fixture.select(rule)
        let again = #expect(throws: RefineryError.self) {
            try ShardSelectionStage(scores, folder: folder).run(
                rule, output: first.folder, writer: "test")
        }
        #expect(again?.message.contains("it is there already") == true)
    }

    @Test("it tells how many rows it has read, and then what it does")
    func told() throws {
        let fixture = try ShardFixture(seed: 7, shards: 3)
        let events = Mutex<[ShardSelectionStage.Event]>([])
        let cuts = try ShardSelectionStage(
            fixture.shards.map(\.scores), folder: fixture.files.folder.path, threads: 2,
            told: { event in events.withLock { $0.append(event) } }
        ).run(try Self.rule(.topK(60)), output: fixture.files.path("told"), writer: "test")
        let told = events.withLock { $0 }
        let read = told.reduce(0) { if case .read(let rows) = $1 { $0 + rows } else { $0 } }
        #expect(read == cuts.shards.reduce(0) { $0 + Int($1.chunks) })
        #expect(told.suffix(3) == [.joining, .choosing, .writing])
    }

    @Test("damaged cuts, another score file and a changed shard are refused")
    func damaged() throws {
        let fixture = try ShardFixture(seed: 6, shards: 2)
        let (cuts, folder) = try fixture.select(try Self.rule(.topK(60)))
        func message(_ folder: String = folder) -> String {
            let error = #expect(throws: RefineryError.self) {
                try fixture.export(folder, ExportOptions())
            }
            return error?.message ?? ""
        }
        func damage(_ path: String, _ change: (inout Data) -> Void, _ body: () -> Void) throws {
            let url = URL(fileURLWithPath: path)
            let before = try Data(contentsOf: url)
            var bytes = before
            change(&bytes)
            try bytes.write(to: url)
            body()
            try before.write(to: url)
        }
        #expect(cuts.shards.allSatisfy { $0.kept > 0 })
        let rows = folder + "/" + cuts.shards[0].rows
        try damage(rows, { $0.removeLast(7) }) { #expect(message().contains("bytes")) }
        try damage(rows, { $0[16] ^= 1 }) {
            #expect(message().contains("SHA-256"))
            // The score file is whole: nobody is told to delete it.
            #expect(!message().hasPrefix(fixture.shards[0].scores + ":"))
        }
        try damage(rows, { $0[3] = 0x7F }) { #expect(message().contains("is impossible")) }
        try damage(folder + "/cuts.json", { $0.removeLast(9) }) {
            #expect(message().contains("not the expected JSON"))
        }
        try damage(folder + "/cuts.json", { $0.removeAll() }) {
            #expect(message().contains("not the expected JSON"))
        }
        let schema = Data(#""schema" : 1,"#.utf8)
        try damage(
            folder + "/cuts.json",
            { bytes in
                guard let range = bytes.range(of: schema) else { return }
                bytes.replaceSubrange(range, with: Data(#""schema" : 9,"#.utf8))
            }
        ) { #expect(message().contains("has schema 9")) }
        #expect(message(fixture.files.path("nothing")).contains("no folder of cuts"))
        let shard = fixture.shards[0].path
        try damage(
            shard,
            { bytes in
                while let range = bytes.range(of: Data("text ".utf8)) {
                    bytes[range.lowerBound] = UInt8(ascii: "T")
                }
            }
        ) { #expect(message().contains("changed since it was scored")) }
        try damage(shard, { $0.removeLast($0.count / 2) }) {
            #expect(message().contains("changed since it was scored"))
        }
        // Another file with scores of the same shard, and cuts that do not know a shard.
        try damage(
            fixture.shards[0].scores,
            { bytes in
                var header = ScoreFileFixture.header(corpus: "c1", shard: "shard0")
                header.shard.sha256 = cuts.shards[0].sha256
                _ = try? fixture.files.write(
                    [.chunk(ScoreFileFixture.chunk())], "again.jsonl.zst", header: header)
                bytes = (try? Data(fixture.files.bytes("again.jsonl.zst"))) ?? bytes
            }
        ) { #expect(message().contains("is not the score file")) }
        let other = try fixture.select(
            try Self.rule(.topK(5)), scores: [fixture.shards[1].scores])
        #expect(message(other.folder).contains("have no shard shard0.jsonl"))
    }
}

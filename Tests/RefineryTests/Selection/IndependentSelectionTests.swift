import Foundation
import GRDB
import Testing

@testable import Refinery

/// `Tests/Oracles/check_selection.py` recomputes what was selected from the raw columns.
struct IndependentSelectionTests {
    private func check(_ store: String) throws -> (status: Int32, errors: String) {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Oracles/check_selection.py").path
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-B", script, store]
        process.standardOutput = FileHandle.nullDevice
        let pipe = Pipe()
        process.standardError = pipe
        try process.run()
        let errors = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: errors, as: UTF8.self))
    }

    /// Ids of one corpus, of both, and of none.
    private static let excludedIDs = Array(
        """
        {"id":"d3"}
        {"corpus":"c2","id":"copy1"}
        {"id":"d14"}
        {"id":"none"}

        """.utf8)

    /// A store of a thousand scored chunks and some that are not, in two corpora and three domains.
    private func filled() throws -> TestStore {
        let test = try TestStore()
        try test.registerModels()
        var random = SeededGenerator(state: 11)
        for corpus in ["c1", "c2"] {
            try test.add(
                (0..<200).map { line in
                    let pieces = (0..<Int.random(in: 1...5, using: &random)).map { _ in
                        let text = String(
                            repeating: "w\(Int.random(in: 0..<400, using: &random)) ",
                            count: Int.random(in: 1...60, using: &random))
                        return text + "|"
                    }
                    let lead = line % 20 == 0 ? "short|" : line % 20 == 1 ? "fail \(line)|" : ""
                    return .test(
                        "d\(line)", lead + pieces.joined() + (line % 7 == 0 ? "same|" : ""),
                        domain: ["x", "y", nil][line % 3], line: line)
                } + [
                    .test("copy1", "whole copy|of it|", domain: "x"),
                    .test("copy2", "whole copy|of it|", domain: "y"),
                ], corpus: corpus)
        }
        try test.chunkAll()
        try test.score()
        // Of c1 every document has a rating, of c2 every other chunk; a topic all but some.
        var mates = ""
        var topics = ""
        for line in 0..<200 {
            mates += #"{"id": "d\#(line)", "value": \#(Double(line * 37 % 101) / 7)}"# + "\n"
            guard line % 9 != 0 else { continue }
            topics += #"{"id": "d\#(line)", "value": "t\#(line % 3)"}"# + "\n"
        }
        try test.importColumn("mates", mates, corpus: "c1")
        try test.importColumn("topic", topics, corpus: "c1")
        let chunks = try test.store.pool.read {
            try Row.fetchAll(
                $0,
                sql: """
                    SELECT d.key, c.ordinal FROM chunk c JOIN document d ON d.id = c.document
                    WHERE d.corpus = 2 AND c.id % 2 = 0
                    """)
        }
        let rated = chunks.enumerated().map { place, row in
            let id = String(decoding: row[0] as Data, as: UTF8.self)
            return #"{"id": "\#(id)", "chunk": \#(row[1] as Int), "value": -\#(place)e-2}"#
        }
        try test.importColumn("mates", rated.joined(separator: "\n"), corpus: "c2")
        try test.store.addRuleFile(
            sha256: IDListFile.digest(Self.excludedIDs), Self.excludedIDs)
        return test
    }

    private static func rules() throws -> [(String, SelectionRule)] {
        var rules: [(String, SelectionRule)] = []
        func add(
            _ name: String, _ size: SelectionRule.Size, guards: Guards = .standard,
            _ change: (inout SelectionRule) throws -> Void = { _ in }
        ) throws {
            var rule = SelectionRule(size: size, guards: guards)
            try change(&rule)
            rules.append((name, rule))
        }
        let half = try DecimalFraction("0.5")
        try add("top-k", .topK(100))
        try add("all-by-ratio", .ratio(try DecimalFraction("1")), guards: .none)
        try add("budget", .tokenBudget(9000)) { $0.corpus = "c2" }
        try add("budget-mix", .tokenBudget(20_000)) { $0.mix = Mix(try Mix.parts("x=0.3,y=0.7")) }
        try add("mix-spill", .tokenBudget(40_000)) {
            $0.mix = Mix(try Mix.parts("x=3,y=1,(none)=0.01"), spill: true)
        }
        try add("count-mix", .ratio(half)) { $0.mix = Mix(try Mix.parts("x=1,y=2"), spill: true) }
        try add("proportions", .tokenRatio(half)) { $0.mix = Mix(nil) }
        try add("gumbel", .topK(150)) { $0.sample = Sample(temperature: 0.7, seed: 42) }
        try add("gumbel-low", .tokenRatio(half)) {
            $0.sample = Sample(temperature: 2, seed: 1 << 60)
            $0.ascending = true
        }
        try add("quantiles", .ratio(half)) {
            $0.ranges = [
                try ColumnRange("teacher_perplexity=q0.25..q0.75"), try ColumnRange("tokens=..200"),
            ]
        }
        try add("at-length", .topK(120)) { $0.score = .column(.atLength) }
        try add("sum", .topK(120)) {
            $0.score = try ScoreExpression("at_length:1,relative:-0.5,bytes:0.1")
        }
        try add("adapted", .minScore(0)) {
            $0.score = .column(.adapted)
            $0.excludedDomains = ["y", DomainName.none]
        }
        for (andCopies, unit) in [(false, ItemUnit.chunk), (true, .chunk), (true, .document)] {
            let file = IDListFile(file: "ids.jsonl", bytes: excludedIDs, andCopies: andCopies)
            try add("excluded-\(andCopies)-\(unit)", .topK(1000)) {
                $0.excludedIDs = file
                $0.unit = unit
                $0.keepDuplicates = true
            }
        }
        try add("ascending", .ratio(half)) {
            $0.score = .column(.repetition)
            $0.ascending = true
            $0.guards.maxRepetition = nil
        }
        try add("documents", .topK(60)) { $0.unit = .document }
        try add("document-mix", .tokenRatio(half)) {
            $0.unit = .document
            $0.mix = Mix(try Mix.parts("x=1,y=1"), spill: true)
            $0.sample = Sample(temperature: 1, seed: 3)
        }
        try add("random", .ratio(half)) { $0.baseline = Baseline(seed: 5, from: .candidates) }
        try add("random-all", .tokenBudget(30_000)) { $0.baseline = Baseline(seed: 5, from: .all) }
        try add("like", .like("top-k")) {
            $0.baseline = Baseline(seed: 9, from: .candidates)
            $0.match = [.domain, .length]
        }
        try add("like-all", .like("budget-mix")) { $0.baseline = Baseline(seed: 9, from: .all) }
        try add("imported", .ratio(half)) {
            $0.score = try ScoreExpression("difference:1,mates:0.5")
            $0.ranges = [try ColumnRange("mates=..")]
        }
        try add("imported-quantiles", .topK(100)) {
            $0.ranges = [try ColumnRange("mates=q0.2..q0.9")]
            $0.score = .column(.imported("mates"))
            $0.ascending = true
        }
        try add("imported-documents", .topK(50)) {
            $0.unit = .document
            $0.ranges = [try ColumnRange("mates=..")]
            $0.score = .column(.imported("mates"))
        }
        try add("topics", .tokenRatio(half)) {
            $0.mix = Mix(
                try Mix.parts("t0=0.5,t1=0.2,(none)=0.1"), by: .imported("topic"), spill: true)
        }
        try add("topic-proportions", .topK(200)) { $0.mix = Mix(nil, by: .imported("topic")) }
        try add("topic-documents", .topK(60)) {
            $0.unit = .document
            $0.mix = Mix(try Mix.parts("t0=1,t2=1,(none)=1"), by: .imported("topic"))
        }
        return rules
    }

    @Test func `a script of its own finds the same ids by every kind of rule`() throws {
        let test = try filled()
        for (name, rule) in try Self.rules() {
            let made = try test.store.select(rule, name: name)
            #expect(made.keptChunks > 0 && made.rule == rule, "\(name)")
            let preview = try test.store.preview(rule, name: name + " again")
            #expect(preview.keptTokens == made.keptTokens && preview.removals == made.removals)
            #expect(made.keptTokens == made.domains.reduce(0) { $0 + $1.keptTokens })
            #expect(made.lengthBins?.reduce(0) { $0 + $1.kept } == made.keptChunks)
        }
        let same = try check(test.path)
        #expect(same.status == 0, "\(same.errors)")
        // and it can fail
        try test.store.pool.write {
            try $0.execute(
                sql: "UPDATE score SET nll = nll * 1.5 WHERE model = 1 AND chunk % 3 = 0")
        }
        #expect(try check(test.path).status == 1)
    }

    @Test func `smaller samples nest in larger ones, whatever the order of import`() throws {
        let test = try filled()
        func kept(_ count: Int) throws -> [Int64] {
            var rule = SelectionRule(size: .topK(count))
            rule.sample = Sample(temperature: 1, seed: 7)
            return try test.export(test.store.select(rule).id, .score).map(\.chunkID)
        }
        #expect(try kept(50) == Array(kept(200).prefix(50)))
    }
}

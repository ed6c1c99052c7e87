import Foundation
import GRDB
import Testing

@testable import Refinery

@Suite("Contamination")
struct ContaminationTests {
    private static let question =
        "Which of these rivers, in the year 1900, was the longest river of all Europe?"

    private func windows(_ texts: String...) -> QuestionWindows {
        QuestionWindows(
            texts.flatMap {
                WordHashes.windows(WordHashes.of(Array($0.utf8)), width: QuestionWindows.width)
            })
    }

    @Test("A text that quotes 13 words of a question matches, whatever its case and punctuation")
    func quotes() {
        let contamination = Contamination([windows("too short a question", Self.question)])
        let quote =
            "He asked: WHICH of these rivers in the year 1900 was the longest river of — well?"
        let found = contamination.quotations(in: Array(quote.utf8))
        #expect(
            found.map { String(decoding: Array(quote.utf8)[$0], as: UTF8.self) } == [
                "WHICH of these rivers in the year 1900 was the longest river of"
            ])
        let twelve = "which of these rivers in the year 1900 was the longest lake of all europe"
        #expect(contamination.quotations(in: Array(twelve.utf8)).isEmpty)
        #expect(contamination.quotations(in: []).isEmpty)
    }

    @Test("Of many windows each is found, and none that is not there")
    func many() {
        var random = SeededGenerator(state: 2)
        let hashes = (0..<20_000).map { _ in random.next() }
        let texts = (0..<3000).map { i in (0..<13).map { "w\(i * 13 + $0)" }.joined(separator: " ")
        }
        let contamination = Contamination([
            QuestionWindows(hashes),
            QuestionWindows(
                texts.prefix(1500).flatMap {
                    WordHashes.windows(WordHashes.of(Array($0.utf8)), width: 13)
                }),
        ])
        let found = texts.map {
            contamination.quotations(in: Array($0.utf8)) == [0..<$0.utf8.count]
        }
        #expect(found.prefix(1500).allSatisfy { $0 })
        #expect(!found.suffix(1500).contains(true))
        let both = Array((texts[0] + " " + texts[1] + " and more").utf8)
        #expect(contamination.quotations(in: both).count == 2)
    }

    /// Sixty scored texts of forty words; every tenth quotes the question.
    private func filled() throws -> TestStore {
        let test = try TestStore()
        try test.registerModels()
        var random = SeededGenerator(state: 3)
        try test.add(
            (0..<60).map { line in
                let words = (0..<39).map { _ in "word\(Int.random(in: 0..<5000, using: &random))" }
                let quote = line % 10 == 0 ? Self.question.uppercased() : "nothing of the kind"
                return .test("d\(line)", words.joined(separator: " ") + quote, line: line + 1)
            } + [
                .test("copy", "a|" + Self.question + " and some more of it here|b", line: 61),
                .test(
                    "cut", Self.question.replacingOccurrences(of: "year", with: "|year"), line: 62),
            ])
        try test.chunkAll()
        try test.score()
        return test
    }

    private func rule(_ windows: QuestionWindows, _ size: Int = 1000) -> SelectionRule {
        SelectionRule(
            size: .topK(size),
            guards: Guards(
                minTokens: nil, maxRepetition: nil,
                contamination: [BenchmarkFile(file: "rivers.jsonl", windows: windows)]))
    }

    @Test("A selection leaves out what quotes a benchmark, says how much, and can be made again")
    func guarded() throws {
        let test = try filled()
        let windows = windows(Self.question)
        let missing = #expect(throws: RefineryError.self) { try test.store.select(rule(windows)) }
        #expect(missing?.kind == .notFound && missing?.message.contains("rivers.jsonl") == true)
        try test.store.addBenchmark(windows)
        try test.store.addBenchmark(windows)
        let clean = try test.store.select(rule(windows), name: "clean")
        #expect(clean.removals?.first { $0.by == "contamination" }?.items == 9)
        #expect(clean.candidates == 56)
        var unit = rule(windows)
        unit.unit = .document
        let documents = try test.store.select(unit, name: "documents")
        #expect(documents.candidates == 54)
        // The guard looks at what the ones before it leave, near duplicates at what it leaves.
        var both = rule(windows)
        both.guards.nearDuplicates = 0.8
        #expect(try test.store.preview(both).candidates == 56)
        var all = rule(windows)
        all.baseline = Baseline(seed: 1, from: .all)
        #expect(try test.store.preview(all).candidates == 65)
        #expect(try test.store.report(selection: "clean").selection.candidates == 56)
    }

    @Test("A benchmark goes a day after it was sent, unless a selection names it")
    func sweep() throws {
        let test = try filled()
        let (used, unused) = (windows(Self.question), windows(Self.question + " Or of Asia?"))
        try test.store.addBenchmark(used)
        try test.store.addBenchmark(unused)
        _ = try test.store.select(rule(used), name: "clean")
        try test.store.pool.write { try $0.execute(sql: "UPDATE benchmark SET created = 0") }
        try test.store.addBenchmark(windows("a b c d e f g h i j k l m"))
        #expect(try test.count("SELECT count(*) FROM benchmark") == 2)
        #expect(try test.count("SELECT count(*) FROM benchmark_part") == 2)
        #expect(try test.store.preview(rule(used)).candidates == 56)
        try test.store.deleteSelection(try #require(try test.store.selection(named: "clean")).id)
        try test.store.pool.write { try $0.execute(sql: "UPDATE benchmark SET created = 0") }
        try test.store.addBenchmark(unused)
        #expect(try test.count("SELECT count(*) FROM benchmark") == 1)
    }

    @Test("A benchmark of several parts comes back whole, and damage is noticed")
    func parts() throws {
        let test = try TestStore()
        var random = SeededGenerator(state: 9)
        let large = QuestionWindows((0..<200_000).map { _ in random.next() })
        try test.store.addBenchmark(large)
        #expect(try test.count("SELECT count(*) FROM benchmark_part") == 2)
        let file = BenchmarkFile(file: "large", windows: large)
        let read = try test.store.read { try RuleNames($0).windows(of: file) }
        #expect(read == large)
        try test.store.pool.write {
            try $0.execute(sql: "DELETE FROM benchmark_part WHERE part = 1")
        }
        #expect(throws: RefineryError.self) {
            try test.store.read { try RuleNames($0).windows(of: file) }
        }
    }

    @Test("A rule that names too many benchmarks or none that could exist is refused")
    func limits() {
        let good = BenchmarkFile(file: "a", windows: windows(Self.question))
        var rule = SelectionRule(size: .topK(1))
        var bad = good
        bad.sha256 = "xyz"
        for benchmarks in [[bad], Array(repeating: good, count: 65)] {
            rule.guards.contamination = benchmarks
            #expect(throws: RefineryError.self) { try rule.validate() }
        }
    }
}

import Foundation
import Testing

@testable import Refinery

@Suite("Near duplicates")
struct NearDuplicatesTests {
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    private func outranked(
        _ texts: [String], threshold: Double = 0.8, scores: [Double]? = nil
    ) throws -> [Int] {
        let folder = NSTemporaryDirectory()
        var index = try NearDuplicates(threshold: threshold, folder: folder)
        for text in texts { try index.add(bytes(text)) }
        return try index.outranked(scores: scores ?? texts.map { _ in 0 }) { bytes(texts[$0]) }
    }

    /// A text of words drawn from a vocabulary of 5,000.
    private func text(_ words: Int, _ random: inout SeededGenerator) -> [String] {
        (0..<words).map { _ in "w\(Int.random(in: 0..<5000, using: &random))" }
    }

    @Test("Case and punctuation do not separate duplicates, and the highest score stays")
    func normalised() throws {
        let texts = [
            "The quick brown fox jumps over the lazy dog, twice.",
            "Something else altogether that nobody would confuse with it",
            "the QUICK brown fox (jumps) over the lazy dog twice",
        ]
        #expect(try outranked(texts) == [2])
        #expect(try outranked(texts, scores: [1, 9, 2]) == [0])
    }

    @Test("Texts without words resemble nothing, not even each other")
    func wordless() throws {
        #expect(try outranked(["--- ...", "--- ...", "", ""]).isEmpty)
    }

    @Test("Texts under five words are one shingle")
    func short() throws {
        #expect(try outranked(["Hello there", "hello, there!", "hello you"]) == [1])
    }

    @Test("Letters of scripts without spaces are words")
    func chinese() throws {
        let first = "白日依山尽黄河入海流欲穷千里目更上一层楼床前明月光疑是地上霜举头望明月低头思故乡"
        let texts = [first, first + "。又", String(first.reversed())]
        #expect(try outranked(texts) == [1])
        #expect(WordHashes.of(bytes("白日 ab")).count == 3)
    }

    @Test("Similarity is that of the sets of shingles")
    func jaccard() {
        let first = Shingles(bytes("a b c d e f g h"))  // 4 shingles
        let second = Shingles(bytes("b c d e f g h i"))  // 3 of them, and another
        #expect(first.hashes.count == 4)
        #expect(first.jaccard(second) == 3.0 / 5.0)
        #expect(first.jaccard(first) == 1)
    }

    @Test("Of planted pairs nearly all above the threshold are found, and none below")
    func recall() throws {
        var random = SeededGenerator(state: 7)
        var texts: [String] = []
        var similarities: [Double] = []
        for pair in 0..<400 {
            let original = text(120, &random)
            var copy = original
            for _ in 0..<pair % 12 {
                copy[Int.random(in: 0..<copy.count, using: &random)] =
                    "x\(Int.random(in: 0..<5000, using: &random))"
            }
            texts += [original.joined(separator: " "), copy.joined(separator: " ")]
            similarities.append(
                Shingles(bytes(texts[2 * pair])).jaccard(Shingles(bytes(texts[2 * pair + 1]))))
        }
        let found = Set(try outranked(texts))
        let wanted = Set((0..<400).filter { similarities[$0] >= 0.8 }.map { 2 * $0 + 1 })
        #expect(found.isSubset(of: wanted), "what is found is exactly compared")
        #expect(wanted.count > 100)
        let recall = Double(found.count) / Double(wanted.count)
        #expect(recall > 0.97, "recall \(recall) of \(wanted.count) pairs")
    }

    @Test("Many equal texts are one group, in memory and over several passes")
    func passes() throws {
        let folder = NSTemporaryDirectory()
        var file = try BandFile(folder: folder, capacity: 1000)
        let minHash = MinHash()
        for document in 0..<9000 {
            let shingles = Shingles(bytes("a text that \(document / 3) others have too, or so"))
            try file.append(document: Int32(document), bands: minHash.bands(of: shingles))
        }
        var buckets: Set<[Int32]> = []
        try file.forEachBucket(of: 5) { buckets.insert($0.map(\.document)) }
        let triples = (0..<3000).map { place in (0..<3).map { Int32(3 * place + $0) } }
        #expect(
            triples.allSatisfy { triple in buckets.contains { Set($0).isSuperset(of: triple) } })
    }

    @Test("Groups join and keep their lowest number")
    func sets() {
        var sets = DisjointSets(count: 6)
        sets.join(4, 5)
        sets.join(2, 4)
        let lowest = sets.representative(5)
        #expect(lowest == 2)
        let joined = (sets.areJoined(2, 5), sets.areJoined(1, 2))
        #expect(joined == (true, false))
        #expect(sets.isShared(4) && !sets.isShared(3))
    }
}

@Suite("Near duplicates in a selection")
struct NearDuplicateSelectionTests {
    /// Forty texts of forty words, each twice: the second time with its first word replaced.
    private func filled() throws -> TestStore {
        let test = try TestStore()
        try test.registerModels()
        var random = SeededGenerator(state: 3)
        try test.add(
            (0..<80).map { line in
                random.state = UInt64(line / 2 + 1)
                let words = (0..<39).map { _ in "word\(Int.random(in: 0..<5000, using: &random))" }
                return .test(
                    "d\(line)", "first\(line) " + words.joined(separator: " "), line: line + 1)
            })
        try test.chunkAll()
        try test.score()
        return test
    }

    @Test("Of each pair the document with the higher difference stays, whatever the order")
    func pairs() throws {
        let test = try filled()
        var rule = SelectionRule(size: .topK(1000))
        let all = try test.store.select(rule, name: "all")
        #expect(all.keptChunks == 80)
        rule.guards.nearDuplicates = 0.8
        rule.ascending = true
        let one = try test.store.select(rule, name: "one")
        #expect(one.keptChunks == 40)
        #expect(one.removals?.first { $0.by == "near_duplicates" }?.items == 40)
        func kept(_ selection: Int64) throws -> [String: Double] {
            var scores: [String: Double] = [:]
            try test.store.exportRows(selection: selection, ExportOptions()) {
                scores[String(decoding: $0.document, as: UTF8.self)] = $0.score
            }
            return scores
        }
        let scores = try kept(all.id)
        let expected = (0..<40).map { pair -> String in
            let names = ("d\(2 * pair)", "d\(2 * pair + 1)")
            return (scores[names.0] ?? 0) >= (scores[names.1] ?? 0) ? names.0 : names.1
        }
        #expect(try kept(one.id).keys.sorted() == expected.sorted())
    }

    @Test("A similarity that the bands cannot find is refused")
    func limits() {
        for similarity in [0.3, 1.1, .nan] {
            let rule = SelectionRule(
                size: .topK(1),
                guards: Guards(minTokens: nil, maxRepetition: nil, nearDuplicates: similarity))
            #expect(throws: RefineryError.self) { try rule.validate() }
        }
    }
}

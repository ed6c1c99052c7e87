import GRDB
import Testing

@testable import Refinery

/// A generator whose numbers can be had again.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        // SplitMix64 (Steele, Lea, Flood 2014)
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

struct StorePropertyTests {
    @Test(arguments: 1...8)
    func `after any operations pending and counters equal what they derive from`(seed: Int) throws {
        var random = SeededGenerator(state: UInt64(seed))
        let test = try TestStore()
        var exports: [(id: Int64, rows: [ExportRow])] = []
        for step in 0..<80 {
            switch Int.random(in: 0..<12, using: &random) {
            case 0...3:
                // few texts and ids, so that there are duplicates, changes and repetitions
                let documents = (0..<6).map { line in
                    let words = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                        ["one|", "two|", "three|", "short|", "fail|", "six|", "seven|"]
                            .randomElement(using: &random) ?? ""
                    }
                    return ImportedDocument.test(
                        "d\(Int.random(in: 0..<9, using: &random))", words.joined(),
                        domain: Bool.random(using: &random) ? "x" : nil, line: line)
                }
                try test.add(
                    documents, corpus: ["c1", "c2"].randomElement(using: &random) ?? "c1",
                    replace: Bool.random(using: &random))
            case 4, 5: try test.chunkAll()
            case 6, 7: try test.score(limit: Int.random(in: 1...6, using: &random))
            case 8:
                let role = ModelRole.allCases.randomElement(using: &random) ?? .teacher
                let digit = "abc".randomElement(using: &random) ?? "a"
                _ = try test.store.register(.test(digit), as: role)
            case 9, 10:
                let rule = SelectionRule(
                    size: .topK(Int.random(in: 1...5, using: &random)),
                    keepDuplicates: Bool.random(using: &random), partial: true)
                if let made = try? test.store.select(rule) {
                    exports.append((made.id, try test.export(made.id, .corpus)))
                    #expect(exports.last?.rows.count == made.keptChunks)
                }
            default:
                if step % 3 == 0,
                    let corpus = try test.store.corpora().randomElement(using: &random)
                {
                    try test.store.deleteCorpus(corpus.name)
                }
            }
            let check = try test.store.checkPending()
            #expect(check.isClean, "seed \(seed), step \(step): \(check)")
        }
        // what was selected stays, whatever was replaced or deleted since
        for export in exports {
            #expect(try test.export(export.id, .corpus) == export.rows)
        }
        #expect(try test.count("SELECT count(*) FROM pragma_foreign_key_check") == 0)
        let status = try test.store.status()
        try test.store.pool.write { db in
            try db.execute(sql: "DELETE FROM pending; DELETE FROM counter")
        }
        try test.store.rebuildPending()
        #expect(try test.store.status() == status)
        #expect(try test.store.checkPending().isClean)
    }

    @Test func `a check tells what is missing, surplus and miscounted`() throws {
        let test = try TestStore()
        try test.registerModels()
        try test.add([.test("a", "one|two|")])
        try test.chunkAll()
        try test.score(limit: 1)
        try test.store.pool.write { db in
            try db.execute(
                sql: """
                    DELETE FROM pending WHERE model = 1;
                    INSERT INTO pending VALUES (1, 2);
                    UPDATE counter SET value = 7 WHERE name = 'documents';
                    """)
        }
        let check = try test.store.checkPending()
        #expect(check.missing == 1 && check.surplus == 1 && check.counters.count == 1)
        try test.store.rebuildPending()
        #expect(try test.store.checkPending().isClean)
    }
}

import Foundation
import GRDB
import Testing

@testable import Refinery

/// What is streamed to a client holds no connection while it is handed over.
struct StorePagingTests {
    /// The log can be emptied: it cannot while anybody reads.
    private func expectFree(_ test: TestStore) throws {
        let isBusy = try test.store.pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA busy_timeout = 50")
            defer { try? db.execute(sql: "PRAGMA busy_timeout = 5000") }
            return try Int.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        }
        #expect(isBusy == 0)
    }

    private func scored(documents: Int) throws -> TestStore {
        let test = try TestStore()
        try test.registerModels()
        try test.add((0..<documents).map { .test("d\($0)", "text number \($0)") })
        try test.chunkAll()
        try test.score()
        return test
    }

    @Test func `the log can be emptied while rejects are handed over, and none is left out`() throws
    {
        let test = try TestStore()
        let rejects = (1...2500).map {
            Reject(line: $0, id: nil, reason: .invalidJSON, detail: "no JSON")
        }
        try test.add([], rejects: rejects)
        try test.add([], corpus: "other", file: "b.jsonl", rejects: Array(rejects.prefix(3)))
        var lines: [Int] = []
        try test.store.rejects(corpus: "default") { reject in
            if lines.count % 700 == 0 { try expectFree(test) }
            lines.append(reject.line)
        }
        #expect(lines == Array(1...2500))
        var count = 0
        try test.store.rejects { _ in count += 1 }
        #expect(count == 2503)
    }

    @Test(arguments: [ExportOrder.corpus, .score, .shuffle])
    func `the log can be emptied while a selection is exported`(order: ExportOrder) throws {
        let test = try scored(documents: 1100)
        let made = try test.store.select(SelectionRule(size: .topK(1100)), name: nil)
        let options = ExportOptions(order: order, seed: 3)
        var rows: [ExportRow] = []
        try test.store.exportRows(selection: made.id, options) { row in
            if rows.count % 300 == 0 { try expectFree(test) }
            rows.append(row)
        }
        #expect(rows.count == made.keptChunks && rows.count > 1000)
        #expect(Set(rows.map(\.chunkID)).count == rows.count)
        switch order {
        case .corpus: #expect(rows.map(\.chunkID) == rows.map(\.chunkID).sorted())
        case .score: #expect(rows.map(\.rank) == Array(1...rows.count))
        case .shuffle: #expect(rows.map(\.chunkID) != rows.map(\.chunkID).sorted())
        }
    }

    @Test func `an export is whole or ends in an error, whatever is deleted meanwhile`() throws {
        for deletesCorpus in [false, true] {
            let test = try scored(documents: 1100)
            let made = try test.store.select(SelectionRule(size: .topK(1100)), name: nil)
            var count = 0
            let result = Result {
                try test.store.exportRows(selection: made.id, ExportOptions()) { _ in
                    count += 1
                    guard count == 1 else { return }
                    try test.store.deleteSelection(made.id)
                    if deletesCorpus { try test.store.deleteCorpus("default") }
                }
            }
            if deletesCorpus {
                let error = #expect(throws: RefineryError.self) { try result.get() }
                #expect(error?.message == "there is no selection \(made.id)")
            } else {
                try result.get()
                #expect(count == made.keptChunks)
            }
        }
    }

    @Test func `the log can be emptied while scores are listed`() throws {
        let test = try scored(documents: 1100)
        var ids: [Int64] = []
        try test.store.listScores(SelectionRule(size: .topK(1))) { row in
            if ids.count % 500 == 0 { try expectFree(test) }
            ids.append(row.chunkID)
        }
        #expect(ids.count == 1100 && ids == ids.sorted())
    }
}

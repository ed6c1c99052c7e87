import GRDB
import Testing

@testable import Refinery

/// A disk that takes no more: SQLite is told that the file may not grow, and fails as it does then.
struct FullDiskTests {
    private func filled() throws -> TestStore {
        let test = try TestStore()
        try test.registerModels()
        try test.add(
            (0..<400).map { .test("d\($0)", "chunk \($0)|and another \($0)|", line: $0) })
        try test.chunkAll()
        try test.score()
        return test
    }

    /// How many pages the file may have: those that it has, or any number.
    private func limit(_ test: TestStore, _ isLimited: Bool) throws {
        try test.store.pool.writeWithoutTransaction { db in
            let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            _ = try Int.fetchOne(
                db, sql: "PRAGMA max_page_count = \(isLimited ? pages : 1_000_000_000)")
        }
    }

    @Test
    func `what cannot be written says which file and what to do, and leaves nothing half done`()
        throws
    {
        let test = try filled()
        let rule = SelectionRule(size: .ratio(try DecimalFraction("1")))
        try limit(test, true)
        for (what, write) in [
            ("a selection", { _ = try test.store.select(rule, name: "all") }),
            (
                "documents",
                {
                    try test.add(
                        (0..<400).map { .test("new \($0)", "text \($0)|", line: $0) },
                        file: "b.jsonl")
                }
            ),
            (
                "values",
                {
                    try test.importColumn(
                        "mates",
                        (0..<400).map { #"{"id":"d\#($0)","value":\#($0)}"# + "\n" }.joined()
                    )
                }
            ),
        ] as [(String, () throws -> Void)] {
            let error = #expect(throws: RefineryError.self, "\(what)") { try write() }
            #expect(error?.message.contains(test.path) == true, "\(what): \(error as Any)")
            #expect(error?.message.contains("disk is full") == true)
            #expect(error?.hint?.hasPrefix("make room") == true)
            #expect(error?.kind == .full && error?.isPassing == true)
            #expect(error?.reason.hasPrefix("disk full: cannot write store") == true)
        }
        #expect(try test.store.selections().isEmpty)
        #expect(try test.count("SELECT count(*) FROM selection_chunk") == 0)
        #expect(try test.count("SELECT count(*) FROM document") == 400)
        #expect(try test.count("SELECT count(*) FROM column_value") == 0)
        #expect(try test.store.checkPending().isClean)

        try limit(test, false)
        #expect(try test.store.select(rule, name: "all").keptChunks == 800)
        #expect(try test.store.columns().map(\.job).allSatisfy { $0 != nil })
        try test.importColumn(
            "mates", (0..<400).map { #"{"id":"d\#($0)","value":\#($0)}"# + "\n" }.joined())
        #expect(try test.store.columns().map(\.values) == [800])
    }
}

import Foundation
import GRDB

extension Store {
    /// Bytes of a part.
    private static let partBytes = 1 << 20
    /// How long a benchmark stays that no selection names, in milliseconds: a day.
    private static let idleBenchmark: Int64 = 86_400_000

    /// Puts a benchmark's windows into the store, where rules find them by their SHA-256.
    ///
    /// One that is there already stays as it is. Those that no selection names go after a day, and
    /// before where they are more than twice the largest one together: the oldest first.
    ///
    /// `count` of its windows and those of the others that no selection names are `mostUnused`
    /// together at the most.
    func addBenchmark(sha256 name: String, count: Int, bytes: Data, mostUnused: Int) throws {
        let now = Store.now()
        try write { db in
            try Store.sweepBenchmarks(before: now - Store.idleBenchmark, db)
            try db.execute(
                sql: "UPDATE benchmark SET created = ? WHERE sha256 = ?",
                arguments: [now, name])
            guard db.changesCount == 0 else { return }
            try Store.makeRoom(forWindows: count, most: mostUnused, db)
            try db.execute(
                sql: "INSERT INTO benchmark (sha256, windows, created) VALUES (?, ?, ?)",
                arguments: [name, count, now])
            let id = db.lastInsertedRowID
            for (part, start) in stride(from: 0, to: bytes.count, by: Store.partBytes).enumerated()
            {
                try db.execute(
                    sql: "INSERT INTO benchmark_part (benchmark, part, hashes) VALUES (?, ?, ?)",
                    arguments: [
                        id, part, bytes[start..<min(start + Store.partBytes, bytes.count)],
                    ])
            }
        }
    }

    private static func sweepBenchmarks(before time: Int64, _ db: Database) throws {
        for benchmark in try unusedBenchmarks(db) where benchmark.created < time {
            try removeBenchmark(benchmark.id, db)
        }
    }

    private static func makeRoom(
        forWindows windows: Int, most: Int, _ db: Database
    ) throws {
        var sum = windows
        for benchmark in try unusedBenchmarks(db).reversed() {
            sum += benchmark.windows
            if sum > most { try removeBenchmark(benchmark.id, db) }
        }
    }

    /// The benchmarks that no selection names, the oldest first.
    private static func unusedBenchmarks(
        _ db: Database
    ) throws -> [(id: Int64, windows: Int, created: Int64)] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT id, windows, created FROM benchmark b WHERE NOT EXISTS (
                    SELECT 1 FROM selection s WHERE instr(s.rule, b.sha256) > 0)
                ORDER BY created, id
                """
        ).map { ($0[0], $0[1], $0[2]) }
    }

    private static func removeBenchmark(_ id: Int64, _ db: Database) throws {
        try db.execute(sql: "DELETE FROM benchmark_part WHERE benchmark = ?", arguments: [id])
        try db.execute(sql: "DELETE FROM benchmark WHERE id = ?", arguments: [id])
    }
}

extension Snapshot {
    /// Whether the store holds a benchmark.
    func hasBenchmark(_ sha256: String, count: Int) throws -> Bool {
        try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM benchmark WHERE sha256 = ? AND windows = ?)",
            arguments: [sha256, count]) == true
    }

    /// The hashes of a benchmark's windows; nil where the store does not hold it.
    func benchmark(sha256: String, count: Int) throws -> Data? {
        let id = try Int64.fetchOne(
            db, sql: "SELECT id FROM benchmark WHERE sha256 = ? AND windows = ?",
            arguments: [sha256, count])
        guard let id else { return nil }
        return try Data.fetchAll(
            db, sql: "SELECT hashes FROM benchmark_part WHERE benchmark = ? ORDER BY part",
            arguments: [id]
        ).reduce(into: Data()) { $0.append($1) }
    }
}

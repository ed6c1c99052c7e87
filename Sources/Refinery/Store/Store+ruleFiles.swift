import Foundation
import GRDB

extension Store {
    /// Bytes that a file of a rule may have.
    public static let mostRuleFileBytes = 64 << 20

    /// Bytes of a part.
    private static let rulePartBytes = 1 << 20
    /// How long a file stays that no selection names, in milliseconds: a day.
    private static let idleRuleFile: Int64 = 86_400_000

    /// Puts a file that a rule names by its SHA-256 into the store.
    ///
    /// One that is there already stays as it is. Those that no selection names go after a day,
    /// and before where they are more than two of the largest size together: the oldest first.
    ///
    /// - Throws: ``RefineryError`` for a file that is too large.
    public func addRuleFile(sha256: String, _ bytes: [UInt8]) throws {
        guard bytes.count <= Self.mostRuleFileBytes else {
            throw RefineryError(
                .invalid, "a file of a rule has \(Self.mostRuleFileBytes >> 20) MiB at the most")
        }
        let now = Store.now()
        try write { db in
            let unused = try Int64.fetchAll(
                db,
                sql: """
                    SELECT id FROM rule_file f WHERE created < ? AND NOT EXISTS (
                        SELECT 1 FROM selection s WHERE instr(s.rule, f.sha256) > 0)
                    """, arguments: [now - Self.idleRuleFile])
            for id in unused {
                try db.execute(sql: "DELETE FROM rule_file_part WHERE file = ?", arguments: [id])
                try db.execute(sql: "DELETE FROM rule_file WHERE id = ?", arguments: [id])
            }
            try Self.makeRoom(forRuleFile: bytes.count, db)
            try db.execute(
                sql: "UPDATE rule_file SET created = ? WHERE sha256 = ?", arguments: [now, sha256])
            guard db.changesCount == 0 else { return }
            try db.execute(
                sql: "INSERT INTO rule_file (sha256, bytes, created) VALUES (?, ?, ?)",
                arguments: [sha256, bytes.count, now])
            let id = db.lastInsertedRowID
            let starts = stride(from: 0, to: bytes.count, by: Self.rulePartBytes)
            for (part, start) in starts.enumerated() {
                let content = bytes[start..<min(start + Self.rulePartBytes, bytes.count)]
                try db.execute(
                    sql: "INSERT INTO rule_file_part (file, part, content) VALUES (?, ?, ?)",
                    arguments: [id, part, Data(content)])
            }
        }
    }
}

extension Store {
    /// Deletes the oldest files that no selection names, where they are many.
    fileprivate static func makeRoom(forRuleFile bytes: Int, _ db: Database) throws {
        let unused = try Row.fetchAll(
            db,
            sql: """
                SELECT id, bytes FROM rule_file f WHERE NOT EXISTS (
                    SELECT 1 FROM selection s WHERE instr(s.rule, f.sha256) > 0)
                ORDER BY created DESC, id DESC
                """)
        var sum = bytes
        for row in unused {
            sum += row[1] as Int
            guard sum > 2 * mostRuleFileBytes else { continue }
            let id: Int64 = row[0]
            try db.execute(sql: "DELETE FROM rule_file_part WHERE file = ?", arguments: [id])
            try db.execute(sql: "DELETE FROM rule_file WHERE id = ?", arguments: [id])
        }
    }
}

extension Snapshot {
    /// The documents whose whole text is that of one of these, those themselves included.
    func documents(withTextsOf ids: [Int64]) throws -> IDSet {
        let find = try db.cachedStatement(sql: "SELECT sha256 FROM document WHERE id = ?")
        let texts = Set(try ids.compactMap { try Data.fetchOne(find, arguments: [$0]) })
        var found = IDSet()
        guard !texts.isEmpty else { return found }
        let rows = try RowStream(db, sql: "SELECT id, sha256 FROM document WHERE retired = 0")
        while try rows.next() {
            if rows.withBytes(1, { texts.contains(Data($0)) }) { found.insert(rows.integer(0)) }
        }
        return found
    }

    /// The bytes of a file that a rule names; nil where the store does not hold it.
    func ruleFile(sha256: String) throws -> [UInt8]? {
        let id = try Int64.fetchOne(
            db, sql: "SELECT id FROM rule_file WHERE sha256 = ?", arguments: [sha256])
        guard let id else { return nil }
        return try Data.fetchAll(
            db, sql: "SELECT content FROM rule_file_part WHERE file = ? ORDER BY part",
            arguments: [id]
        ).reduce(into: []) { $0 += Array($1) }
    }

    /// The row ids of the documents of that id, in one corpus or in all.
    func documents(id: [UInt8], corpus: String?) throws -> [Int64] {
        let find = try db.cachedStatement(
            sql: """
                SELECT d.id FROM corpus k CROSS JOIN document d ON d.corpus = k.id
                WHERE k.deleted IS NULL AND (?2 IS NULL OR k.name = ?2) AND d.key = ?1
                AND d.retired = 0
                """)
        return try Int64.fetchAll(find, arguments: [Data(id), corpus])
    }
}

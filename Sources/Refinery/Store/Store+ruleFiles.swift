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
    /// One that is there already stays as it is. Those that no selection names go after a day.
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

extension Snapshot {
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

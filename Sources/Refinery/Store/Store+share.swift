import Foundation
import GRDB
import Prediction

/// How much the teacher reads, as the store has it.
struct TeacherShareRow: Sendable, Equatable {
    /// What it reads at last.
    let share: DecimalFraction
    /// Row ids of the models.
    let models: ByRole<Int64>
    /// Chunks whose texts have a place below it are the sample; nil until it is drawn.
    let threshold: Int?
    /// What is read besides; nil for nothing.
    let band: CutBand?
}

extension DecimalFraction {
    /// How many of 10¹⁷ places a share has.
    var places: Int { floorTimes(TeacherSample.places) }
}

extension Store {
    /// Makes the current teacher read a share of the chunks, or everything again.
    ///
    /// What was pending for it becomes unread, until ``startReading(_:threshold:band:)`` says what
    /// is to be read. A share that stands already changes nothing. What was read stays.
    ///
    /// - Parameter share: above 0; nil and 1 for everything.
    /// - Throws: ``RefineryError`` where one model plays both roles, or there is none.
    public func limitTeacher(to share: DecimalFraction?) throws {
        try write { db in
            guard let share, share.places < TeacherSample.places else {
                return try Store.readEverything(db)
            }
            let current = try Store.currentModels(db)
            guard let teacher = current.teacher?.id, let reference = current.reference?.id,
                teacher != reference, share.places > 0
            else {
                throw RefineryError(
                    .refused,
                    "a teacher reads a share of the chunks where another model, the reference, "
                        + "reads all of them",
                    hint: "name two models and a share above 0, or leave the teacher's share out")
            }
            let row = try Store.share(db)
            let models = ByRole(teacher: teacher, reference: reference)
            if row?.share == share, row?.models == models {
                // Imported scores come without what the reference saw.
                let hasImports =
                    try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM score_shard)")
                if hasImports == true {
                    try Store.rereadWithoutSummary(reference: reference, db)
                }
                return
            }
            let isSamePair = row?.models == models
            try db.execute(
                sql: """
                    INSERT OR REPLACE INTO teacher_share
                        (id, teacher, reference, share, threshold, band)
                    VALUES (1, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    teacher, reference, share.description, isSamePair ? row?.threshold : nil,
                    isSamePair ? try row?.band.map(Store.json) : nil,
                ])
            try db.execute(
                sql: """
                    INSERT INTO unread (chunk, model)
                    SELECT chunk, model FROM pending WHERE model = ?1 ORDER BY chunk;
                    """, arguments: [teacher])
            try db.execute(sql: "DELETE FROM pending WHERE model = ?", arguments: [teacher])
            var tally = Tally()
            let counters = try Row.fetchAll(
                db,
                sql: """
                    SELECT corpus, name, value FROM counter
                    WHERE model = ? AND name IN ('pending', 'pending_tokens')
                    """, arguments: [teacher])
            for row in counters {
                let name: String = row[1]
                let (corpus, value): (Int64, Int64) = (row[0], row[2])
                if name == Tally.Name.pending.rawValue {
                    tally.add(.pending, -value, corpus: corpus, model: teacher)
                    tally.add(.unread, value, corpus: corpus, model: teacher)
                } else {
                    tally.add(.pendingTokens, -value, corpus: corpus, model: teacher)
                }
            }
            try tally.write(db)
            try Store.rereadWithoutSummary(reference: reference, db)
        }
    }

    /// Makes unread chunks pending for the teacher, and records why, in one transaction.
    ///
    /// - Parameters:
    ///   - chunks: row ids; those that are not unread, or gone, are passed over.
    ///   - threshold: of the sample.
    ///   - band: what is read besides the sample; nil leaves it as it is.
    /// - Returns: How many became pending.
    /// - Throws: ``RefineryError`` where the store cannot be written.
    @discardableResult
    func startReading(_ chunks: [Int64], threshold: Int, band: CutBand? = nil) throws -> Int {
        try write { db in
            guard let row = try Store.share(db) else { return 0 }
            try db.execute(
                sql: "UPDATE teacher_share SET threshold = ?, band = coalesce(?, band)",
                arguments: [threshold, try band.map(Store.json)])
            let find = try db.cachedStatement(
                sql: """
                    SELECT d.corpus, c.tokens FROM chunk c JOIN document d ON d.id = c.document
                    WHERE c.id = ?
                    """)
            let delete = try db.cachedStatement(
                sql: "DELETE FROM unread WHERE chunk = ? AND model = ?")
            let insert = try db.cachedStatement(
                sql: "INSERT INTO pending (chunk, model) VALUES (?, ?)")
            let teacher = row.models.teacher
            var (tally, moved) = (Tally(), 0)
            for chunk in chunks {
                try delete.execute(arguments: [chunk, teacher])
                guard db.changesCount == 1,
                    let place = try Row.fetchOne(find, arguments: [chunk])
                else { continue }
                try insert.execute(arguments: [chunk, teacher])
                tally.addUnread(sign: -1, corpus: place[0], model: teacher)
                tally.addPending(sign: 1, tokens: place[1], corpus: place[0], model: teacher)
                moved += 1
            }
            try tally.write(db)
            return moved
        }
    }

    /// Takes back the reference's scores that left no summary, since they are from before a share
    /// was asked for, or imported: it reads those chunks once more.
    ///
    /// Of chunks that the teacher has read, too: without them the sample would be no random one.
    private static func rereadWithoutSummary(reference: Int64, _ db: Database) throws {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT s.chunk, c.tokens, d.corpus FROM score s
                CROSS JOIN chunk c ON c.id = s.chunk CROSS JOIN document d ON d.id = c.document
                WHERE s.model = ?1 AND s.outcome = 'scored' AND c.retired = 0
                    AND c.duplicate_of IS NULL AND NOT EXISTS
                    (SELECT 1 FROM chunk_summary m WHERE m.chunk = s.chunk AND m.model = ?1)
                ORDER BY s.chunk
                """, arguments: [reference])
        var tally = Tally()
        for row in rows {
            let (chunk, tokens, corpus): (Int64, Int64, Int64) = (row[0], row[1], row[2])
            for sql in [
                "DELETE FROM token_nll WHERE chunk = ? AND model = ?",
                "DELETE FROM score WHERE chunk = ? AND model = ?",
                "INSERT INTO pending (chunk, model) VALUES (?, ?)",
            ] {
                try db.cachedStatement(sql: sql).execute(arguments: [chunk, reference])
            }
            try tally.addOutcome(
                "scored", sign: -1, tokens: tokens, corpus: corpus, model: reference)
            tally.addPending(sign: 1, tokens: tokens, corpus: corpus, model: reference)
        }
        try tally.write(db)
    }

    /// The teacher that reads a share; nil where it reads everything.
    static func limitedTeacher(_ db: Database) throws -> Int64? {
        try Int64.fetchOne(db, sql: "SELECT teacher FROM teacher_share")
    }

    /// What is unread becomes pending, and nothing is limited any more.
    static func readEverything(_ db: Database) throws {
        guard let teacher = try limitedTeacher(db) else { return }
        var tally = Tally()
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT d.corpus, count(*), sum(c.tokens) FROM unread u
                JOIN chunk c ON c.id = u.chunk JOIN document d ON d.id = c.document
                WHERE u.model = ? GROUP BY d.corpus
                """, arguments: [teacher])
        for row in rows {
            let (corpus, count): (Int64, Int64) = (row[0], row[1])
            tally.add(.unread, -count, corpus: corpus, model: teacher)
            tally.add(.pending, count, corpus: corpus, model: teacher)
            tally.add(.pendingTokens, row[2], corpus: corpus, model: teacher)
        }
        try db.execute(
            sql: """
                INSERT INTO pending (chunk, model) SELECT chunk, model FROM unread ORDER BY chunk;
                DELETE FROM unread;
                DELETE FROM teacher_share;
                """)
        try tally.write(db)
    }

    fileprivate static func share(_ db: Database) throws -> TeacherShareRow? {
        let found = try Row.fetchOne(
            db, sql: "SELECT teacher, reference, share, threshold, band FROM teacher_share")
        guard let row = found else { return nil }
        return TeacherShareRow(
            share: try DecimalFraction(row[2]),
            models: ByRole(teacher: row[0], reference: row[1]), threshold: row[3],
            band: try (row[4] as String?).map {
                try JSONDecoder().decode(CutBand.self, from: Data($0.utf8))
            })
    }
}

extension Snapshot {
    /// How much the teacher reads; nil for everything.
    func teacherShare() throws -> TeacherShareRow? { try Store.share(db) }

    /// Row ids of the chunks that the teacher is not to read.
    func unreadChunks() throws -> IDSet {
        let rows = try RowStream(db, sql: "SELECT chunk FROM unread ORDER BY chunk")
        var unread = IDSet()
        while try rows.next() { unread.insert(rows.integer(0)) }
        return unread
    }
}

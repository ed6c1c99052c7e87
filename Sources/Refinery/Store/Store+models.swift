import Foundation
import GRDB
import TeacherInference

extension Store {
    /// Makes a model known, and the current one of a role where one is named.
    ///
    /// A model is known by its fingerprint: the same one again changes nothing but its path. A role
    /// that gets another model keeps the scores of the former one, and `pending` is filled with the
    /// chunks that the new one has not scored. Without a role nothing becomes pending; scores of the
    /// model can be recorded all the same.
    ///
    /// - Parameters:
    ///   - model: the model.
    ///   - role: the role that uses it from now on; nil for none.
    /// - Returns: Its row id, for `ChunkScore.model`.
    /// - Throws: ``RefineryError`` where its fingerprint is none.
    public func register(_ model: Model, as role: ModelRole? = nil) throws -> Int64 {
        guard model.fingerprint.utf8.count == 64,
            model.fingerprint.utf8.allSatisfy({
                (0x30...0x39).contains($0) || (0x61...0x66).contains($0)
            })
        else {
            throw RefineryError(
                .invalid, "fingerprint of \(model.path) is not 64 lower-case hexadecimal digits")
        }
        return try write { db in
            let id = try upsertModel(model, db)
            if let role { try assign(id, to: role, db) }
            return id
        }
    }

    private func assign(_ id: Int64, to role: ModelRole, _ db: Database) throws {
        let before = try Int64.fetchOne(
            db, sql: "SELECT model FROM model_role WHERE role = ? AND current = 1",
            arguments: [role.rawValue])
        if before == id { return }
        // What a share leaves unread is a matter of this pair.
        try Store.readEverything(db)
        try db.execute(
            sql: "UPDATE model_role SET current = 0 WHERE role = ? AND current = 1",
            arguments: [role.rawValue])
        try db.execute(
            sql: """
                INSERT INTO model_role (role, model, current, since) VALUES (?, ?, 1, ?)
                ON CONFLICT (role, model) DO UPDATE SET current = 1, since = excluded.since
                """, arguments: [role.rawValue, id, Store.now()])
        if let before { try dropPending(ofFormerModel: before, db) }
        try fillPending(model: id, db)
    }

    /// Every role that a model plays or has played, the current ones first, teachers before
    /// references.
    public func roles() throws -> [RoleAssignment] {
        try query { db in try Store.roles(db) }
    }

    static func roles(_ db: Database) throws -> [RoleAssignment] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT m.*, r.role, r.current FROM model_role r JOIN model m ON m.id = r.model
                ORDER BY r.current DESC, r.role DESC, r.since DESC, m.id
                """
        ).map { row in
            guard let role = ModelRole(rawValue: row["role"]) else {
                throw RefineryError(.unusable, "model_role holds an unknown role")
            }
            var model = Model(
                path: row["path"], fingerprint: row["fingerprint"],
                architecture: row["architecture"], parameters: row["parameters"],
                tokenizer: row["tokenizer"], tokenizerDigest: row["tokenizer_digest"],
                contextRule: row["context_rule"], maxContext: row["max_context"])
            model.id = row["id"]
            model.slice = try (row["slice"] as String?).map {
                try JSONDecoder().decode(CorpusSlice.self, from: Data($0.utf8))
            }
            model.served = try (row["engine"] as String?).map {
                try JSONDecoder().decode(ServedRecord.self, from: Data($0.utf8))
            }
            return RoleAssignment(role: role, model: model, isCurrent: row["current"])
        }
    }

    /// The current model of each role.
    static func currentModels(_ db: Database) throws -> ByRole<Model?> {
        let current = try roles(db).filter(\.isCurrent)
        return ByRole(
            teacher: current.first { $0.role == .teacher }?.model,
            reference: current.first { $0.role == .reference }?.model)
    }

    /// Row ids of the current models; one where both roles have the same.
    static func currentModelIDs(_ db: Database) throws -> [Int64] {
        try Int64.fetchAll(
            db, sql: "SELECT DISTINCT model FROM model_role WHERE current = 1 ORDER BY model")
    }

    /// What was recorded of a served model when it was first seen; nil where it never was.
    public func servedRecord(fingerprint: String) throws -> ServedRecord? {
        try query { db in
            let json = try String.fetchOne(
                db, sql: "SELECT engine FROM model WHERE fingerprint = ?",
                arguments: [fingerprint])
            return try json.map {
                try JSONDecoder().decode(ServedRecord.self, from: Data($0.utf8))
            }
        }
    }

    /// The fingerprint of a model file, if the file is as it was when that was computed.
    public func cachedFingerprint(of file: FileIdentity) throws -> String? {
        try query { db in
            try String.fetchOne(
                db,
                sql: """
                    SELECT fingerprint FROM file_fingerprint
                    WHERE device = ? AND inode = ? AND size = ? AND mtime_ns = ? AND ctime_ns = ?
                    """,
                arguments: [
                    Int64(bitPattern: file.device), Int64(bitPattern: file.inode), file.size,
                    file.modified, file.changed,
                ])
        }
    }

    /// Remembers the fingerprint of a model file.
    public func storeFingerprint(_ fingerprint: String, of file: FileIdentity) throws {
        try write { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO file_fingerprint VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [
                    Int64(bitPattern: file.device), Int64(bitPattern: file.inode), file.size,
                    file.modified, file.changed, fingerprint,
                ])
        }
    }

    private func upsertModel(_ model: Model, _ db: Database) throws -> Int64 {
        let id = try Int64.fetchOne(
            db,
            sql: """
                INSERT INTO model (fingerprint, path, architecture, parameters, tokenizer,
                    tokenizer_digest, context_rule, max_context, created, slice, engine)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (fingerprint) DO UPDATE SET path = excluded.path,
                    slice = coalesce(slice, excluded.slice),
                    engine = coalesce(engine, excluded.engine)
                RETURNING id
                """,
            arguments: [
                model.fingerprint, model.path, model.architecture, model.parameters,
                model.tokenizer, model.tokenizerDigest, model.contextRule, model.maxContext,
                Store.now(), try model.slice.map(Store.json),
                try model.served.map(Store.json),
            ])
        guard let id else { throw RefineryError(.unusable, "cannot record model \(model.path)") }
        return id
    }

    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private func dropPending(ofFormerModel model: Int64, _ db: Database) throws {
        if try Store.currentModelIDs(db).contains(model) { return }
        try db.execute(sql: "DELETE FROM pending WHERE model = ?", arguments: [model])
        try db.execute(
            sql: """
                DELETE FROM counter WHERE model = ? AND name IN ('pending', 'pending_tokens')
                """, arguments: [model])
    }

    private func fillPending(model: Int64, _ db: Database) throws {
        // Nothing happens where the model plays the other role already.
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO pending (chunk, model)
                SELECT c.id, ?1 FROM chunk c
                WHERE c.duplicate_of IS NULL AND c.retired = 0
                AND NOT EXISTS (SELECT 1 FROM score s WHERE s.chunk = c.id AND s.model = ?1)
                ORDER BY c.id
                """, arguments: [model])
        guard db.changesCount > 0 else { return }
        var tally = Tally()
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT d.corpus, count(*), sum(c.tokens)
                FROM pending p JOIN chunk c ON c.id = p.chunk JOIN document d ON d.id = c.document
                WHERE p.model = ? GROUP BY d.corpus
                """, arguments: [model])
        while let row = try rows.next() {
            tally.add(.pending, row[1], corpus: row[0], model: model)
            tally.add(.pendingTokens, row[2], corpus: row[0], model: model)
        }
        try tally.write(db)
    }
}

extension Snapshot {
    /// The current model of each role.
    func currentModels() throws -> ByRole<Model?> {
        try Store.currentModels(db)
    }

    /// The models whose scores are compared.
    ///
    /// - Throws: ``RefineryError`` where one is missing.
    func currentPair() throws -> ByRole<Model> {
        let models = try currentModels()
        guard let teacher = models.teacher, let reference = models.reference else {
            let role = models.teacher == nil ? "teacher" : "reference"
            throw RefineryError(
                .refused, "nothing can be selected: the store has no \(role) model yet",
                hint: "start refineryd with both models and let it score")
        }
        return ByRole(teacher: teacher, reference: reference)
    }
}

extension ByRole<Model> {
    /// Whether both models see the same tokens of every text.
    var sharesTokens: Bool {
        teacher.tokenizerDigest == reference.tokenizerDigest
            && teacher.contextRule == reference.contextRule
    }
}

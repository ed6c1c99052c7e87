import Foundation
import GRDB
import Migrations
import Testing

@testable import Refinery

struct StoreUpgradeTests {
    /// A store as version 1 left it: one document of one chunk, scored, and selected.
    private func first(_ path: String) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.write { db in
            try db.execute(
                sql: "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
            try db.execute(sql: migrations[0].sql)
            try db.execute(
                sql: """
                    INSERT INTO grdb_migrations VALUES ('v0001_initial');
                    INSERT INTO model VALUES
                        (1, '\(String(repeating: "a", count: 64))', '/t', 'llama', 1, 't', 't',
                            'none', 99, 0),
                        (2, '\(String(repeating: "b", count: 64))', '/r', 'llama', 1, 't', 't',
                            'none', 99, 0);
                    INSERT INTO model_role VALUES ('teacher', 1, 1, 0), ('reference', 2, 1, 0);
                    INSERT INTO corpus VALUES (1, 'c', 0, NULL);
                    INSERT INTO file VALUES (1, 1, 'f');
                    INSERT INTO chunker VALUES (1, 'bars 1');
                    INSERT INTO job (id, kind, state, created, started, ended)
                        VALUES (1, 'import', 'succeeded', 0, 0, 0);
                    INSERT INTO document (id, corpus, key, file, line, job, bytes, sha256, chunker)
                        VALUES (1, 1, x'61', 1, 1, 1, 4, zeroblob(32), 1);
                    INSERT INTO chunk (id, document, ordinal, start, "end", tokens, sha256)
                        VALUES (1, 1, 0, 0, 4, 40, zeroblob(32));
                    INSERT INTO document_text VALUES (1, x'789c2b49ad280100046701c6', NULL);
                    INSERT INTO score VALUES
                        (1, 1, 'scored', 40, 4, 80, 160, 0, 1, NULL),
                        (1, 2, 'scored', 40, 4, 120, 360, 0, 1, NULL);
                    INSERT INTO counter VALUES (1, 0, 'documents', 1), (1, 0, 'chunks', 1);
                    """)
            let rule =
                #"{"corpus":null,"keep_duplicates":false,"no_guards":false,"partial":false,"size":{"top_k":1}}"#
            let summary =
                #"{"candidates":1,"chunks":1,"created":5,"documents":1,"domains":[],"duplicates":0,"failed":0,"id":1,"kept_chunks":1,"kept_documents":1,"kept_tokens":40,"name":"old","pending":0,"reference":"b","rule":"#
                + rule
                + #","teacher":"a","tokens":40,"too_short":0,"unchunked_documents":0,"unit":"token"}"#
            try db.execute(
                sql: "INSERT INTO selection VALUES (1, 'old', 5, ?, 1, 2, 'token', 1, 1, 40, ?)",
                arguments: [rule, summary])
            try db.execute(sql: "INSERT INTO selection_chunk VALUES (1, 1, 1, 1.0)")
        }
        try queue.close()
    }

    @Test func `a store of version 1 opens, and old scores say what they lack`() throws {
        let test = try TestStore()
        let path = test.folder.appendingPathComponent("old.db").path
        try first(path)
        let store = try Store(path: path)
        let old = try #require(try store.selections().first)
        #expect(old.name == "old" && old.rule.guards == .none)
        var rows = 0
        try store.exportRows(selection: old.id, ExportOptions()) { _ in rows += 1 }
        #expect(rows == 1)
        #expect(try store.select(SelectionRule(size: .topK(1))).maxScore == 1)
        let guarded = #expect(throws: RefineryError.self) {
            try store.select(SelectionRule(size: .topK(1), guards: .standard))
        }
        #expect(guarded?.message.contains("repetition") == true)
        var rule = SelectionRule(size: .topK(1))
        rule.score = .column(.adapted)
        let adapted = #expect(throws: RefineryError.self) { try store.select(rule) }
        #expect(adapted?.message.contains("adapted") == true)
        try store.close()
    }

    @Test func `a store of version 7 keeps its scores, and takes some without ranks`() throws {
        let test = try TestStore()
        let path = test.folder.appendingPathComponent("seven.db").path
        try first(path)
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA foreign_keys = OFF")
            for migration in migrations[1..<7] {
                try db.execute(sql: migration.sql)
                try db.execute(
                    sql: "INSERT INTO grdb_migrations VALUES (?)", arguments: [migration.name])
            }
            try db.execute(
                sql: """
                    UPDATE score SET nll_adapted = 60, repetition = 0.25 WHERE model = 1;
                    INSERT INTO token_nll VALUES (1, 1, x'0102');
                    """)
        }
        func rows(_ reader: any DatabaseReader) throws -> [Row] {
            try reader.read { db in
                try Row.fetchAll(
                    db,
                    sql: """
                        SELECT chunk, model, outcome, reason, \(ScoreSums.columns) FROM score
                        ORDER BY model
                        """)
            }
        }
        let before = try rows(queue)
        try queue.close()
        let store = try Store(path: path)
        #expect(try rows(store.pool) == before)
        let check = try store.check()
        #expect(check.damage.isEmpty && check.dangling.isEmpty)
        // The rows of token_nll still refer to the table of scores.
        #expect(throws: DatabaseError.self) {
            try store.pool.write {
                try $0.execute(sql: "INSERT INTO token_nll VALUES (1, 9, x'0102')")
            }
        }
        try store.pool.write { db in
            try db.execute(sql: "UPDATE score SET top1 = NULL, top10 = NULL WHERE model = 2")
        }
        #expect(throws: DatabaseError.self) {
            try store.pool.write {
                try $0.execute(sql: "UPDATE score SET top1 = NULL WHERE model = 1")
            }
        }
        try store.close()
    }
}

import CZlib
import Foundation
import GRDB
import Testing

@testable import Refinery

struct StoreImportTests {
    @Test func `a file enqueued twice adds nothing, rejects included`() throws {
        let test = try TestStore()
        let documents = [ImportedDocument.test("a", "one", line: 1), .test("b", "two", line: 2)]
        let rejects = [Reject(line: 3, reason: .invalidJSON, detail: "no")]
        let first = try test.add(documents, rejects: rejects)
        #expect(first.added == 2 && first.unchanged == 0 && first.rejected == 1)
        let second = try test.add(documents, rejects: rejects)
        #expect(second.added == 0 && second.unchanged == 2 && second.rejected == 1)
        #expect(second.firstDocument == first.firstDocument)
        #expect(second.lastDocument == first.lastDocument)
        let corpus = try #require(try test.store.corpora().first)
        #expect(corpus.documents == 2 && corpus.rejects == 1 && corpus.bytes == 6)
        #expect(try test.count("SELECT count(*) FROM reject") == 1)
    }

    @Test func `another text under a known id is a reject that names where the first stands`()
        throws
    {
        let test = try TestStore()
        try test.add([.test("a", "one", line: 5)], file: "first.jsonl")
        let counts = try test.add([.test("a", "two", line: 9)], file: "second.jsonl")
        #expect(counts.rejected == 1 && counts.added == 0)
        var found: [RejectRecord] = []
        try test.store.rejects(corpus: "default") { found.append($0) }
        #expect(found.map(\.reason) == [.duplicateID])
        #expect(found.first?.file == "second.jsonl" && found.first?.line == 9)
        #expect(found.first?.id == "a")
        #expect(found.first?.detail.contains("first.jsonl:5") == true)
    }

    @Test func `ids and texts are compared as bytes, NUL and composition included`() throws {
        let test = try TestStore()
        let counts = try test.add([
            .test("e\u{301}", "x\0y"), .test("\u{e9}", "x\0z"), .test("a\0b", "x"),
            .test("a\0c", "x"),
        ])
        #expect(counts.added == 4)
        let texts = try test.store.unchunkedDocuments(limit: 10, maxBytes: 1000).map(\.text)
        #expect(texts[0] == Array("x\0y".utf8))
        #expect(texts[1] == Array("x\0z".utf8))
    }

    @Test func `replacing takes the new version, and a second time changes nothing`() throws {
        let test = try TestStore()
        try test.registerModels()
        let old = [ImportedDocument.test("a", "old", line: 1), .test("b", "same", line: 2)]
        let new = [ImportedDocument.test("a", "new", line: 1), .test("b", "same", line: 2)]
        try test.add(old)
        try test.chunkAll()
        try test.score()
        #expect(try test.add(new, replace: true).replaced == 1)
        try test.chunkAll()
        #expect(try test.store.nextPending(after: 0, limit: 9).map(\.text) == [Array("new".utf8)])
        #expect(try test.store.checkPending().isClean)
        let again = try test.add(new, replace: true)
        #expect(again.replaced == 0 && again.unchanged == 2)
    }

    @Test func `with replace, an id repeated in one job is a reject, each time`() throws {
        let test = try TestStore()
        let lines = [ImportedDocument.test("a", "one", line: 1), .test("a", "two", line: 2)]
        let first = try test.add(lines, replace: true)
        #expect(first.added == 1 && first.rejected == 1)
        let second = try test.add(lines, replace: true)
        #expect(second.unchanged == 1 && second.replaced == 0 && second.rejected == 1)
        #expect(try test.count("SELECT count(*) FROM reject") == 1)
    }

    @Test func `chunks must join to the text`() throws {
        let test = try TestStore()
        try test.add([.test("a", "hello")])
        let id = try #require(try test.store.unchunkedDocuments(limit: 1, maxBytes: 1).first?.id)
        let hash = [UInt8](repeating: 0, count: 32)
        for ranges in [[0..<4], [1..<5], [0..<2, 3..<5], [0..<6], []] {
            let cuts = ranges.map { ChunkCut(range: $0, tokens: 1, sha256: hash) }
            #expect(throws: RefineryError.self) {
                try test.store.addChunks([(document: id, chunks: cuts)], chunker: "x")
            }
        }
        #expect(try test.count("SELECT count(*) FROM chunk") == 0)
    }

    @Test(arguments: [1, 1000, 100_000])
    func `zlib itself, as Python has it, reads the stored text`(count: Int) throws {
        let test = try TestStore()
        let text = String(repeating: "some text, again and again; ", count: count)
        try test.add([.test("a", text)])
        let deflated = try #require(
            try test.store.pool.read {
                try Data.fetchOne($0, sql: "SELECT deflated FROM document_text")
            })
        #expect(count == 1 || deflated.count < text.utf8.count / 10)
        var length = uLong(text.utf8.count)
        var inflated = [UInt8](repeating: 0, count: text.utf8.count)
        #expect(uncompress(&inflated, &length, Array(deflated), uLong(deflated.count)) == Z_OK)
        #expect(inflated == Array(text.utf8) && length == text.utf8.count)
        #expect(try test.store.unchunkedDocuments(limit: 1, maxBytes: 1)[0].text == inflated)
    }

    @Test func `a text that is damaged, or not as long as recorded, is told`() throws {
        let test = try TestStore()
        for change in [
            "UPDATE document SET bytes = 4", "UPDATE document SET bytes = 2",
            "UPDATE document_text SET deflated = x'789c0000'",
        ] {
            try test.add([.test(change, "one")])
            try test.store.pool.write { try $0.execute(sql: change) }
            let error = #expect(throws: RefineryError.self) {
                try test.store.unchunkedDocuments(limit: 9, maxBytes: 1000)
            }
            #expect(error?.message.contains("does not inflate") == true)
        }
    }

    @Test(arguments: ["", "a\nb", "x\0", String(repeating: "n", count: 256)])
    func `a corpus name that cannot be printed is refused`(name: String) throws {
        let test = try TestStore()
        #expect(throws: RefineryError.self) { try test.add([.test("a", "x")], corpus: name) }
    }
}

import Foundation
import Testing

@testable import Refinery

struct OtherMetadataTests {
    @Test func `another domain under the same text is told, and taken over with replace`() throws {
        let test = try TestStore()
        try test.registerModels()
        try test.add([.test("a", "one|two"), .test("b", "three", domain: "web", line: 2)])
        try test.chunkAll()
        try test.score()
        let scores = try test.count("SELECT count(*) FROM score")
        let later = [
            ImportedDocument.test("a", "one|two", domain: "code", fields: #"{"n":1}"#),
            .test("b", "three", domain: "web", line: 2),
        ]
        let told = try test.add(later)
        #expect(told.unchanged == 2 && told.differing == 1 && told.updated == 0)
        #expect(try test.count("SELECT count(*) FROM document WHERE domain IS NULL") == 1)
        let taken = try test.add(later, replace: true)
        #expect(taken.updated == 1 && taken.unchanged == 1 && taken.differing == 0)
        #expect(taken.replaced == 0)
        #expect(try test.count("SELECT count(*) FROM score") == scores && scores > 0)
        #expect(try test.store.nextPending(after: 0, limit: 9).isEmpty)
        let made = try test.store.select(SelectionRule(size: .topK(9)))
        #expect(made.domains.map(\.domain) == ["code", "web"])
        let row = try #require(try test.export(made.id, .corpus).first)
        #expect(row.fields == Array(#"{"n":1}"#.utf8))
        let again = try test.add(later, replace: true)
        #expect(again.updated == 0 && again.unchanged == 2)
    }

    @Test func `with replace, of an id that stands twice with two domains the first counts`() throws
    {
        let test = try TestStore()
        let lines = [
            ImportedDocument.test("a", "one", domain: "x", line: 1),
            .test("a", "one", domain: "y", line: 2),
        ]
        for _ in 1...2 {
            let counts = try test.add(lines, replace: true)
            #expect(counts.updated == 0 && counts.differing == 1)
        }
        #expect(try test.count("SELECT count(*) FROM domain WHERE name = x'78'") == 1)
    }

    private func summary(
        _ lines: String, _ change: (inout Importer.Options) -> Void
    ) throws -> ImportSummary {
        let test = try TestStore()
        var options = Importer.Options()
        change(&options)
        var job = try ImportJob(
            store: test.store, corpus: "c", file: "a.jsonl", options: options, replace: false)
        try Array(lines.utf8).withUnsafeBytes { try job.feed($0) }
        return try job.finish()
    }

    @Test func `a field that was named and that no line has is told`() throws {
        let lines = "{\"text\":\"one\",\"lang\":\"en\"}\n{\"text\":\"two\"}\n"
        #expect(try summary(lines) { _ in }.missingFields == nil)
        let missing = try summary(lines) {
            $0.fields.id = "key"
            $0.namesID = true
            $0.fields.domain = "language"
            $0.namesDomain = true
        }
        #expect(missing.missingFields == ["id_field": "key", "domain_field": "language"])
        let found = try summary(lines) {
            $0.fields.domain = "lang"
            $0.namesDomain = true
        }
        #expect(found.missingFields == nil)
        #expect(
            try summary("") { $0.namesDomain = true }.missingFields == nil, "nothing can lack it")
        let json = try JSONEncoder().encode(found)
        #expect(!String(decoding: json, as: UTF8.self).contains("missing_fields"))
    }

    @Test func `a chunk field that was named and that no line has is told`() throws {
        let test = try TestStore()
        try test.add([.test("a", "one|two")])
        try test.chunkAll()
        for (field, isMissing) in [("chunk", false), ("chnk", true)] {
            let made = try test.importColumn(
                "of-\(field)", #"{"id":"a","chunk":0,"value":1}"#, file: field
            ) {
                $0.chunkField = field
                $0.namesChunkField = true
            }
            #expect(made.missingFields == (isMissing ? ["chunk_field": "chnk"] : nil))
        }
    }
}

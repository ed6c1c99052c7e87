import Foundation
import Testing

@testable import Refinery

struct NamesakeTests {
    private func job(
        _ test: TestStore, _ path: String, _ lines: String,
        _ change: (inout Importer.Options) -> Void = { _ in }
    ) throws -> ImportSummary {
        var options = Importer.Options()
        change(&options)
        var job = try ImportJob(
            store: test.store, corpus: "c", file: "part-0.jsonl", path: path, options: options,
            replace: false)
        try Array(lines.utf8).withUnsafeBytes { try job.feed($0) }
        return try job.finish()
    }

    @Test func `rejects of files of one name in two folders are listed one by one`() throws {
        let test = try TestStore()
        let first = try job(test, "A/part-0.jsonl", "{\"text\":\"one\"}\nno\n")
        let second = try job(test, "B/part-0.jsonl", "{\"text\":\"two\"}\nno\nno\n")
        #expect(first.file == "part-0.jsonl" && first.rejected == 1 && second.rejected == 3)
        var listed: [String] = []
        try test.store.rejects { listed.append("\($0.file):\($0.line) \($0.reason.rawValue)") }
        #expect(
            listed.sorted() == [
                "A/part-0.jsonl:2 invalid_json", "B/part-0.jsonl:1 duplicate_id",
                "B/part-0.jsonl:2 invalid_json", "B/part-0.jsonl:3 invalid_json",
            ])
        #expect(try test.store.corpora().first?.rejects == 4)
        // Ids go on being made from the name within the folder.
        #expect(
            try test.count(
                "SELECT count(*) FROM document WHERE key = CAST('part-0.jsonl:1' AS BLOB)")
                == 1)
    }

    @Test func `without an id field ids come from file and line, and the field is kept`() throws {
        let test = try TestStore()
        let lines = #"{"id":0,"text":"one"}"#
        _ = try job(test, "a", lines) { $0.fields.readsID = false }
        #expect(
            try test.count(
                """
                SELECT count(*) FROM document d JOIN document_text x ON x.document = d.id
                WHERE d.key = CAST('part-0.jsonl:1' AS BLOB) AND x.fields = CAST('{"id":0}' AS BLOB)
                """) == 1)
    }

    @Test func `two files of one name are found, one file that is named twice is not`() throws {
        let root = FileManager.default.temporaryDirectory
            .appendingPathComponent("namesakes-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: root) }
        for folder in ["A", "B"] {
            try FileManager.default.createDirectory(
                atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
            try Data().write(to: URL(fileURLWithPath: "\(root)/\(folder)/part-0.jsonl"))
        }
        let found = try CorpusListing(paths: [root + "/A", root + "/B"], hasCorpus: false).namesakes
        #expect(found?.0.path == root + "/A/part-0.jsonl")
        #expect(found?.1.path == root + "/B/part-0.jsonl")
        for paths in [
            [root], [root + "/A", root + "/A/"], [root + "/A", root + "/B/part-0.jsonl"],
        ] {
            #expect(try CorpusListing(paths: paths, hasCorpus: false).namesakes == nil, "\(paths)")
        }
    }
}

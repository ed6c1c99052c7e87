import ArgumentParser
import Foundation
import Refinery
import Testing

@testable import refinectl

@Suite("What enqueue says and refuses")
struct EnqueueTests {
    @Test("Fields that no line has and documents that differ from the store are named")
    func notes() {
        var summary = ImportSummary()
        summary.file = "a.jsonl"
        summary.unchanged = 144
        #expect(Enqueue.notes([summary], replacing: false).isEmpty)
        summary.differing = 144
        summary.missingFields = ["domain_field": "lang"]
        let notes = Enqueue.notes([summary], replacing: false)
        #expect(notes.contains("warning: a.jsonl: no line has the field lang (--domain-field)\n"))
        #expect(
            notes.contains(
                "note: 144 documents have another domain or other fields here than in the store; "
                    + "--replace takes them over\n"))
        summary.differing = nil
        summary.unchanged = 0
        summary.updated = 144
        let words = Enqueue.words([summary], took: .seconds(1))
        #expect(words.contains("0 unchanged, 144 updated, 0 lines rejected"))
    }

    @Test("Files of one name in two folders are a usage error that names both")
    func namesakes() throws {
        let root = FileManager.default.temporaryDirectory
            .appendingPathComponent("enqueue-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: root) }
        for folder in ["A", "B"] {
            try FileManager.default.createDirectory(
                atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
            try Data().write(to: URL(fileURLWithPath: "\(root)/\(folder)/part-0.jsonl"))
        }
        let options = try CorpusOptions.parse([root + "/A", root + "/B"])
        let failure = #expect(throws: Failure.self) { try options.listing() }
        #expect(failure?.exitCode == 64)
        #expect(failure?.message.contains("\(root)/A/part-0.jsonl and \(root)/B/part-0") == true)
        #expect(failure?.hint?.contains("--corpus") == true)
        #expect(try CorpusOptions.parse([root]).listing().sources.count == 2)
    }
}

import Foundation
import GRDB
import Testing

@testable import Refinery

struct ImportJobTests {
    private func job(_ store: Store) throws -> ImportJob {
        var options = Importer.Options()
        options.batchCount = 300
        return try ImportJob(
            store: store, corpus: "c", file: "a.jsonl", options: options, replace: false)
    }

    private func line(_ number: Int) -> String {
        let text = String(repeating: "text \(number) ", count: 1 + number % 40)
        return number % 50 == 7 ? "no JSON\n" : "{\"id\":\"d\(number)\",\"text\":\"\(text)\"}\n"
    }

    @Test func `documents stand in the file's order, however many cores prepare them`() throws {
        let test = try TestStore()
        var job = try job(test.store)
        for number in 1...4000 { try Array(line(number).utf8).withUnsafeBytes { try job.feed($0) } }
        let summary = try job.finish()
        #expect(summary.added == 3920 && summary.rejected == 80 && summary.lines == 4000)
        let lines = try test.store.pool.read {
            try Int.fetchAll($0, sql: "SELECT line FROM document ORDER BY id")
        }
        #expect(lines == (1...4000).filter { $0 % 50 != 7 })
        let record = try #require(try test.store.job(job.id))
        #expect(record.state == .succeeded && record.done == 4000)
        for document in try test.store.unchunkedDocuments(limit: 4000, maxBytes: 1 << 30) {
            let number = lines[Int(document.id) - 1]
            #expect(
                document.text
                    == Array(String(repeating: "text \(number) ", count: 1 + number % 40).utf8))
        }
    }

    @Test func `a job that is given up has all lines that were complete`() throws {
        let test = try TestStore()
        var job = try job(test.store)
        for number in 1...1000 { try Array(line(number).utf8).withUnsafeBytes { try job.feed($0) } }
        let error = try job.fail("the connection broke")
        #expect(error.message.contains("incomplete after line 1000"))
        #expect(job.counts.added == 980 && job.counts.rejected == 20)
        #expect(try test.count("SELECT count(*) FROM document") == 980)
    }

    @Test(arguments: [Compression.gzip, .zstd])
    func `a compressed file of 0 bytes fails its job, and the error names it`(
        compression: Compression
    ) throws {
        let test = try TestStore()
        var options = Importer.Options()
        options.compression = compression
        var job = try ImportJob(
            store: test.store, corpus: "c", file: "a.jsonl.x", options: options, replace: false)
        let error = #expect(throws: RefineryError.self) { try job.finish() }
        #expect(error?.message.hasPrefix("a.jsonl.x: incomplete after line 0") == true)
        #expect(try test.store.job(job.id)?.state == .failed)
        try test.add([.test("a", "one")])
        let column = #expect(throws: RefineryError.self) {
            try test.importColumn("m", "", file: "v.jsonl.x") { $0.compression = compression }
        }
        #expect(column?.message.contains("v.jsonl.x: incomplete after line 0") == true)
    }

    @Test func `a store that fails ends the job with its error`() throws {
        let test = try TestStore()
        var job = try job(test.store)
        try test.store.close()
        #expect(throws: (any Error).self) {
            for number in 1...1000 {
                try Array(line(number).utf8).withUnsafeBytes { try job.feed($0) }
            }
            _ = try job.finish()
        }
    }
}

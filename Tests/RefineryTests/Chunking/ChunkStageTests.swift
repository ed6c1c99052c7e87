import Foundation
import Refinery
import Synchronization
import Testing

@Suite struct ChunkStageTests {
    private func withStore(_ body: (Store) throws -> Void) throws {
        let root = FileManager.default.temporaryDirectory
            .appendingPathComponent("stage-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: root) }
        try body(try Store(path: root.appendingPathComponent("store.sqlite").path))
    }

    private func enqueue(_ store: Store, _ text: String, _ compression: Compression = .none) throws
        -> (job: ImportJob, bytes: [UInt8])
    {
        var options = Importer.Options()
        options.compression = compression
        let job = try ImportJob(
            store: store, corpus: "c", file: "f.jsonl", options: options, replace: false)
        return (job, compression == .gzip ? gzip(Array(text.utf8)) : Array(text.utf8))
    }

    @Test func aFileIsImportedOnceAndItsDocumentsAreCut() throws {
        let text =
            (1...50).map { line -> String in
                let words = String(repeating: "word\(line) and more. ", count: line * 10)
                return #"{"id":\#(line),"text":"\#(words)"}"#
            }.joined(separator: "\n") + "\n[]\n"
        try withStore { store in
            for added: Int64 in [50, 0] {
                var (job, bytes) = try enqueue(store, text)
                try bytes.withUnsafeBytes { try job.feed($0) }
                let summary = try job.finish()
                #expect(summary.added == added && summary.unchanged == 50 - added)
                #expect(summary.rejected == 1 && summary.lines == 51)
                #expect(summary.bytes == Int64(text.utf8.count))
            }
            let chunker = Chunker(tokenizer: TestTokenizer(), maxTokens: 64)
            let stage = ChunkStage(store: store, chunker: chunker, threads: 3)
            #expect(try stage.run(isCancelled: { true }) == ChunkStage.Progress())
            let calls = Mutex(0)
            let progress = try stage.run(progress: { _ in calls.withLock { $0 += 1 } })
            #expect(progress.documents == 50 && progress.chunks > 100)
            #expect(calls.withLock { $0 } > 0)
            #expect(try stage.run() == ChunkStage.Progress())
        }
    }

    @Test func aFileThatIsCutShortFailsItsJobAndKeepsItsDocuments() throws {
        let text = (1...400).map { #"{"id":\#($0),"text":"words \#($0 &* 7919)"}"# }
            .joined(separator: "\n")
        try withStore { store in
            var (job, bytes) = try enqueue(store, text, .gzip)
            try bytes.dropLast(9).withUnsafeBytes { try job.feed($0) }
            let error = #expect(throws: RefineryError.self) { _ = try job.finish() }
            #expect(error?.message.contains("incomplete after line 399: ") == true)
            #expect(job.summary.added == 399 && job.summary.rejected == 0)
        }
    }
}

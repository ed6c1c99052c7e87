import Foundation
import Testing

/// A kill at any instant loses at most the batch in flight of each worker and repeats nothing.
@Suite(.serialized, .enabled(if: Programs.teacher != nil)) struct KillTests {
    private static let workers = 2
    private static let batchTokens = 512
    private let settings = """
        threads = \(workers)
        max_tokens = 256
        batch_tokens = \(batchTokens)

        """

    private func start(_ folder: Folder, run: Int) throws -> Daemon {
        try Daemon(
            folder, teacher: #require(Programs.teacher), reference: Programs.reference,
            settings: settings, run: run)
    }

    /// Every score of the store, as sqlite3 prints it.
    private func scores(_ folder: Folder) throws -> String {
        let script = """
            import sqlite3, sys
            db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
            for row in db.execute("SELECT * FROM score ORDER BY chunk, model"): print(row)
            """
        let ended = try Programs.run(
            "/usr/bin/env", ["python3", "-c", script, folder("store.db")])
        try #require(ended.status == 0, "\(ended.errors)")
        return ended.output
    }

    private func export(_ daemon: Daemon) throws -> Data {
        let path = daemon.folder("export.jsonl")
        let ended = try daemon.control(
            "export", "--ratio", "0.5", "--output", path, "--name", "half")
        #expect(ended.status == 0, "\(ended.errors)")
        return try Data(contentsOf: URL(fileURLWithPath: path))
    }

    @Test("ten kills while scoring: scores and export are those of an undisturbed run")
    func tenKills() throws {
        let text = try SampleCorpus.lines(documents: 44, sentences: 16)
        let quiet = try Folder()
        let undisturbed = try start(quiet, run: 0)
        let waited = try undisturbed.control(
            "enqueue", try quiet.write("corpus.jsonl", text), "--wait")
        #expect(waited.status == 0, "\(waited.errors)")
        let expectedScores = try scores(quiet)
        let expectedExport = try export(undisturbed)
        let chunks = try undisturbed.chunks("batch recorded")
        #expect(try undisturbed.chunks("batch taken") == chunks)
        #expect(undisturbed.end(SIGTERM) == 0)

        let folder = try Folder()
        let corpus = try folder.write("corpus.jsonl", text)
        var taken = 0, recorded = 0
        for run in 0..<10 {
            let daemon = try start(folder, run: run)
            if run == 0 { #expect(try daemon.control("enqueue", corpus).status == 0) }
            // Some batches are recorded in each life, and the moment differs from life to life.
            let end = Date() + 60
            while try daemon.chunks("batch recorded") == 0, Date() < end { usleep(5_000) }
            usleep(UInt32(run) * 37_000)
            daemon.end(SIGKILL)
            taken += try daemon.chunks("batch taken")
            recorded += try daemon.chunks("batch recorded")
        }
        #expect(recorded < chunks, "the work was done before the last kill: nothing was tested")
        let last = try start(folder, run: 10)
        #expect(try last.control("enqueue", corpus, "--wait").status == 0)
        taken += try last.chunks("batch taken")

        #expect(try scores(folder) == expectedScores)
        #expect(try export(last) == expectedExport)
        // A chunk has at least a quarter of 256 tokens or is a whole document: see SampleCorpus.
        let batch = Self.batchTokens / 64
        #expect(taken <= chunks + 10 * Self.workers * batch, "\(taken) scored for \(chunks)")
        #expect(last.end(SIGTERM) == 0)
    }
}

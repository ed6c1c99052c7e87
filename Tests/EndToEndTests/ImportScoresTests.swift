import Foundation
import Testing

/// Shards scored one by one and brought into one store give what one machine gives.
@Suite(.serialized) struct ImportScoresTests {
    private let teacher = Programs.reference
    private let reference = Programs.fixture("f32-bos")

    @Test("three shards' score files, in any order, give the export of an undisturbed run")
    func merged() throws {
        let folder = try Folder()
        let lines = try SampleCorpus.lines(documents: 30, sentences: 8).split(separator: "\n")
        let corpus = folder("corpus")
        try FileManager.default.createDirectory(
            atPath: corpus, withIntermediateDirectories: true)
        var scores: [String] = []
        let models = [
            "--teacher", teacher, "--reference", reference, "--context", "<|endoftext|>",
            "--reference-context", "bos", "--max-tokens", "64",
        ]
        for number in 0..<3 {
            let part = lines[(number * 11)..<min(lines.count, number * 11 + 11)]
            let shard = try folder.write(
                "corpus/shard-\(number).jsonl", part.joined(separator: "\n") + "\n")
            scores.append(folder("scores-\(number).jsonl.zst"))
            let ended = try Programs.run(
                "refinectl", ["score-shard", shard, "--output", scores[number]] + models)
            try #require(ended.status == 0, "\(ended.errors)")
        }
        let store = folder("store.db")
        let whole = try Programs.run(
            "refinectl",
            [
                "refine", corpus, "--ratio", "0.4", "--no-guards", "--name", "first", "--store",
                store, "--output", folder("whole.jsonl"),
            ] + models)
        try #require(whole.status == 0, "\(whole.errors)")

        // The store's own scores are those of the files, to the bit.
        let same = try Programs.run(
            "refinectl", ["import-scores"] + scores + ["--store", store, "--json"])
        #expect(same.status == 0, "\(same.errors)")
        #expect(same.output.contains(#""native":0"#), "\(same.output)")
        #expect(same.output.contains(#""recorded":0"#), "\(same.output)")
        #expect(same.output.contains(#""unknown":0"#), "\(same.output)")

        let sql = "DELETE FROM token_nll; DELETE FROM score;"
        let emptied = try Programs.run(
            "/usr/bin/env",
            [
                "python3", "-c",
                "import sqlite3; c = sqlite3.connect('\(store)'); c.executescript('\(sql)'); c.close()",
            ])
        try #require(emptied.status == 0, "\(emptied.errors)")
        #expect(try Programs.run("refineryd", ["check", "--store", store, "--repair"]).status == 0)
        let taken = try Programs.run(
            "refinectl", ["import-scores"] + scores.reversed() + ["--store", store])
        #expect(taken.status == 0, "\(taken.errors)")
        #expect(taken.errors.contains("0 unchanged") == false, "duplicates come twice")
        #expect(try Programs.run("refineryd", ["check", "--store", store]).status == 0)
        let exported = try Programs.run(
            "refinectl",
            [
                "export", "--ratio", "0.4", "--no-guards", "--name", "second", "--store", store,
                "--output", folder("merged.jsonl"),
            ])
        #expect(exported.status == 0, "\(exported.errors)")
        #expect(
            try Data(contentsOf: URL(fileURLWithPath: folder("merged.jsonl")))
                == Data(contentsOf: URL(fileURLWithPath: folder("whole.jsonl"))))

        // The same by one command, which loads no model.
        func refine(_ scores: [String], _ output: String) throws -> Ended {
            try Programs.run(
                "refinectl",
                [
                    "refine", corpus, "--ratio", "0.4", "--no-guards", "--name", "third",
                    "--teacher", teacher, "--reference", reference, "--output", output,
                    "--scores",
                ] + scores)
        }
        let refined = try refine(scores, folder("refined.jsonl"))
        #expect(refined.status == 0, "\(refined.errors)")
        #expect(
            try Data(contentsOf: URL(fileURLWithPath: folder("refined.jsonl")))
                == Data(contentsOf: URL(fileURLWithPath: folder("whole.jsonl"))))
        let misspelt = try refine([folder("none.jsonl")], folder("misspelt.jsonl"))
        #expect(misspelt.status == 1 && !misspelt.errors.contains("documents added"))
        let lacking = try refine(Array(scores.dropLast()), folder("lacking.jsonl"))
        #expect(lacking.status == 1 && lacking.errors.contains("are in none of the score files"))
        #expect(!FileManager.default.fileExists(atPath: folder("lacking.jsonl")))
    }

    @Test("a daemon takes score files, and its pending chunks are scored without its models")
    func daemon() async throws {
        let folder = try Folder()
        let corpus = try folder.write(
            "corpus.jsonl", SampleCorpus.lines(documents: 20, sentences: 6))
        let scores = folder("scores.jsonl.zst")
        let teacher = Programs.fixture("pair")
        let reference = Programs.fixture("f32.gguf")
        func score(_ reference: String, _ output: String) throws {
            let ended = try Programs.run(
                "refinectl",
                [
                    "score-shard", corpus, "--teacher", teacher, "--reference", reference,
                    "--output", output,
                ])
            try #require(ended.status == 0, "\(ended.errors)")
        }
        try score(reference, scores)
        func start(_ run: Int) throws -> Daemon {
            try Daemon(folder, teacher: teacher, reference: reference, run: run)
        }
        var daemon = try start(0)
        #expect(try daemon.control("enqueue", corpus, "--wait").status == 0)
        let export = ["export", "--ratio", "0.5", "--no-guards", "--no-record", "--output"]
        #expect(try daemon.control(export + [folder("native.jsonl")]).status == 0)
        let same = try daemon.control("import-scores", scores, "--json")
        #expect(same.status == 0 && same.output.contains(#""recorded":0"#), "\(same)")
        #expect(try daemon.control("pause").status == 0)
        #expect(daemon.end(SIGTERM) == 0)

        let sql = "DELETE FROM token_nll; DELETE FROM score;"
        let emptied = try Programs.run(
            "/usr/bin/env",
            [
                "python3", "-c",
                "import sqlite3; c = sqlite3.connect('\(folder("store.db"))'); "
                    + "c.executescript('\(sql)'); c.close()",
            ])
        try #require(emptied.status == 0, "\(emptied.errors)")
        let repaired = try Programs.run(
            "refineryd", ["check", "--store", folder("store.db"), "--repair"])
        try #require(repaired.status == 0, "\(repaired.errors)")

        daemon = try start(1)
        try await daemon.waitForStatus { $0.contains(#""state":"paused""#) }
        let whole = try Data(contentsOf: URL(fileURLWithPath: scores))
        let half = folder("half.jsonl.zst")
        try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: half))
        let broken = try daemon.control("import-scores", half)
        #expect(broken.status == 1 && broken.errors.contains("half.jsonl.zst:"), "\(broken.errors)")
        let taken = try daemon.control("import-scores", scores, "--json")
        #expect(taken.status == 0 && taken.output.contains(#""native":0"#), "\(taken)")
        #expect(!taken.output.contains(#""recorded":0,"#), "\(taken)")
        #expect(!taken.errors.contains("another pair"))
        let table = folder("scores.parquet")
        try score(reference, table)
        let again = try daemon.control("import-scores", table, "--json")
        #expect(again.status == 0 && again.output.contains(#""recorded":0,"#), "\(again)")
        #expect(again.output.contains(#""unknown":0"#), "\(again)")
        try Data(contentsOf: URL(fileURLWithPath: table)).dropLast(9)
            .write(to: URL(fileURLWithPath: table))
        let cut = try daemon.control("import-scores", table)
        #expect(cut.status == 1 && cut.errors.contains("\(table): "), "\(cut.errors)")
        #expect(try daemon.control("jobs", "--json").output.contains("scores.jsonl.zst"))
        #expect(try daemon.control(export + [folder("imported.jsonl")]).status == 0)
        #expect(
            try Data(contentsOf: URL(fileURLWithPath: folder("imported.jsonl")))
                == Data(contentsOf: URL(fileURLWithPath: folder("native.jsonl"))))
        #expect(try daemon.control("resume").status == 0)
        try await daemon.waitForStatus { $0.contains(#""state":"idle""#) }

        // Scores of a pair that the daemon has not are kept, and somebody is told.
        let other = folder("other.jsonl")
        try score(Programs.fixture("llama3-rope"), other)
        let foreign = try daemon.control("import-scores", other)
        #expect(foreign.status == 0 && foreign.errors.contains("another pair"), "\(foreign)")
        #expect(daemon.end(SIGTERM) == 0)
    }

    @Test("a store that is not there, or was cut by another chunker, is refused")
    func refused() throws {
        let folder = try Folder()
        let shard = try folder.write("a.jsonl", #"{"id":"a","text":"The river runs."}"# + "\n")
        let scores = folder("scores.jsonl")
        let ended = try Programs.run(
            "refinectl",
            [
                "score-shard", shard, "--teacher", teacher, "--reference", teacher, "--output",
                scores,
            ])
        try #require(ended.status == 0, "\(ended.errors)")
        let missing = try Programs.run(
            "refinectl", ["import-scores", scores, "--store", folder("none.db")])
        #expect(missing.status == 1 && missing.errors.contains("there is no store"))
        let refined = try Programs.run(
            "refinectl",
            [
                "refine", shard, "--teacher", teacher, "--reference", teacher, "--max-tokens",
                "64", "--ratio", "1", "--no-guards", "--store", folder("store.db"), "--dry-run",
            ])
        try #require(refined.status == 0, "\(refined.errors)")
        let other = try Programs.run(
            "refinectl", ["import-scores", scores, "--store", folder("store.db")])
        #expect(other.status == 1 && other.errors.contains("was cut by the chunker"))
    }
}

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

import Foundation
import Testing

/// Shards that are selected from without a store give what one store gives.
@Suite(.serialized) struct SelectShardsTests {
    private let models = [
        "--teacher", Programs.reference, "--reference", Programs.fixture("f32-bos"),
        "--context", "<|endoftext|>", "--reference-context", "bos", "--max-tokens", "64",
    ]

    /// Shards in several formats with texts in common, a file of one text among them, and their
    /// score files.
    private func scored(_ folder: Folder) throws -> (corpus: String, shards: [String]) {
        let lines = try SampleCorpus.lines(documents: 36, sentences: 8).split(separator: "\n")
        let corpus = folder("corpus")
        try FileManager.default.createDirectory(atPath: corpus, withIntermediateDirectories: true)
        var shards: [String] = []
        for number in 0..<3 {
            let part = lines[(number * 12)..<min(lines.count, number * 12 + 14)]
            // Two documents of the next shard stand here already.
            shards.append(
                try folder.write(
                    "corpus/shard-\(number).jsonl", part.joined(separator: "\n\n") + "\nno json\n"))
        }
        shards.append(
            try folder.write(
                "corpus/text.txt",
                (0..<60).map { "The committee explained line \($0) of the letter." }
                    .joined(separator: "\n")))
        for (number, shard) in shards.enumerated() {
            let ended = try Programs.run(
                "refinectl",
                ["score-shard", shard, "--output", folder("scores-\(number).jsonl.zst")] + models)
            try #require(ended.status == 0, "\(ended.errors)")
        }
        return (corpus, shards)
    }

    private func select(_ folder: Folder, _ cuts: String, _ rule: [String]) throws -> Ended {
        try Programs.run(
            "refinectl",
            ["select-shards"] + (0..<4).map { folder("scores-\($0).jsonl.zst") } + rule
                + ["--output", folder(cuts), "--json"])
    }

    private func export(
        _ folder: Folder, _ shards: [String], _ cuts: String, _ more: [String] = [],
        ending: String = "jsonl"
    ) throws -> [String] {
        try shards.enumerated().map { number, shard in
            let output = folder("\(cuts)-\(number).\(ending)")
            let ended = try Programs.run(
                "refinectl",
                [
                    "export-shard", shard, folder("scores-\(number).jsonl.zst"), folder(cuts),
                    "--output", output,
                ] + more)
            #expect(ended.status == 0, "\(ended.errors)")
            let verified = try Programs.run("refinectl", ["verify", output + ".manifest.json"])
            #expect(verified.status == 0, "\(verified.errors)")
            return output
        }
    }

    @Test("the shards' exports, one after the other, are the export of one store")
    func sameAsStore() throws {
        let folder = try Folder()
        let (corpus, shards) = try scored(folder)
        let store = folder("store.db")
        let refined = try Programs.run(
            "refinectl",
            ["refine", corpus, "--ratio", "1", "--no-guards", "--store", store, "--dry-run"]
                + models)
        try #require(refined.status == 0, "\(refined.errors)")
        let rules: [([String], [String])] = [
            (["--ratio", "0.4", "--no-guards"], []),
            (["--token-ratio", "0.5", "--min-tokens", "20"], ["--keep-fields"]),
            (
                ["--top-k", "40", "--where", "difference=q0.1..", "--keep-duplicates"],
                ["--merge-adjacent"]
            ),
            (
                [
                    "--token-ratio", "0.5", "--no-guards", "--sample", "--seed", "7", "--score",
                    "difference:1,relative:0.5", "--mix", "prose=2,code=1,(none)=1", "--spill",
                ], []
            ),
        ]
        for (number, (rule, writing)) in rules.enumerated() {
            let whole = folder("whole-\(number).jsonl")
            let exported = try Programs.run(
                "refinectl", ["export", "--store", store, "--output", whole] + rule + writing)
            #expect(exported.status == 0, "\(exported.errors)")
            let selected = try select(folder, "cuts-\(number)", rule)
            #expect(selected.status == 0, "\(selected.errors)")
            #expect(selected.output.contains(#""kept_chunks":"#))
            #expect(selected.errors.contains("of a corpus and id that stood before"))
            var joined = Data()
            for part in try export(folder, shards, "cuts-\(number)", writing) {
                joined += try Data(contentsOf: URL(fileURLWithPath: part))
            }
            let expected = try Data(contentsOf: URL(fileURLWithPath: whole))
            #expect(joined == expected && !expected.isEmpty, "\(rule)")
        }
        let parquet = try export(folder, shards, "cuts-0", ending: "parquet")
        #expect(parquet.count == 4)
    }

    @Test("what is another's, is there already, or needs a store is refused")
    func refused() throws {
        let folder = try Folder()
        let (_, shards) = try scored(folder)
        let first = try select(folder, "cuts", ["--top-k", "9"])
        try #require(first.status == 0, "\(first.errors)")
        let again = try select(folder, "cuts", ["--top-k", "9"])
        #expect(again.status == 1 && again.errors.contains("it is there already"))
        for option in [
            ["--near-duplicates", "0.8"], ["--decontaminate", shards[0]],
            ["--exclude-ids", shards[0]], ["--unit", "document"], ["--score", "at_length"],
            ["--score", "expected_difference"], ["--where", "mates=1.."], ["--partial"],
        ] {
            let name = option.last == "mates=1.." ? "mates" : option[0]
            let ended = try select(folder, "none", ["--top-k", "9"] + option)
            #expect(ended.status == 64, "\(option): \(ended.errors)")
            #expect(
                ended.errors.contains(name) || ended.errors.contains(option.last ?? ""),
                "\(ended.errors)")
        }
        let like = try select(folder, "none", ["--like", "a"])
        #expect(like.status == 64 && like.errors.contains("--like"))

        func export(_ shard: String, _ scores: Int, _ more: [String] = []) throws -> Ended {
            try Programs.run(
                "refinectl",
                [
                    "export-shard", shard, folder("scores-\(scores).jsonl.zst"), folder("cuts"),
                    "--output", folder("out.jsonl"),
                ] + more)
        }
        let other = try export(shards[1], 0)
        #expect(other.status == 1 && other.errors.contains("is not the shard that was scored"))
        #expect(try export(shards[0], 0, ["--order", "score"]).status == 64)
        #expect(try export(shards[0], 0, ["--format", "fasttext"]).status == 64)
        let few = try Programs.run(
            "refinectl",
            [
                "select-shards", folder("scores-1.jsonl.zst"), "--top-k", "3", "--output",
                folder("few"),
            ])
        #expect(few.status == 0, "\(few.errors)")
        let missing = try Programs.run(
            "refinectl",
            [
                "export-shard", shards[0], folder("scores-0.jsonl.zst"), folder("few"),
                "--output", folder("out.jsonl"),
            ])
        #expect(missing.status == 1 && missing.errors.contains("have no shard shard-0.jsonl"))
        // Another shard's output stays as it is.
        #expect(try export(shards[0], 0).status == 0)
        let before = try Data(contentsOf: URL(fileURLWithPath: folder("out.jsonl")))
        let replaced = try export(shards[1], 1)
        #expect(replaced.status == 1, "\(replaced.errors)")
        #expect(replaced.errors.contains("what was kept of another shard, shard-0.jsonl"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder("out.jsonl"))) == before)
        #expect(try export(shards[0], 0).status == 0)
        #expect(try export(shards[1], 1, ["--overwrite"]).status == 0)
        try FileManager.default.removeItem(atPath: folder("out.jsonl"))

        let list = try folder.write(
            "list", "\(folder("scores-0.jsonl.zst"))\r\n\(folder("scores-0.jsonl.zst"))\r\n")
        let twice = try Programs.run(
            "refinectl", ["select-shards", "--list", list, "--top-k", "3", "--output", folder("t")])
        #expect(twice.status == 1 && twice.errors.contains("are one file"), "\(twice.errors)")
        let noList = try Programs.run(
            "refinectl",
            ["select-shards", "--list", "none", "--top-k", "3", "--output", folder("t")])
        #expect(noList.status == 1 && noList.errors.contains("cannot read the list none: "))
        _ = try folder.write("corpus/shard-0.jsonl", #"{"id":"a","text":"another"}"# + "\n")
        let changed = try export(shards[0], 0)
        #expect(changed.status == 1 && changed.errors.contains("is not the shard that was scored"))
        #expect(!FileManager.default.fileExists(atPath: folder("out.jsonl")))
    }
}

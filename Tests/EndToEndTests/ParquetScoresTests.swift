import Foundation
import Testing

/// A shard's score file does the same as Parquet that it does as lines.
@Suite(.serialized) struct ParquetScoresTests {
    private let models = [
        "--teacher", Programs.fixture("pair.gguf"), "--reference", Programs.fixture("pair"),
        "--max-tokens", "64",
    ]

    private func shard(_ folder: Folder) throws -> String {
        try folder.write(
            "shard.jsonl", "no json\n" + (try SampleCorpus.lines(documents: 20, sentences: 8)))
    }

    private func score(_ shard: String, _ output: String) throws -> Ended {
        try Programs.run(
            "refinectl", ["score-shard", shard, "--output", output, "--json"] + models)
    }

    private func bytes(_ path: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: path))
    }

    @Test("one that is there is left where it is this one, and refused where it is not")
    func existing() throws {
        let folder = try Folder()
        let shard = try shard(folder)
        let output = folder("scores.parquet")
        let made = try score(shard, output)
        try #require(made.status == 0, "\(made.errors)")
        #expect(made.output.contains(#""new":true"#) && made.output.contains(#""rejects":1"#))
        let before = try bytes(output)
        #expect(made.output.contains(#""bytes":\#(before.count),"#))
        let again = try score(shard, output)
        #expect(again.status == 0 && again.output.contains(#""new":false"#), "\(again.errors)")
        #expect(try score(shard, folder("again.parquet")).status == 0)
        #expect(try bytes(folder("again.parquet")) == before)

        try before.dropLast(9).write(to: URL(fileURLWithPath: output))
        let cut = try score(shard, output)
        #expect(cut.status == 1 && cut.errors.contains("\(output): "), "\(cut.errors)")
        #expect(cut.errors.contains("delete it and score the shard again"))
        #expect(try bytes(output) == before.dropLast(9))

        // A file of rows that `refine` has written is Parquet, too.
        let rows = folder("rows.parquet")
        let refined = try Programs.run(
            "refinectl",
            ["refine", shard, "--ratio", "1", "--no-guards", "--output", rows] + models
        )
        try #require(refined.status == 0, "\(refined.errors)")
        let other = try score(shard, rows)
        #expect(other.status == 1)
        #expect(
            other.errors.contains("\(rows): its metadata have no refinery.header: it is no score"),
            "\(other.errors)")

        try before.write(to: URL(fileURLWithPath: output))
        _ = try folder.write("shard.jsonl", #"{"text":"something else"}"# + "\n")
        let changed = try score(shard, output)
        #expect(changed.status == 1)
        #expect(changed.errors.contains("the shard's SHA-256 is "), "\(changed.errors)")
    }

    @Test("refine --scores, select-shards and export-shard make the same files of both forms")
    func sameFiles() throws {
        let folder = try Folder()
        let shard = try shard(folder)
        var made: [String: [Data]] = [:]
        for ending in ["jsonl.zst", "parquet"] {
            let scores = folder("scores.\(ending)")
            #expect(try score(shard, scores).status == 0)
            let refined = folder("refined-\(ending).jsonl")
            let cuts = folder("cuts-\(ending)")
            let kept = folder("kept-\(ending).jsonl")
            let rule = ["--token-ratio", "0.5", "--no-guards"]
            let refine: [String] = ["refine", shard, "--scores", scores, "--output", refined]
            for arguments in [
                refine + models.prefix(4) + rule,
                ["select-shards", scores, "--output", cuts] + rule,
                ["export-shard", shard, scores, cuts, "--output", kept],
            ] {
                let ended = try Programs.run("refinectl", arguments)
                #expect(ended.status == 0, "\(arguments): \(ended.errors)")
            }
            let files = try FileManager.default.contentsOfDirectory(atPath: cuts).sorted()
            made[ending] =
                try [refined, kept].map { try bytes($0) }
                + files.map { try bytes(cuts + "/" + $0) }
        }
        #expect(made["parquet"] == made["jsonl.zst"])
        #expect(made["parquet"]?.count == 4 && made["parquet"]?.contains(Data()) == false)
    }
}

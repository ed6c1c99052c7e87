import Foundation
import Testing

/// `score-shard` makes the same file however often it is stopped, and never another's.
@Suite(.serialized) struct ScoreShardTests {
    private let teacher = Programs.reference
    private let reference = Programs.fixture("f32-bos")

    private func arguments(
        _ shard: String, _ output: String, _ more: [String] = [], maxTokens: Int = 64
    ) -> [String] {
        [
            "score-shard", shard, "--teacher", teacher, "--reference", reference,
            "--context", "<|endoftext|>", "--reference-context", "bos", "--max-tokens",
            "\(maxTokens)", "--output", output,
        ] + more
    }

    private func score(_ arguments: [String]) throws -> Ended {
        try Programs.run("refinectl", arguments)
    }

    private func bytes(_ path: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: path))
    }

    /// Documents with duplicates among them, and lines that are rejected.
    private func shard(_ folder: Folder, documents: Int = 24) throws -> String {
        let lines = try SampleCorpus.lines(documents: documents, sentences: 8)
        return try folder.write(
            "shard.jsonl",
            "no json\n" + lines + #"{"id":"prose/0","text":"another text"}"# + "\n"
                + #"{"text":"a document without an id"}"# + "\n")
    }

    /// Runs until the shard is imported and then some, and ends by `signal`; nil where it was done.
    private func interrupt(
        _ arguments: [String], _ folder: Folder, signal: Int32, after: UInt32
    ) throws -> Int32? {
        let errors = try folder.write("errors", "")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try Programs.path("refinectl"))
        process.arguments = arguments
        process.standardError = FileHandle(forWritingAtPath: errors)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let end = Date() + 60
        while process.isRunning, Date() < end,
            try !String(contentsOfFile: errors, encoding: .utf8).contains("unchanged,")
        { usleep(1_000) }
        usleep(after)
        guard process.isRunning else { return nil }
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        try FileManager.default.removeItem(atPath: errors)
        return process.terminationStatus
    }

    @Test("threads, kills and SIGTERM change no byte, and the scratch store goes at the end")
    func sameBytes() throws {
        let folder = try Folder()
        let shard = try shard(folder, documents: 60)
        let quiet = folder("quiet.jsonl.zst")
        let first = try score(arguments(shard, quiet, ["--threads", "1"]))
        try #require(first.status == 0, "\(first.errors)")
        let expected = try bytes(quiet)

        let output = folder("scores.jsonl.zst")
        let store = folder("scratch.sqlite")
        let disturbed = arguments(shard, output, ["--threads", "2", "--store", store])
        var kills = 0
        var terminations = 0
        for run in 0..<6 {
            let signal = run % 2 == 0 ? SIGKILL : SIGTERM
            let status = try interrupt(
                disturbed, folder, signal: signal, after: UInt32(run) * 60_000)
            guard let status else { break }
            if signal == SIGTERM {
                #expect(status == 75)
                terminations += 1
            } else {
                kills += 1
            }
            #expect(!FileManager.default.fileExists(atPath: output))
        }
        #expect(kills > 0 && terminations > 0, "it was done before it was stopped")
        let last = try score(disturbed)
        #expect(last.status == 0, "\(last.errors)")
        #expect(try bytes(output) == expected)
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(Set(left) == ["shard.jsonl", "quiet.jsonl.zst", "scores.jsonl.zst"])
    }

    @Test("a score file that is there is left where it is this one, and refused where it is not")
    func existing() throws {
        let folder = try Folder()
        let shard = try shard(folder)
        let output = folder("scores.jsonl")
        let made = try score(arguments(shard, output, ["--json"]))
        try #require(made.status == 0, "\(made.errors)")
        #expect(made.output.contains(#""new":true"#) && made.output.contains(#""rejects":2"#))
        let before = try bytes(output)

        let again = try score(arguments(shard, output, ["--json"]))
        #expect(again.status == 0 && again.output.contains(#""new":false"#))
        #expect(again.errors.contains("is whole and of this shard: nothing to do"))

        let otherCut = try score(arguments(shard, output, maxTokens: 65))
        #expect(otherCut.status == 1)
        #expect(otherCut.errors.contains("the most tokens of a chunk is 64, not 65"))

        var swapped = arguments(shard, output)
        (swapped[3], swapped[7]) = (reference, "bos")
        let otherTeacher = try score(swapped)
        #expect(otherTeacher.status == 1)
        #expect(otherTeacher.errors.contains("the teacher is "), "\(otherTeacher.errors)")

        try before.dropLast(40).write(to: URL(fileURLWithPath: output))
        let cut = try score(arguments(shard, output))
        #expect(cut.status == 1)
        #expect(cut.errors.contains("scores.jsonl:"), "\(cut.errors)")
        #expect(try bytes(output) == before.dropLast(40))

        try before.write(to: URL(fileURLWithPath: output))
        _ = try folder.write("shard.jsonl", #"{"text":"something else"}"# + "\n")
        let changed = try score(arguments(shard, output))
        #expect(changed.status == 1)
        #expect(changed.errors.contains("the shard's SHA-256 is "), "\(changed.errors)")
        #expect(try bytes(output) == before)
    }

    @Test("the rows are what refine's store holds of the same file")
    func sameAsStore() throws {
        let folder = try Folder()
        let shard = try shard(folder)
        let scored = try score(arguments(shard, folder("scores.jsonl.gz")))
        try #require(scored.status == 0, "\(scored.errors)")
        let refined = try Programs.run(
            "refinectl",
            [
                "refine", shard, "--teacher", teacher, "--reference", reference,
                "--context", "<|endoftext|>", "--reference-context", "bos", "--max-tokens", "64",
                "--ratio", "1", "--no-guards", "--store", folder("store.db"), "--dry-run",
            ])
        try #require(refined.status == 0, "\(refined.errors)")
        try Programs.check(
            "check_score_file.py", [folder("scores.jsonl.gz"), folder("store.db"), shard])
    }

    @Test("a shard without a document, or without a line, has a score file too")
    func nothing() throws {
        let folder = try Folder()
        for (name, text) in [("empty.jsonl", ""), ("bad.jsonl", "no json\n[]\n")] {
            let shard = try folder.write(name, text)
            let output = folder("scores-\(name)")
            let ended = try score(arguments(shard, output))
            #expect(ended.status == 0, "\(ended.errors)")
            #expect(try score(arguments(shard, output)).status == 0)
            let lines = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n")
            #expect(lines.count == 2 + text.split(separator: "\n").count)
        }
    }

    @Test("what is no shard, no score file or no scratch store is refused")
    func refused() throws {
        let folder = try Folder()
        let shard = try shard(folder)
        let output = folder("scores.jsonl")
        #expect(try score(arguments("-", output)).status == 64)
        #expect(try score(arguments(shard, folder("scores.txt"))).status == 64)
        #expect(try score(arguments(folder.path, output)).errors.contains("a shard is one file"))
        #expect(try score(arguments(shard, shard)).errors.contains("it is the shard"))
        // Before the models are loaded.
        let nowhere = try score(arguments(shard, folder("none/scores.jsonl")))
        #expect(nowhere.status == 1 && nowhere.errors.contains("No such file or directory"))
        #expect(!nowhere.errors.contains("scoring"), "\(nowhere.errors)")
        let refined = try Programs.run(
            "refinectl",
            [
                "refine", shard, "--teacher", teacher, "--reference", teacher, "--ratio", "1",
                "--store", folder("store.db"), "--dry-run",
            ])
        try #require(refined.status == 0, "\(refined.errors)")
        let taken = try score(arguments(shard, output, ["--store", folder("store.db")]))
        #expect(taken.status == 1)
        #expect(taken.errors.contains("is in use for other work"), "\(taken.errors)")
        #expect(FileManager.default.fileExists(atPath: folder("store.db")))
    }
}

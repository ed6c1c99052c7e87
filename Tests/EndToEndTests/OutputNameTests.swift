import Foundation
import Testing

/// No mistake in the name of an output destroys a file or another output.
@Suite(.serialized) struct OutputNameTests {
    private let folder: Folder

    init() throws {
        folder = try Folder()
        _ = try folder.write(
            "corpus.jsonl",
            (0..<6).map { "{\"id\":\"\($0)\",\"text\":\"The river \($0) runs to the sea.\"}\n" }
                .joined())
        // Scored once: every test takes the store as it is.
        let made = try refine("first.jsonl")
        #expect(made.status == 0, "\(made.errors)")
    }

    @discardableResult
    private func refine(_ output: String, _ more: String...) throws -> Ended {
        try Programs.run(
            "refinectl",
            [
                "refine", "corpus.jsonl", "--teacher", Programs.reference, "--reference",
                Programs.reference, "--store", "s.db", "--ratio", "0.5", "--no-guards", "--score",
                "teacher_loss", "--threads", "1", "--output", output,
            ] + more, folder: folder.path)
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { !$0.hasPrefix("s.db") }.sorted()
    }

    @Test("another output's manifest is no leave to replace a file")
    func namesakes() throws {
        #expect(try refine("train").status == 0)
        _ = try folder.write("train.bin", "precious")
        for arguments in [
            ["--format", "megatron"], ["--format", "megatron", "--order", "shuffle"],
        ] {
            let ended = try Programs.run(
                "refinectl",
                [
                    "refine", "corpus.jsonl", "--teacher", Programs.reference, "--reference",
                    Programs.reference, "--store", "s.db", "--ratio", "0.5", "--no-guards",
                    "--output", "train",
                ] + arguments, folder: folder.path)
            #expect(ended.status == 1)
            #expect(ended.errors.contains("it is the manifest of train, an output of jsonl"))
        }
        #expect(try String(contentsOfFile: folder("train.bin"), encoding: .utf8) == "precious")
        // The same output again is replaced.
        #expect(try refine("train").status == 0)
        // A file that an old manifest of megatron does not name stays.
        #expect(try refine("pair", "--format", "megatron").status == 0)
        #expect(try refine("pair", "--format", "megatron").status == 0)
        _ = try folder.write("pair", "precious")
        #expect(try refine("pair").status == 1)
        #expect(try String(contentsOfFile: folder("pair"), encoding: .utf8) == "precious")
        // A file of the prefix's own name is none of the output's.
        #expect(try refine("pair", "--format", "megatron").status == 0)
    }

    @Test("a path that names a folder or nothing is refused for a format of files")
    func slashes() throws {
        _ = try folder.write("train.bin", "precious")
        let before = try names()
        for (output, format) in [
            ("train/", "megatron"), ("/", "megatron"), ("..", "megatron"), (".", "mds"),
            ("train/", "nanogpt"), ("x/", "jsonl"),
        ] {
            let ended = try refine(output, "--format", format)
            #expect(ended.status == 1, "\(output): \(ended.errors)")
            #expect(ended.errors.contains("error: cannot write"), "\(ended.errors)")
        }
        #expect(try names() == before)
    }

    @Test("names of one letter are names", arguments: ["jsonl", "mds", "megatron", "nanoset"])
    func short(format: String) throws {
        let ended = try refine("x", "--format", format)
        #expect(ended.status == 0, "\(ended.errors)")
        let check = try Programs.run(
            "refinectl", ["verify", "x.manifest.json"], folder: folder.path)
        #expect(check.status == 0, "\(check.output)\(check.errors)")
        let missing = try Programs.run("refinectl", ["verify", "m"], folder: folder.path)
        #expect(missing.status == 1 && missing.errors.contains("No such file"))
    }

    @Test("a format of files does not take the place of a pipe or of a folder")
    func pipes() throws {
        #expect(mkfifo(folder("pipe"), 0o600) == 0)
        for format in ["nanogpt", "fasttext"] {
            let ended = try refine("pipe", "--format", format)
            #expect(ended.status == 1 && ended.errors.contains("pipe"), "\(ended.errors)")
        }
        var info = stat()
        #expect(stat(folder("pipe"), &info) == 0 && info.st_mode & S_IFMT == S_IFIFO)
        mkdir(folder("train.idx"), 0o700)
        let ended = try refine("train", "--format", "megatron")
        #expect(ended.status == 1 && ended.errors.contains("no regular file"), "\(ended.errors)")
        #expect(try !names().contains("train.bin"))
    }

    @Test("fasttext whose ends meet is refused, and the name stays free")
    func ends() throws {
        for arguments in [
            ["--min-score", "0"], ["--ratio", "0.6"], ["--ratio", "0.2", "--sample"],
        ] {
            let ended = try Programs.run(
                "refinectl",
                [
                    "refine", "corpus.jsonl", "--teacher", Programs.reference, "--reference",
                    Programs.reference, "--format", "fasttext", "--output", "t.txt",
                ] + arguments, folder: folder.path)
            #expect(ended.status == 64, "\(ended.errors)")
        }
        // Where all scores are equal, both ends are the same chunks.
        let refused = try refine(
            "t.txt", "--format", "fasttext", "--name", "best", "--score", "difference")
        #expect(refused.status == 1 && refused.errors.contains("in common"), "\(refused.errors)")
        let ended = try refine("t.txt", "--format", "fasttext", "--name", "best")
        #expect(ended.status == 0, "\(ended.errors)")
    }
}

import Foundation
import Testing

/// docs/tutorial.md, whose commands are run as they are written there.
@Suite(.serialized) struct TutorialTests {
    /// A Python with what the student's training loop imports; nil where none is here.
    private static let torch: String? = {
        let given = ProcessInfo.processInfo.environment["REFINERY_CACHE"]
        let folder = (given ?? Programs.root + "/.cache") + "/judges/bin"
        return FileManager.default.fileExists(atPath: folder + "/python3") ? folder : nil
    }()

    /// The commands of the page, those that a backslash continues in one.
    private static func commands() throws -> [String] {
        let page = try String(contentsOfFile: Programs.root + "/docs/tutorial.md", encoding: .utf8)
        return page.split(separator: "\n").filter { $0.hasPrefix("    ") }
            .map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: "\n")
            .replacing("\\\n", with: "").split(separator: "\n").map(String.init)
    }

    /// Runs a command as a shell does, in `folder`, with the clone at ~/refinery.
    private func run(_ command: String, _ folder: Folder, python: String? = nil) throws -> Ended {
        let programs = URL(fileURLWithPath: try Programs.path("refinectl"))
            .deletingLastPathComponent().path
        return try Programs.run(
            "/bin/bash", ["-euo", "pipefail", "-c", command],
            environment: [
                "PATH": (python.map { $0 + ":" } ?? "") + programs + ":/usr/bin:/bin",
                "HOME": folder.path, "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1",
            ], folder: folder.path)
    }

    /// What the page says that one needs.
    private func prepared() throws -> Folder {
        let folder = try Folder()
        let files = FileManager.default
        try files.createDirectory(atPath: folder("corpus"), withIntermediateDirectories: true)
        _ = try folder.write(
            "corpus/a.jsonl", try SampleCorpus.lines(documents: 160, sentences: 12))
        _ = try folder.write(
            "corpus/b.txt", String(repeating: "A note on the harbour.\n", count: 9))
        let good = (0..<60).map {
            #"{"id":"j\#($0)","text":"Judge \#($0) reads a letter from the harbour, page \#($0)."}"#
        }
        _ = try folder.write("good.jsonl", good.joined(separator: "\n") + "\n")
        try files.copyItem(atPath: Programs.fixture("f32.gguf"), toPath: folder("teacher.gguf"))
        try files.createSymbolicLink(
            atPath: folder("refinery"), withDestinationPath: Programs.root)
        return folder
    }

    @Test("every command of the tutorial works, one after the other", .timeLimit(.minutes(10)))
    func page() throws {
        let folder = try prepared()
        let commands = try Self.commands().filter { !$0.hasPrefix("python3 ") }
        #expect(commands.count > 12)
        #expect(commands.contains { $0.contains("--token-ratio 0.5") })
        for command in commands {
            let ended = try run(command, folder)
            try #require(ended.status == 0, "\(command)\n\(ended.output)\(ended.errors)")
        }
        for file in [
            "estimate.html", "report.html", "refined.jsonl", "refined.jsonl.manifest.json",
            "fifth.parquet", "train.bin", "student/model.safetensors", "proof/proof.html",
        ] {
            let size = FileManager.default.contents(atPath: folder(file))?.count ?? 0
            #expect(size > 0, "\(file)")
        }
        let scores = try String(contentsOfFile: folder("student-scores.jsonl"), encoding: .utf8)
        #expect(scores.split(separator: "\n").count == 60)
    }

    @Test(
        "the tutorial's student learns in PyTorch", .enabled(if: torch != nil),
        .timeLimit(.minutes(10)))
    func student() throws {
        let folder = try prepared()
        let command = try #require(try Self.commands().first { $0.hasPrefix("python3 ") })
        let rows = try SampleCorpus.lines(documents: 40)
            .replacing(#""domain""#, with: #""final":true,"domain""#)
        _ = try folder.write("refined.jsonl", rows)
        try FileManager.default.createSymbolicLink(
            atPath: folder("reference"), withDestinationPath: Programs.fixture("bf16"))
        let ended = try run(command, folder, python: Self.torch)
        try #require(ended.status == 0, "\(ended.errors)")
        let losses = ended.output.matches(of: /loss ([0-9.]+)/).compactMap { Double($0.1) }
        #expect(losses.count == 10)
        #expect(try #require(losses.last) < #require(losses.first))
    }
}

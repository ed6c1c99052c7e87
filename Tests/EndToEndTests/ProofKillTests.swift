import Foundation
import Testing

/// A kill of `prove` costs at most the student that was in training.
@Suite struct ProofKillTests {
    private static let teacher = Programs.fixture("bf16")

    /// A store with a selection of half of its tokens, and sixty documents that judge.
    private func refined() throws -> Folder {
        let folder = try Folder()
        let corpus = try folder.write(
            "corpus.jsonl", try SampleCorpus.lines(documents: 60, sentences: 6))
        let judges = (0..<60).map {
            #"{"id":"j\#($0)","text":"Judge \#($0) reads a letter from the harbour, page \#($0)."}"#
        }
        _ = try folder.write("judges.jsonl", judges.joined(separator: "\n") + "\n")
        let ended = try Programs.run(
            "refinectl",
            [
                "refine", corpus, "--teacher", Self.teacher, "--reference",
                Programs.fixture("bf16"), "--no-guards", "--token-ratio", "0.5", "--score",
                "teacher_loss", "--max-tokens", "128", "--store", folder("store.db"), "--output",
                folder("half.jsonl"),
            ], folder: folder.path)
        try #require(ended.status == 0, "\(ended.errors)")
        return folder
    }

    private func arguments(_ folder: Folder, _ output: String) -> [String] {
        [
            "prove", "--store", folder("store.db"), "--target", folder("judges.jsonl"), "--output",
            folder(output), "--seeds", "2", "--layers", "1", "--width", "32", "--epochs", "6",
            "--brief", "--yes", "--threads", "1",
        ]
    }

    @Test("a proof that was killed three times ends as one that was not")
    func kills() throws {
        let folder = try refined()
        let whole = try Programs.run("refinectl", arguments(folder, "whole"))
        #expect(whole.status == 0, "\(whole.errors)")
        for student in ["random-0", "matched-1", "rule-0"] {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: try Programs.path("refinectl"))
            process.arguments = arguments(folder, "killed")
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            let begun = folder("killed/students/\(student).json")
            let end = Date() + 120
            while !FileManager.default.fileExists(atPath: begun), process.isRunning, Date() < end {
                usleep(2_000)
            }
            #expect(process.isRunning, "it ended before it was killed")
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        let last = try Programs.run("refinectl", arguments(folder, "killed"))
        #expect(last.status == 0, "\(last.errors)")
        #expect(last.output == whole.output)
        for file in ["proof.json", "proof.html"] {
            #expect(
                FileManager.default.contents(atPath: folder("killed/" + file))
                    == FileManager.default.contents(atPath: folder("whole/" + file)), "\(file)")
        }
    }
}

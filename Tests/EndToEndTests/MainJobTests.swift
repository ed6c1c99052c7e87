import Foundation
import Testing

/// The two binaries do the main job, as a user drives them.
@Suite(.serialized) struct MainJobTests {
    /// Two small random models with one tokenizer: the plumbing, fast.
    private let teacher = Programs.fixture("pair.gguf")
    private let reference = Programs.fixture("pair")
    private let small = "max_tokens = 128\nbatch_tokens = 256\n"

    private func rows(_ path: String) throws -> [[String: Any]] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    @Test(
        "enqueue, wait, export: an independent script finds the same selection, daemon up and down")
    func export() throws {
        let folder = try Folder()
        let corpus = try folder.write("corpus.jsonl", SampleCorpus.lines(documents: 60))
        let daemon = try Daemon(folder, teacher: teacher, reference: reference, settings: small)
        let enqueued = try daemon.control("enqueue", corpus, "--wait")
        #expect(enqueued.status == 0, "\(enqueued.errors)")
        let again = try daemon.control("enqueue", corpus, "--wait", "--json")
        #expect(again.status == 0)
        #expect(again.output.contains("\"added\":0") && again.output.contains("\"unchanged\":66"))

        let check = [Programs.root + "/Tests/Oracles/check_export.py", folder("store.db")]
        for (name, rule) in [
            ("k", ["--top-k", "17"]), ("r", ["--ratio", "0.3"]), ("b", ["--token-budget", "5000"]),
            ("m", ["--min-score", "0"]), ("d", ["--ratio", "1", "--keep-duplicates"]),
        ] {
            let output = folder(name + ".jsonl")
            let export = try daemon.control(["export", "--output", output, "--name", name] + rule)
            #expect(export.status == 0, "\(export.errors)")
            let checked = try Programs.run(
                "/usr/bin/env", ["python3"] + check + [output, "--selection", name])
            #expect(checked.status == 0, "\(name): \(checked.output) \(checked.errors)")
            #expect(FileManager.default.fileExists(atPath: output + ".manifest.json"))
        }
        #expect(try rows(folder("k.jsonl")).count == 17)
        let ordered = folder("s.jsonl.zst")
        #expect(
            try daemon.control(
                "export", "--top-k", "9", "--order", "score", "--output", ordered, "--name", "s"
            ).status == 0)
        let report = try daemon.control(
            "report", "--selection", "k", "--output", folder("report.html"))
        #expect(report.status == 0, "\(report.errors)")
        let page = try String(contentsOfFile: folder("report.html"), encoding: .utf8)
        let selection = try JSONSerialization.jsonObject(
            with: Data(daemon.control("selections", "k", "--json").output.utf8))
        for (row, key) in [("candidates", "candidates"), ("kept", "kept_chunks")] {
            let value = try #require((selection as? [String: Any])?[key] as? Int)
            #expect(
                page.contains("<th scope=\"row\">\(row)</th><td>\(value)</td>"), "\(key) \(value)")
        }
        #expect(page.components(separatedBy: "<details").count == 2 + 3 * 20)
        #expect(page.contains("<i class=\"p"), "tokens are coloured")
        #expect(page.utf8.count < 2_000_000)
        #expect(try daemon.control("report", "--selection", "?", "--output", "-").status == 1)

        #expect(daemon.end(SIGTERM) == 0)
        let checked = try Programs.run(
            "/usr/bin/env", ["python3"] + check + [ordered, "--selection", "s", "--order", "score"])
        #expect(checked.status == 0, "\(checked.output) \(checked.errors)")
    }

    @Test("refine goes from file to file and equals the daemon's export")
    func refine() throws {
        let folder = try Folder()
        let corpus = try folder.write("corpus.jsonl", SampleCorpus.lines(documents: 24))
        let refined = try Programs.run(
            "refinectl",
            [
                "refine", corpus, "--teacher", teacher, "--reference", reference, "--ratio", "0.5",
                "--output", folder("refined.jsonl"), "--max-tokens", "128",
            ])
        #expect(refined.status == 0, "\(refined.errors)")
        let daemon = try Daemon(folder, teacher: teacher, reference: reference, settings: small)
        #expect(try daemon.control("enqueue", corpus, "--wait").status == 0)
        #expect(
            try daemon.control("export", "--ratio", "0.5", "--output", folder("export.jsonl"))
                .status
                == 0)
        let ours = try Data(contentsOf: URL(fileURLWithPath: folder("refined.jsonl")))
        #expect(ours == (try Data(contentsOf: URL(fileURLWithPath: folder("export.jsonl")))))
        #expect(!ours.isEmpty)
    }

    @Test("bad lines are named, counted and set aside; the rest is imported")
    func badLines() throws {
        let folder = try Folder()
        let lines: [(String, String?)] = [
            ("\u{FEFF}{\"id\":\"bom\",\"text\":\"a byte order mark before it\"}", nil),
            ("{\"id\":\"crlf\",\"text\":\"ends in CR LF\"}\r", nil),
            ("", nil),
            ("{\"id\":\"cut\",\"text\":\"never clos", "invalid_json"),
            ("{\"id\":\"none\"}", "missing_text"),
            ("{\"id\":\"null\",\"text\":null}", "wrong_type"),
            ("{\"id\":\"number\",\"text\":7}", "wrong_type"),
            ("{\"id\":\"empty\",\"text\":\"\"}", "empty_text"),
            ("{\"id\":\"blank\",\"text\":\" \\n\\t \"}", "empty_text"),
            ("{\"id\":\"lone\",\"text\":\"\\ud800\"}", "invalid_unicode"),
            ("{\"id\":\"nul\",\"text\":\"before\\u0000after\"}", nil),
            ("[1, 2]", "not_an_object"),
            ("{\"id\":\"crlf\",\"text\":\"another text\"}", "duplicate_id"),
            ("{\"id\":\"crlf\",\"text\":\"ends in CR LF\"}", nil),
            ("not json", "invalid_json"),
            ("{\"id\":\"last\",\"text\":\"no newline at the end\"}", nil),
        ]
        let corpus = try folder.write("bad.jsonl", lines.map(\.0).joined(separator: "\n"))
        let daemon = try Daemon(folder, teacher: teacher, reference: reference, settings: small)
        let enqueued = try daemon.control("enqueue", corpus, "--wait", "--json")
        #expect(enqueued.status == 0, "\(enqueued.errors)")
        #expect(enqueued.output.contains("\"added\":4"), "\(enqueued.output)")
        #expect(try daemon.control("enqueue", corpus, "--strict").status == 1)
        let rejects = try daemon.control("rejects", "--json").output.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        let found = Dictionary(
            rejects.map { ($0["line"] as? Int ?? 0, $0["reason"] as? String ?? "") }
        ) { $1 }
        for (index, line) in lines.enumerated() {
            #expect(found[index + 1] == line.1, "line \(index + 1)")
        }
        #expect(rejects.count == lines.filter { $0.1 != nil }.count)
    }

    @Test("with the daemon down refinectl says where it looked and exits 69")
    func daemonDown() throws {
        let folder = try Folder()
        let ended = try Programs.run("refinectl", ["--socket", folder("none"), "status"])
        #expect(ended.status == 69)
        #expect(ended.errors.contains(folder("none")))
        #expect(try Programs.run("refinectl", ["frobnicate"]).status == 64)
    }

    @Test("a pair whose tokenizers differ is refused without context tokens")
    func differentTokenizers() throws {
        let folder = try Folder()
        let corpus = try folder.write("corpus.jsonl", SampleCorpus.lines(documents: 4))
        let arguments = [
            "refine", corpus, "--teacher", teacher, "--reference", Programs.fixture("bf16"),
            "--ratio", "0.5", "--output", folder("out.jsonl"), "--max-tokens", "128",
        ]
        let refused = try Programs.run("refinectl", arguments)
        #expect(refused.status == 1)
        #expect(refused.errors.contains("different tokenizers"), "\(refused.errors)")
    }
}

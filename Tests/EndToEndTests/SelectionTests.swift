import Foundation
import Testing

/// What a team does with selections, through the two binaries.
@Suite(.serialized) struct SelectionTests {
    private let teacher = Programs.fixture("pair.gguf")
    private let reference = Programs.fixture("pair")

    @Test("rules are tried, recorded, compared and deleted, and scripts recompute them")
    func selections() throws {
        let folder = try Folder()
        let line =
            #"{"id":"loop","text":"\#(String(repeating: "click here to go on. ", count: 60))"}"#
        let corpus = try folder.write(
            "corpus.jsonl", SampleCorpus.lines(documents: 40) + line + "\n")
        let daemon = try Daemon(
            folder, teacher: teacher, reference: reference,
            settings: "max_tokens = 128\nbatch_tokens = 256\n")
        #expect(try daemon.control("enqueue", corpus, "--wait").status == 0)

        let dry = try daemon.control("export", "--ratio", "0.5", "--dry-run", "--json")
        #expect(dry.status == 0, "\(dry.errors)")
        #expect(dry.output.contains(#""by":"repetition""#), "\(dry.output)")
        #expect(try daemon.control("selections", "--json").output == "")
        #expect(try daemon.control("jobs", "--json").output.contains(#"0.5, not recorded""#))
        for (name, rule) in [
            ("half", ["--ratio", "0.5"]),
            ("adapted", ["--token-ratio", "0.5", "--score", "adapted", "--no-guards"]),
            ("documents", ["--ratio", "0.5", "--unit", "document"]),
            ("lots", ["--top-k", "20", "--sample", "--seed", "4", "--where", "difference=..q0.9"]),
            ("control", ["--like", "half", "--match", "length", "--baseline", "random"]),
        ] {
            let made = try daemon.control(
                ["export", "--name", name, "--output", folder(name + ".jsonl")] + rule)
            #expect(made.status == 0, "\(name): \(made.errors)")
        }
        try Programs.check("check_selection.py", [folder("store.db")])
        try Programs.check(
            "check_adapted.py",
            [folder("store.db"), Programs.path("refinectl"), teacher, reference])

        try explain(daemon, folder)

        let diff = try daemon.control("selections", "diff", "half", "half", "--json")
        #expect(diff.output.contains(#""jaccard":1"#), "\(diff.output) \(diff.errors)")
        #expect(try daemon.control("selections", "half").output.contains(#""ratio":"0.5""#))
        let whole = try String(contentsOfFile: folder("documents.jsonl"), encoding: .utf8)
        #expect(whole.contains(#""chunk":null"#) && whole.contains(#""final":true"#))
        let scores = try daemon.control("scores", "--format", "csv", "--where", "repetition=0.5..")
        #expect(scores.output.hasPrefix("id,chunk,chunk_id,domain,duplicate,difference,adapted,"))
        #expect(scores.output.contains("\nloop,"), "\(scores.output)")
        #expect(try daemon.control("scores", "--corpus", "none").status == 1)
        #expect(try daemon.control("selections", "delete", "lots").status == 0)
        #expect(try daemon.control("selections", "lots").status == 1)
        #expect(daemon.end(SIGTERM) == 0)
    }

    /// `explain` says of every chunk what the selection "half" has made of it.
    private func explain(_ daemon: Daemon, _ folder: Folder) throws {
        func object(_ text: String) throws -> [String: Any] {
            try #require(
                try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        }
        let scores = try daemon.control("scores").output.split(separator: "\n").map {
            try object(String($0))
        }
        let kept = try String(contentsOfFile: folder("half.jsonl"), encoding: .utf8)
            .split(separator: "\n").map { try object(String($0)) }
        var ranks: [String: Int] = [:]
        for row in kept {
            ranks["\(row["id"] ?? "") \(row["chunk"] ?? "")"] = row["rank"] as? Int
        }
        var removals: Set<String> = []
        let copies = scores.filter { ($0["id"] as? String)?.hasPrefix("dup/") == true }
        for row in scores.prefix(20) + copies.prefix(8) + scores.suffix(2) {
            let id = try #require(row["chunk_id"] as? Int)
            let explained = try daemon.control(
                "explain", "\(id)", "--selection", "half", "--plain", "--json")
            #expect(explained.status == 0, "\(explained.errors)")
            let chunk = try object(explained.output)
            let membership = try #require(chunk["selection"] as? [String: Any])
            let rank = ranks["\(row["id"] ?? "") \(row["chunk"] ?? "")"]
            #expect(membership["kept"] as? Bool == (rank != nil), "\(explained.output)")
            if let rank { #expect(membership["rank"] as? Int == rank, "\(explained.output)") }
            if let score = membership["score"] as? Double {
                let cut = try #require(membership["cut"] as? Double)
                #expect((score >= cut) == (rank != nil), "\(explained.output)")
            }
            let columns = try #require(chunk["columns"] as? [String: Any])
            for name in ["difference", "adapted", "teacher_loss", "repetition", "tokens"] {
                #expect(columns[name] as? Double == row[name] as? Double, "\(name) of \(id)")
            }
            if let step = membership["removed_by"] as? String { removals.insert(step) }
        }
        #expect(removals.isSuperset(of: ["repetition", "duplicates"]), "\(removals)")
        let first = try #require(scores.first?["chunk_id"] as? Int)
        let shown = try daemon.control("explain", "\(first)", "--tokens", "--color", "always")
        #expect(shown.status == 0, "\(shown.errors)")
        #expect(shown.output.contains("chunk \(first): 1 of"), "\(shown.output)")
        #expect(shown.output.contains("\u{1b}[38;5;16;48;5;"), "\(shown.output)")
        let plain = try daemon.control("explain", "\(first)")
        #expect(plain.status == 0 && !plain.output.contains("\u{1b}"), "\(plain.errors)")
        // Sums of the tokens' NLLs are what is stored.
        let json = try object(try daemon.control("explain", "\(first)", "--json").output)
        let tokens = try #require(json["tokens"] as? [[String: Any]])
        let stored = try #require(json["scores"] as? [[String: Any]])
        for (role, key) in [("teacher", "teacher_nll"), ("reference", "reference_nll")] {
            let sum = tokens.reduce(0) { $0 + ($1[key] as? Double ?? 0) }
            let score = stored.first { $0["role"] as? String == role }
            let nll = try #require(score?["nll"] as? Double)
            #expect(abs(sum - nll) < 1e-4 * Double(tokens.count), "\(role): \(sum), \(nll)")
        }
        #expect(try daemon.control("explain", "999999").status == 1)
        #expect(try daemon.control("explain", "\(first)", "--selection", "none").status == 1)
    }

    @Test("benchmarks and near duplicates stay out, and scripts by brute force agree")
    func textGuards() throws {
        let folder = try Folder()
        let question =
            "At which of the seven harbours of the old map did the last of the "
            + "lamplighters, who could not swim, wait for a boat?"
        let quoting = (0..<6).map {
            #"{"id":"leak/\#($0)","text":"Sample \#($0): \#(question.uppercased()) None of them."}"#
        }
        // Each text once more with some of its words replaced, from one to all but alike.
        var lines = try SampleCorpus.lines(documents: 48).split(separator: "\n").map(String.init)
        for (place, line) in lines.enumerated() where line.contains(#""domain":"prose""#) {
            let count = place % 5 + 1
            var copy = line.replacingOccurrences(of: #""id":""#, with: #""id":"near "#)
            for word in ["the", "harbour", "and", "said", "that"].prefix(count) {
                copy = copy.replacingOccurrences(of: " \(word) ", with: " \(word)x ")
            }
            lines += [
                copy,
                line.replacingOccurrences(of: #""text":""#, with: #""text":"Once more. "#)
                    .replacingOccurrences(of: #""id":""#, with: #""id":"again "#),
            ]
        }
        let corpus = try folder.write(
            "corpus.jsonl", (lines + quoting).joined(separator: "\n") + "\n")
        let questions = try folder.write(
            "exam.jsonl",
            #"{"subject":"geography","question":"\#(question)","answer":2}"# + "\n{\"q\":\"x\"}\n")
        let broken = try folder.write("broken.jsonl", "{\"q\": \"one\"}\n{\"q\"}\n")
        let daemon = try Daemon(
            folder, teacher: teacher, reference: reference,
            settings: "max_tokens = 128\nbatch_tokens = 256\n")
        #expect(try daemon.control("enqueue", corpus, "--wait").status == 0)
        let all = ["export", "--ratio", "1", "--keep-duplicates"]
        func export(_ name: String, _ options: [String]) throws -> (rows: String, errors: String) {
            let made = try daemon.control(
                all + ["--name", name, "--output", folder(name + ".jsonl")] + options)
            #expect(made.status == 0, "\(name): \(made.errors)")
            return (
                try String(contentsOfFile: folder(name + ".jsonl"), encoding: .utf8), made.errors
            )
        }
        let open = try export("open", ["--no-short-guard", "--no-repetition-guard"])
        #expect(open.rows.contains("leak/0"))
        let clean = try export("clean", ["--decontaminate", questions])
        #expect(!clean.rows.contains("leak/") && clean.rows.contains("prose/"))
        #expect(clean.errors.contains("benchmark exam.jsonl: 2 questions (1 under 13 words"))
        #expect(clean.errors.contains("(quotes a benchmark)"), "\(clean.errors)")
        try Programs.check(
            "check_selection.py",
            [folder("store.db"), "--selection", "clean", "--decontaminate", questions])
        _ = try export(
            "apart", ["--no-short-guard", "--no-repetition-guard", "--near-duplicates", "0.8"])
        try Programs.check("check_near_duplicates.py", [folder("store.db"), "open", "apart"])
        let refused = try daemon.control(all + ["--dry-run", "--decontaminate", broken])
        #expect(refused.status == 1 && refused.errors.contains("broken.jsonl:2: "))
        let exams = folder("exams")
        try FileManager.default.createDirectory(atPath: exams, withIntermediateDirectories: true)
        for name in ["a.jsonl", "b.parquet"] {
            try FileManager.default.copyItem(atPath: questions, toPath: exams + "/" + name)
        }
        let other = try daemon.control(all + ["--dry-run", "--decontaminate", exams])
        #expect(other.status == 1 && other.errors.contains("b.parquet"), "\(other.errors)")
        let tried = try Programs.run(
            "refinectl",
            [
                "refine", corpus, "--teacher", teacher, "--reference", reference, "--max-tokens",
                "128", "--ratio", "1", "--keep-duplicates", "--decontaminate", questions,
                "--dry-run",
            ])
        #expect(
            tried.status == 0 && tried.output.contains("(quotes a benchmark)"), "\(tried.errors)")
        let report = try daemon.control(
            "report", "--selection", "clean", "--plain", "--output", folder("clean.html"))
        #expect(report.status == 0, "\(report.errors)")
        #expect(daemon.end(SIGTERM) == 0)
    }

    private static let browser = ProcessInfo.processInfo.environment["REFINERY_BROWSER"]

    /// A page on a corpus that would take it over, checked as it stands.
    private func report(_ options: [String]) throws {
        let folder = try Folder()
        let attacks = [
            "<script>document.title='ran'</script>",
            "</pre></style><img src=x onerror=document.title='ran'>",
            "<svg onload=document.title='ran'>", "\"'><iframe src=http://example.com></iframe>&lt;",
        ]
        var lines = try SampleCorpus.lines(documents: 40)
        for (place, attack) in attacks.enumerated() {
            let row = [
                "id": "\(place)\(attack)", "domain": attack,
                "text": String(
                    repeating: "Some words and then \(place) \(attack) again. ", count: 3)
                    + "<|endoftext|>",
            ]
            lines +=
                String(
                    decoding: try JSONSerialization.data(withJSONObject: row), as: UTF8.self) + "\n"
        }
        let corpus = try folder.write("corpus.jsonl", lines)
        let daemon = try Daemon(
            folder, teacher: teacher, reference: reference,
            settings: "max_tokens = 128\nbatch_tokens = 256\n")
        #expect(try daemon.control("enqueue", corpus, "--wait").status == 0)
        let made = try daemon.control(
            "export", "--ratio", "0.5", "--no-repetition-guard", "--name", "half", "--output",
            folder("half.jsonl"))
        #expect(made.status == 0, "\(made.errors)")
        let spelling = try String(contentsOfFile: folder("half.jsonl"), encoding: .utf8)
            .split(separator: "\n").filter { $0.contains("<|endoftext|>") }.count
        let manifest = try String(
            contentsOfFile: folder("half.jsonl.manifest.json"), encoding: .utf8)
        #expect(made.errors.contains("<|endoftext|> in \(spelling)"), "\(made.errors)")
        #expect(manifest.contains("\"<|endoftext|>\" : \(spelling)"), "\(manifest)")
        #expect(spelling > 0, "no kept row spells it, so that nothing is checked")
        let page = try daemon.control(
            "report", "--selection", "half", "--output", folder("half.html"))
        #expect(page.status == 0, "\(page.errors)")
        #expect(try daemon.control("jobs", "--json").output.contains(#""report on half""#))
        #expect(daemon.end(SIGTERM) == 0)
        try Programs.check(
            "check_report.py", [folder("store.db"), folder("half.html"), "half"] + options)
    }

    @Test("a report's numbers are the store's, and its corpus cannot act in it")
    func reportPage() throws {
        try report([])
    }

    @Test(
        "a browser runs nothing of a report's corpus, and shows it light and dark",
        .enabled(
            if: browser != nil,
            "make test-browser runs it: REFINERY_BROWSER names a Chromium"))
    func reportInBrowser() throws {
        try report(["--browser", try #require(Self.browser)])
    }

    @Test(
        "repeated lines that the reference has never seen are on top by difference alone",
        .enabled(if: Programs.teacher != nil, "make teacher brings the teacher"))
    func repeatedLines() throws {
        let folder = try Folder()
        let teacher = try #require(Programs.teacher)
        let planted = String(repeating: "Ztraxil vomqued 4417 :: gruun phelebor\\n", count: 24)
        let good = [
            "The tide had gone out before breakfast, and the boats lay on their sides in the mud "
                + "like sleepers who had turned over in the night. Nobody was in a hurry to wake them.",
            "To sort a list that does not fit into memory, sort pieces of it that do, write each to "
                + "a file, and merge the files while reading the first line of each of them.",
            "A good map leaves things out. What remains has been chosen by somebody who knew what "
                + "the traveller would ask, and who was willing to be wrong about everything else.",
        ]
        let lines = (good + [planted]).enumerated().map {
            "{\"id\":\"\($0)\",\"text\":\"\($1)\"}\n"
        }
        let corpus = try folder.write("corpus.jsonl", lines.joined())
        func first(_ options: [String]) throws -> String {
            let output = folder("first.jsonl")
            let refined = try Programs.run(
                "refinectl",
                [
                    "refine", corpus, "--teacher", teacher, "--reference", Programs.reference,
                    "--store", folder("store.db"), "--output", output, "--top-k", "1",
                ] + options)
            #expect(refined.status == 0, "\(refined.errors)")
            let line = try Data(contentsOf: URL(fileURLWithPath: output))
            let row = try JSONSerialization.jsonObject(with: line) as? [String: Any]
            return try #require(row?["id"] as? String)
        }
        let guards = "--no-guards"
        #expect(try first([guards]) == "3")
        #expect(try first([guards, "--score", "adapted"]) != "3")
        #expect(try first(["--no-short-guard"]) != "3")
    }
}

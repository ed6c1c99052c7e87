import Foundation
import Testing

/// What a team does with scores and categories of its own, through the two binaries.
@Suite(.serialized) struct ImportedColumnTests {
    private let teacher = Programs.fixture("pair.gguf")
    private let reference = Programs.fixture("pair")

    @Test("columns that a team brings along are filtered, scored and mixed by")
    func importedColumns() throws {
        let folder = try Folder()
        let corpus = try folder.write("corpus.jsonl", SampleCorpus.lines(documents: 24))
        let daemon = try Daemon(
            folder, teacher: teacher, reference: reference,
            settings: "max_tokens = 128\nbatch_tokens = 256\n")
        #expect(try daemon.control("enqueue", corpus, "--wait").status == 0)
        let early = try daemon.control("export", "--top-k", "3", "--score", "mates", "--dry-run")
        #expect(early.status == 1 && early.errors.contains("there is no column \"mates\""))

        // A rater: whatever it thinks, it answers by the ids that `scores` prints.
        var values = ""
        for (place, line) in try daemon.control("scores").output.split(separator: "\n").enumerated()
        {
            let row = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            let id = try #require(row?["id"] as? String)
            let chunk = try #require(row?["chunk"] as? Int)
            values += #"{"id":"\#(id)","chunk":\#(chunk),"rating":\#(place * 31 % 17)}"# + "\n"
        }
        let rated = try folder.write("mates.jsonl", values + "{\"id\":\"nobody\",\"rating\":1}\n")
        let packed = try Programs.run("/usr/bin/env", ["gzip", "-k", rated])
        #expect(packed.status == 0, "\(packed.errors)")
        let made = try daemon.control(
            "import-column", "mates", rated + ".gz", "--value-field", "rating")
        #expect(made.status == 0 && made.output.contains("1 line rejected"), "\(made.errors)")
        #expect(try daemon.control("rejects").output.contains("unknown_document"))
        let strict = try daemon.control(
            "import-column", "mates", rated, "--value-field", "rating", "--strict", "--json")
        #expect(strict.status == 1 && strict.output.contains(#""added":0"#), "\(strict.output)")
        let topics = try folder.write(
            "topics.jsonl",
            (0..<24).map {
                let domain = ["prose", "code", "noise", "boilerplate"][$0 % 4]
                return #"{"id":"\#(domain)/\#($0)","value":"\#($0 % 3 == 0 ? "odd" : "even")"}"#
            }.joined(separator: "\n"))
        #expect(try daemon.control("import-column", "topic", topics).status == 0)
        #expect(try daemon.control("import-column", "tokens", topics).status == 64)

        for (name, rule) in [
            ("sum", ["--ratio", "0.5", "--score", "difference:1,mates:0.5"]),
            ("band", ["--top-k", "5", "--where", "mates=q0.2..12"]),
            ("mix", ["--token-ratio", "0.5", "--mix", "odd=1,even=2", "--mix-by", "topic"]),
        ] {
            let made = try daemon.control(
                ["export", "--name", name, "--output", folder(name + ".jsonl")] + rule)
            #expect(made.status == 0, "\(name): \(made.errors)")
        }
        try Programs.check("check_selection.py", [folder("store.db")])
        let shown = try daemon.control("selections", "mix")
        #expect(shown.output.contains("topic "), "\(shown.output)")
        #expect(shown.output.contains("topics.jsonl (default, "), "\(shown.output)")
        let reported = try daemon.control(
            "report", "--selection", "mix", "--plain", "--output", folder("mix.html"))
        #expect(reported.status == 0, "\(reported.errors)")
        let page = try String(contentsOfFile: folder("mix.html"), encoding: .utf8)
        #expect(page.contains("Categories of topic") && page.contains(">even<"))
        let manifest = try String(
            contentsOfFile: folder("sum.jsonl.manifest.json"), encoding: .utf8)
        let digest = try Programs.run("/usr/bin/env", ["sha256sum", rated + ".gz"]).output.prefix(
            64)
        #expect(manifest.contains(digest), "\(manifest)")
        #expect(try daemon.control("columns", "topic").output.contains("even"))
        let scores = try daemon.control("scores", "--format", "csv").output
        #expect(scores.prefix { $0 != "\n" }.hasSuffix(",repetition,mates,topic"))
        let explained = try daemon.control("explain", "1", "--plain", "--selection", "sum")
        #expect(explained.output.contains("topic"), "\(explained.output)")
        #expect(try daemon.control("columns", "delete", "mates").status == 0)
        let gone = try daemon.control("report", "--selection", "sum", "--output", folder("r.html"))
        #expect(gone.status == 1 && gone.errors.contains("no column"), "\(gone.errors)")
        #expect(daemon.end(SIGTERM) == 0)
    }

    @Test("fields that documents carry are filtered, scored and mixed by")
    func fields() throws {
        let folder = try Folder()
        let lines = try SampleCorpus.lines(documents: 24).split(separator: "\n").enumerated().map {
            place, line in
            line.dropLast() + #", "quality": \#(place * 7 % 10), "dump": "d\#(place % 3)"}"# + "\n"
        }
        let corpus = try folder.write("corpus.jsonl", lines.joined())
        let daemon = try Daemon(
            folder, teacher: teacher, reference: reference,
            settings: "max_tokens = 128\nbatch_tokens = 256\n")
        let taken = try daemon.control(
            "enqueue", corpus, "--keep", "quality,dump,nothing", "--wait")
        #expect(taken.status == 0, "\(taken.errors)")
        #expect(taken.output.contains("field.quality         26         0"), "\(taken.output)")
        #expect(taken.errors.contains("no line has the field nothing (--keep)"))
        let refused = try daemon.control("enqueue", corpus, "--keep", "no field")
        #expect(refused.status == 64, "\(refused.errors)")
        for (name, rule) in [
            ("range", ["--ratio", "0.5", "--where", "field.quality=4.."]),
            ("some", ["--ratio", "0.5", "--where", "field.dump=d0,d2"]),
            ("sum", ["--ratio", "0.5", "--score", "difference:1,field.quality:0.5"]),
            ("mix", ["--token-ratio", "0.5", "--mix", "d0=1,d1=2,d2=1", "--mix-by", "field.dump"]),
            (
                "documents",
                ["--ratio", "0.5", "--unit", "document", "--where", "field.quality=..6"]
            ),
        ] {
            let made = try daemon.control(
                ["export", "--name", name, "--output", folder(name + ".jsonl")] + rule)
            #expect(made.status == 0, "\(name): \(made.errors)")
        }
        try Programs.check("check_selection.py", [folder("store.db")])
        let scores = try daemon.control("scores", "--format", "csv").output
        #expect(scores.prefix { $0 != "\n" }.hasSuffix(",field.dump,field.quality"))
        let explained = try daemon.control("explain", "1", "--plain").output
        #expect(explained.contains("field.dump") && explained.contains("field.quality"))
        #expect(try daemon.control("columns").output.contains("26 documents"))
        #expect(try daemon.control("columns", "field.dump").output.contains("d2"))
        #expect(daemon.end(SIGTERM) == 0)
    }

    @Test("a column whose import was killed is refused until its file is there whole")
    func killedColumn() throws {
        let folder = try Folder()
        let corpus = try folder.write("corpus.jsonl", SampleCorpus.lines(documents: 8))
        let settings = "max_tokens = 128\nbatch_tokens = 256\n"
        let daemon = try Daemon(
            folder, teacher: teacher, reference: reference, settings: settings)
        #expect(try daemon.control("enqueue", corpus, "--wait").status == 0)
        let part = try folder.write(
            "part.jsonl", String(repeating: #"{"id":"prose/0","value":1}"# + "\n", count: 9000))
        let upload = Process()
        upload.executableURL = URL(fileURLWithPath: "/bin/sh")
        upload.arguments = [
            "-c", "(cat \"$1\"; sleep 60) | \"$0\" import-column mates -",
            try Programs.path("refinectl"), part,
        ]
        upload.environment = ["PATH": "/usr/bin:/bin", "REFINERY_SOCKET": folder("socket")]
        upload.standardError = FileHandle.nullDevice
        try upload.run()
        // Two transactions of 4,096 lines are in, and the rest is on its way.
        let end = Date() + 60
        while try !daemon.control("jobs", "--json").output.contains(#""done":8192"#), Date() < end {
            usleep(10_000)
        }
        daemon.end(SIGKILL)

        let next = try Daemon(
            folder, teacher: teacher, reference: reference, settings: settings, run: 1)
        let rule = [
            "export", "--top-k", "1", "--score", "mates", "--where", "mates=..", "--dry-run",
        ]
        let refused = try next.control(rule)
        #expect(refused.status == 1 && refused.errors.contains("did not come to its end"))
        #expect(try next.control("columns").output.contains("not whole"))
        let whole = try Programs.run(
            "refinectl", ["import-column", "mates", "-"],
            input: try String(contentsOfFile: part, encoding: .utf8),
            environment: ["REFINERY_SOCKET": folder("socket")])
        #expect(
            whole.status == 0 && whole.output.contains("behind line 8,192, 0 chunks added"),
            "\(whole)")
        #expect(try next.control(rule).status == 0)
        upload.terminate()
        #expect(next.end(SIGTERM) == 0)
    }

    @Test("refine refuses a column that is not there before it scores")
    func unknownColumn() throws {
        let folder = try Folder()
        let corpus = try folder.write("corpus.jsonl", SampleCorpus.lines(documents: 4))
        let refused = try Programs.run(
            "refinectl",
            [
                "refine", corpus, "--teacher", teacher, "--reference", reference, "--ratio", "0.5",
                "--score", "mates", "--output", folder("out.jsonl"),
            ])
        #expect(refused.status == 1, "\(refused.errors)")
        #expect(refused.errors.contains("there is no column \"mates\""), "\(refused.errors)")
        #expect(!refused.errors.contains("document"), "\(refused.errors)")
    }
}

import Foundation
import Testing

/// What `refine --store` left is looked at, selected again and exported without a daemon.
@Suite struct StoreWithoutDaemonTests {
    private func refined() throws -> Folder {
        let folder = try Folder()
        let lines = (0..<12).map { number in
            #"{"id":"d\#(number)","text":"Document \#(number): the river runs to the sea, past mill \#(number) and the old bridge."}"#
        }
        let corpus = try folder.write("corpus.jsonl", lines.joined(separator: "\n") + "\nno json\n")
        let ended = try Programs.run(
            "refinectl",
            [
                "refine", corpus, "--teacher", Programs.reference, "--reference",
                Programs.reference, "--no-guards", "--ratio", "0.5", "--store", folder("store.db"),
                "--output", folder("first.jsonl"),
            ], folder: folder.path)
        try #require(ended.status == 0, "\(ended.errors)")
        return folder
    }

    private func run(_ folder: Folder, _ arguments: [String]) throws -> Ended {
        try Programs.run(
            "refinectl", arguments + ["--store", folder("store.db")],
            environment: ["REFINERY_SOCKET": folder("none"), "TMPDIR": "/tmp"],
            folder: folder.path)
    }

    @Test("every command that reads a store works on what refine --store left")
    func commands() throws {
        let folder = try refined()
        let name = "default-ratio-0.5-1"
        #expect(try run(folder, ["selections"]).output.contains(name))
        #expect(try run(folder, ["rejects"]).output.contains("corpus.jsonl:13  invalid_json"))
        #expect(try run(folder, ["scores"]).output.split(separator: "\n").count == 12)
        #expect(
            try run(folder, ["explain", "1", "--selection", name]).output.contains("d0"))
        let report = try run(
            folder, ["report", "--selection", name, "--plain", "--output", folder("r.html")])
        #expect(report.status == 0, "\(report.errors)")
        let values = try folder.write(
            "mates.jsonl", #"{"id":"d3","value":2}"# + "\n" + #"{"id":"d4","value":1}"# + "\n")
        #expect(try run(folder, ["import-column", "mates", values]).status == 0)
        #expect(try run(folder, ["columns"]).output.contains("mates"))
        let again = try run(
            folder,
            [
                "export", "--top-k", "1", "--no-guards", "--score", "mates", "--where", "mates=..",
                "--output", folder("second.jsonl"),
            ])
        #expect(again.status == 0, "\(again.errors)")
        #expect(
            try String(contentsOfFile: folder("second.jsonl"), encoding: .utf8)
                .contains(#""id":"d3""#))
        #expect(try run(folder, ["selections", "diff", name, "default-top-k-1-1"]).status == 1)
        #expect(try run(folder, ["selections", "diff", name, "all-top-k-1-1"]).status == 0)
    }

    @Test("refine records its jobs as the daemon does")
    func jobs() throws {
        let folder = try refined()
        let jobs = try run(folder, ["jobs", "--json"]).output
        for kind in ["import", "selection", "export"] {
            #expect(jobs.contains(#""kind":"\#(kind)""#), "\(jobs)")
        }
        #expect(!jobs.contains(#""state":"running""#))
    }

    @Test("a store that is missing, or that a daemon holds, is refused by name")
    func refused() throws {
        let folder = try refined()
        let missing = try Programs.run("refinectl", ["selections", "--store", folder("no.db")])
        #expect(missing.status == 1)
        #expect(missing.errors.contains("there is no store"))
        let daemon = try Daemon(
            folder, teacher: Programs.reference, reference: Programs.reference)
        let held = try run(folder, ["selections"])
        #expect(held.status == 1)
        #expect(held.errors.contains("is in use by process"), "\(held.errors)")
        #expect(daemon.end(SIGTERM) == 0)
    }

    @Test("ids are excluded from file to file, and the table names what they did not find")
    func excludedIDs() throws {
        let folder = try refined()
        let ids = try folder.write("takedown.txt", "d1\nd2\nnobody\n")
        let ended = try run(
            folder,
            [
                "export", "--ratio", "1", "--no-guards", "--exclude-ids", ids, "--output",
                folder("clean.jsonl"),
            ])
        try #require(ended.status == 0, "\(ended.errors)")
        let text = try String(contentsOfFile: folder("clean.jsonl"), encoding: .utf8)
        #expect(text.split(separator: "\n").count == 10)
        #expect(!text.contains(#""id":"d1""#) && !text.contains(#""id":"d2""#))
        #expect(ended.errors.contains("exclude_ids: 2 of 3 ids name a document"))
        #expect(ended.errors.contains("exclude_ids: 1 name none: nobody"))
        let manifest = try String(
            contentsOfFile: folder("clean.jsonl.manifest.json"), encoding: .utf8)
        #expect(manifest.contains(#""exclude_ids" : {"#), "\(manifest)")
    }

    @Test("refineryd check finds wrong counters and repairs them")
    func check() throws {
        let folder = try refined()
        let store = folder("store.db")
        let good = try Programs.run("refineryd", ["check", "--store", store])
        #expect(good.status == 0 && good.output == "nothing is wrong\n", "\(good)")
        let sql = "UPDATE counter SET value = 7 WHERE name = 'chunks'"
        _ = try Programs.run(
            "/usr/bin/env",
            [
                "python3", "-c",
                "import sqlite3; c = sqlite3.connect('\(store)'); c.execute(\"\(sql)\"); c.commit()",
            ])
        let bad = try Programs.run("refineryd", ["check", "--store", store])
        #expect(bad.status == 1)
        #expect(bad.output.contains("chunks: 7, should be 12"), "\(bad)")
        #expect(try Programs.run("refineryd", ["check", "--store", store, "--repair"]).status == 0)
        #expect(try Programs.run("refineryd", ["check", "--store", store]).status == 0)
    }
}

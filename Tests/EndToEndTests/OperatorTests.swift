import Foundation
import Testing

/// What an operator does beside scoring and selecting, through the two binaries.
struct OperatorTests {
    /// Words that a shell offers for the last word of a line.
    private func offered(_ daemon: Daemon, _ command: String, _ option: String) throws -> [String] {
        let ended = try Programs.run(
            "refinectl",
            [
                "---completion", command, "--", option, "3", "0", "refinectl", command, option, "",
            ],
            environment: [
                "REFINERY_SOCKET": daemon.folder("socket"), "SAP_SHELL": "bash",
                "SAP_SHELL_VERSION": "5.2.15",
            ])
        try #require(ended.status == 0, "\(ended.errors)")
        return ended.output.split(separator: "\n").map(String.init)
    }

    @Test(
        "names are completed, chunks looked up, old selections pruned, and a pause outlives a kill")
    func day() throws {
        let folder = try Folder()
        let corpus = try folder.write("corpus.jsonl", SampleCorpus.lines(documents: 30))
        let models = (Programs.fixture("pair.gguf"), Programs.fixture("pair"))
        let daemon = try Daemon(folder, teacher: models.0, reference: models.1)
        #expect(try daemon.control("enqueue", corpus, "--corpus", "web", "--wait").status == 0)
        #expect(try daemon.control("export", "--ratio", "0.5", "--name", "half").status == 0)
        #expect(try offered(daemon, "export", "--corpus") == ["web"])
        #expect(try offered(daemon, "report", "--selection") == ["half"])
        #expect(try offered(daemon, "export", "--score").contains("adapted"))
        #expect(try offered(daemon, "export", "--like") == ["half"])
        for option in ["--where", "--mix-by"] {
            #expect(try offered(daemon, "export", option).contains("difference"), "\(option)")
        }

        // Names that nearly match are suggested.
        for (command, meant) in [
            (["export", "--ratio", "0.5", "--corpus", "wbe"], "web"),
            (["report", "--selection", "hal", "--output", folder("r.html")], "half"),
            (["export", "--ratio", "0.5", "--score", "adaptd"], "adapted"),
            (["export", "--ratio", "0.5", "--exclude-domain", "nois"], "noise"),
            (["delete", "webb", "--yes"], "web"), (["selections", "halff"], "half"),
            (["rejects", "--corpus", "wbe"], "web"),
        ] {
            let ended = try daemon.control(command)
            #expect(ended.status == 1)
            #expect(ended.errors.contains("did you mean \(meant)?"), "\(ended.errors)")
        }

        // Exports name what explain takes.
        let rows = try daemon.control("export", "--top-k", "1")
        struct Row: Decodable { var id: String, chunk: Int, text: String }
        let row = try JSONDecoder().decode(Row.self, from: Data(rows.output.utf8))
        #expect(rows.errors.contains("not recorded"))
        let named = try daemon.control(
            "explain", "--document", row.id, "--ordinal", "\(row.chunk)", "--plain", "--json")
        let text = try Programs.run(
            "refinectl", ["explain", "-", "--plain", "--json"], input: row.text,
            environment: ["REFINERY_SOCKET": folder("socket")])
        #expect(named.status == 0 && named.output == text.output, "\(named.errors)\(text.errors)")
        #expect(try daemon.control("explain", "--document", "nothing", "--plain").status == 1)

        // Only what has a name was recorded, once the daemon has let the rows go.
        let end = Date() + 30
        while try daemon.control("selections", "--json").output.split(separator: "\n").count > 1,
            Date() < end
        { usleep(50_000) }
        let pruned = try daemon.control("selections", "prune", "--keep", "0")
        #expect(pruned.output == "half\n" && pruned.errors.contains("deleted 1 selection of 1"))

        #expect(try daemon.control("pause").status == 0)
        daemon.end(SIGKILL)
        let again = try Daemon(folder, teacher: models.0, reference: models.1, run: 1)
        #expect(try again.control("status").output.contains(": paused"))
        #expect(try again.control("resume").status == 0)
        #expect(
            try again.control("status", "--json").output.contains(#""state":"paused""#) == false)
    }
}

import Foundation
import Testing

/// What the programs say when they refuse, in one file that a person can read in one sitting.
///
/// `REFINERY_WRITE_ERRORS=1 swift test --filter ErrorTextTests` writes the file anew; read what
/// changed before it is committed.
@Suite struct ErrorTextTests {
    private static let golden = Programs.root + "/Tests/Fixtures/errors.txt"

    /// The command lines, with `MODEL` for the repository's reference model and files by name.
    private static let commands: [(program: String, arguments: String)] = [
        ("refinectl", "exprot --ratio 0.5"),
        ("refinectl", "export --rato 0.5"),
        ("refinectl", "export"),
        ("refinectl", "export --ratio 0.5 --top-k 3"),
        ("refinectl", "export --ratio 1.5"),
        ("refinectl", "export --ratio half"),
        ("refinectl", "export --ratio 0.5 --where nothing=1.."),
        ("refinectl", "export --ratio 0.5 --json"),
        ("refinectl", "status"),
        ("refinectl", "enqueue -"),
        ("refinectl", "enqueue good.jsonl --price -1"),
        ("refinectl", "inspect MODEL good.jsonl"),
        ("refinectl", "inspect MODEL --measure --price 1"),
        ("refinectl", "enqueue missing.jsonl"),
        ("refinectl", "enqueue readme.md"),
        ("refinectl", "enqueue empty-folder --corpus c"),
        ("refinectl", "enqueue good.jsonl --id-field a --no-id-field"),
        ("refinectl", "score missing"),
        ("refinectl", "score text.gguf good.jsonl"),
        ("refinectl", "score cut.gguf good.jsonl"),
        ("refinectl", "score empty-folder good.jsonl"),
        ("refinectl", "score MODEL missing.jsonl"),
        ("refinectl", "score MODEL good.jsonl --window 5000"),
        ("refinectl", "score MODEL good.jsonl --context nonsense"),
        ("refinectl", "score MODEL damaged.jsonl.zst"),
        ("refinectl", "score MODEL empty.jsonl.gz"),
        ("refinectl", "refine good.jsonl --teacher MODEL --reference MODEL --ratio 0.5"),
        ("refinectl", "refine missing.jsonl \(pair) --output out.jsonl"),
        ("refinectl", "refine bad.jsonl \(pair) --output out.jsonl"),
        ("refinectl", "refine nothing.jsonl \(pair) --output out.jsonl"),
        ("refinectl", "refine good.jsonl \(pair) --output good.jsonl"),
        ("refinectl", "refine good.jsonl \(pair) --output readme.md"),
        ("refinectl", "refine good.jsonl \(pair) --output out.arrow"),
        ("refinectl", "refine good.jsonl \(pair) --output out.bin"),
        ("refinectl", "refine good.jsonl \(pair) --output out.parquet --format jsonl"),
        ("refinectl", "refine good.jsonl \(pair) --output out.bin --format megatron"),
        (
            "refinectl",
            "refine good.jsonl \(pair) --output out --format nanogpt --end-of-text <|nothing|>"
        ),
        (
            "refinectl",
            "refine good.jsonl \(pair) --output out --format nanogpt --tokenizer missing"
        ),
        ("refinectl", "select-shards missing.jsonl --ratio 0.5 --output cuts"),
        ("refinectl", "select-shards good.jsonl --ratio 0.5 --output cuts"),
        ("refinectl", "select-shards good.jsonl --ratio 0.5 --output cuts --unit document"),
        ("refinectl", "select-shards good.jsonl --like other --output cuts"),
        (
            "refinectl",
            "select-shards good.jsonl --ratio 0.5 --output cuts --decontaminate bad.jsonl"
        ),
        ("refinectl", "export-shard good.jsonl missing.jsonl empty-folder --output out.jsonl"),
        ("refinectl", "verify missing.manifest.json"),
        ("refinectl", "verify readme.md"),
        ("refinectl", "refine good.jsonl \(pair) --output nowhere/out.jsonl"),
        ("refinectl", "refine good.jsonl \(pair) --output out.jsonl --store readme.md"),
        ("refinectl", "refine good.jsonl \(pair) --output out.jsonl --max-tokens 4096"),
        ("refinectl", "refine good.jsonl \(pair) --output out.jsonl --decontaminate missing.jsonl"),
        ("refinectl", "refine good.jsonl \(pair) --output out.jsonl --where tokens=900000.."),
        ("refinectl", "refine good.jsonl --teacher MODEL --ratio 0.5 --dry-run"),
        ("refinectl", "refine - --corpus c --teacher MODEL --ratio 0.5 --output out.jsonl"),
        ("refinectl", "train-reference - --teacher MODEL --output new"),
        ("refinectl", "train-reference missing.jsonl --teacher MODEL --output new"),
        ("refinectl", "train-reference good.jsonl --teacher MODEL --output empty-folder"),
        (
            "refinectl",
            "train-reference good.jsonl --teacher MODEL --output new --share 0.9 --held-out 0.2"
        ),
        ("refinectl", "estimate - --teacher MODEL"),
        ("refinectl", "estimate nothing.jsonl --teacher MODEL"),
        ("refinectl", "estimate good.jsonl --teacher MODEL --max-tokens 4096"),
        ("refinectl", "estimate good.jsonl --teacher MODEL --output readme.md"),
        ("refinectl", "prove --store missing.db --target good.jsonl"),
        ("refinectl", "prove --store readme.md --target good.jsonl"),
        ("refinectl", "prove good.jsonl --store missing.db --target good.jsonl"),
        ("refinectl", "inspect missing"),
        ("refineryd", "--frobnicate"),
        ("refineryd", "chek"),
        ("refineryd", "check-config --config missing.toml"),
        ("refineryd", "check-config --config bad.toml"),
        ("refineryd", "check-config --config models.toml"),
        ("refineryd", "check-config --config short.toml"),
    ]

    private static let pair = "--teacher MODEL --reference MODEL --ratio 0.5"

    private func files() throws -> Folder {
        let folder = try Folder()
        _ = try folder.write(
            "good.jsonl", "{\"id\":\"1\",\"text\":\"The river runs to the sea.\"}\n")
        _ = try folder.write("bad.jsonl", "not json\n{\"txet\":\"a\"}\n")
        _ = try folder.write("nothing.jsonl", "")
        _ = try folder.write("readme.md", "# Notes\n")
        _ = try folder.write("text.gguf", "This is no model.\n")
        _ = try folder.write("damaged.jsonl.zst", "no zstd at all\n")
        _ = try folder.write("empty.jsonl.gz", "")
        _ = try folder.write("bad.toml", "stroe = 1\nnice = 'x'\nmax_tokens = 3\n")
        _ = try folder.write("models.toml", "[teacher]\npath = \"missing.gguf\"\n")
        _ = try folder.write(
            "short.toml",
            """
            max_tokens = 4096
            [teacher]
            path = "\(Programs.reference)"
            [reference]
            path = "\(Programs.reference)"
            """)
        let model = try Data(contentsOf: URL(fileURLWithPath: Programs.fixture("f32.gguf")))
        try model.prefix(20_000).write(to: URL(fileURLWithPath: folder("cut.gguf")))
        try FileManager.default.createDirectory(
            atPath: folder("empty-folder"), withIntermediateDirectories: true)
        return folder
    }

    /// What a daemon refuses: after `enqueue` of two good lines and two bad ones, and an export.
    private static let requests: [(program: String, arguments: String)] = [
        ("refinectl", "enqueue corpus.jsonl --strict --corpus strict"),
        ("refinectl", "enqueue good.jsonl --corpus again --text-field txet"),
        ("refinectl", "enqueue damaged.jsonl.zst --corpus damaged"),
        ("refinectl", "enqueue empty-folder --corpus empty"),
        ("refinectl", "enqueue good.jsonl --corpus \(String(repeating: "n", count: 201))"),
        ("refinectl", "export --top-k 1 --no-guards --name kept --output out.jsonl"),
        ("refinectl", "export --top-k 1 --output readme.md"),
        ("refinectl", "export --top-k 1 --corpus nothing --output out.jsonl"),
        ("refinectl", "export --top-k 1 --where mates=1.. --output out.jsonl"),
        ("refinectl", "export --top-k 1 --score mates --output out.jsonl"),
        ("refinectl", "export --top-k 1 --exclude-domain nothing --output out.jsonl"),
        ("refinectl", "export --top-k 2 --mix nothing=1 --output out.jsonl"),
        ("refinectl", "export --top-k 2 --mix a=1 --mix-by mates --output out.jsonl"),
        ("refinectl", "export --top-k 2 --no-guards --where tokens=900000.. --output out.jsonl"),
        ("refinectl", "export --top-k 2 --decontaminate missing.jsonl --output out.jsonl"),
        ("refinectl", "scores --where mates=1.."),
        ("refinectl", "scores --corpus nothing"),
        ("refinectl", "selections nothing"),
        ("refinectl", "selections diff kept nothing"),
        ("refinectl", "selections delete nothing"),
        ("refinectl", "report --selection nothing --output report.html"),
        ("refinectl", "report --selection kept --output readme.md"),
        ("refinectl", "explain 999"),
        ("refinectl", "explain 1 --selection nothing"),
        ("refinectl", "explain one"),
        ("refinectl", "columns nothing"),
        ("refinectl", "columns delete nothing"),
        ("refinectl", "import-column tokens values.jsonl"),
        ("refinectl", "import-column mates values.jsonl --corpus nothing"),
        ("refinectl", "import-column mates readme.md"),
        ("refinectl", "import-column mates values.jsonl --strict"),
        ("refinectl", "delete nothing --yes"),
        ("refinectl", "retry nothing"),
        ("refinectl", "cancel 999"),
        ("refinectl", "cancel 1"),
        ("refineryd", "--config good.toml --store store.db --socket other.sock"),
        ("refineryd", "--config good.toml --store other.db --socket socket"),
        ("refineryd", "--config good.toml --store other.db --socket readme.md"),
        ("refineryd", "--config good.toml --store readme.md --socket other.sock"),
    ]

    @Test("every refusal reads as it is written in Tests/Fixtures/errors.txt")
    func errors() throws {
        let folder = try files()
        try Self.compare(
            try Self.said(Self.commands, in: folder, socket: folder("no.sock")), to: Self.golden)
    }

    @Test("every refusal of a daemon reads as it is written in Tests/Fixtures/errors-daemon.txt")
    func daemonErrors() async throws {
        let folder = try files()
        _ = try folder.write(
            "values.jsonl", "{\"id\":\"1\",\"value\":2}\n{\"id\":\"9\",\"value\":true}\n")
        _ = try folder.write(
            "good.toml",
            """
            socket_group = ""
            [teacher]
            path = "\(Programs.reference)"
            [reference]
            path = "\(Programs.reference)"
            """)
        let daemon = try Daemon(
            folder, teacher: Programs.reference, reference: Programs.reference)
        let corpus = try folder.write(
            "corpus.jsonl",
            """
            {"id":"1","text":"The river runs to the sea, past the mill and the old stone bridge."}
            {"id":"2","text":"A kettle hums on the stove while the rain taps at the window."}
            {"id":"2","text":"The same id twice."}
            no json

            """)
        #expect(try daemon.control("enqueue", corpus, "--wait").status == 0)
        #expect(
            try daemon.control(
                "export", "--top-k", "2", "--no-guards", "--name", "kept", "--output",
                folder("kept.jsonl")
            ).status == 0)
        let text = try Self.said(Self.requests, in: folder, socket: folder("socket"))
        try Self.compare(text, to: Programs.root + "/Tests/Fixtures/errors-daemon.txt")
        #expect(daemon.end(SIGTERM) == 0)
    }

    /// What the programs print on stderr, with their exit codes; none may succeed.
    private static func said(
        _ commands: [(program: String, arguments: String)], in folder: Folder, socket: String
    ) throws -> String {
        var text = ""
        for (program, line) in commands {
            let arguments = line.split(separator: " ").map { word in
                word == "MODEL" ? Programs.reference : String(word)
            }
            let ended = try Programs.run(
                program, arguments,
                environment: [
                    "TMPDIR": folder.path, "REFINERY_SOCKET": socket, "COLUMNS": "100",
                ], folder: folder.path)
            let errors = ended.errors
                .replacingOccurrences(of: folder.path, with: "FOLDER")
                .replacingOccurrences(of: Programs.reference, with: "MODEL")
                .replacing(/refinectl-\w{6}/, with: "refinectl-XXXXXX")
                .replacing(/process \d+/, with: "process N")
                .split(separator: "\n", omittingEmptySubsequences: false)
                // Rates and times are the machine's; a fast one says nothing of fingerprints.
                .filter { line in
                    !["importing:", "uploading:", "cutting:", "scoring:", "fingerprint of "]
                        .contains { line.hasPrefix($0) }
                        && !line.contains(" B at ")
                        && line.prefixMatch(of: /\d{4}-\d\d-\d\dT/) == nil
                }
                .joined(separator: "\n")
            text += "$ \(program) \(line)\n\(errors)exit \(ended.status)\n\n"
            #expect(ended.status != 0, "\(line)")
            #expect(!text.contains("Swift.") && !text.contains("outStat:"), "\(line)")
        }
        return text
    }

    /// Compares, or writes where the environment asks for it.
    private static func compare(_ text: String, to golden: String) throws {
        if ProcessInfo.processInfo.environment["REFINERY_WRITE_ERRORS"] != nil {
            try text.write(toFile: golden, atomically: true, encoding: .utf8)
        }
        let expected = try String(contentsOfFile: golden, encoding: .utf8)
        for (found, wanted) in zip(
            text.components(separatedBy: "\n\n"), expected.components(separatedBy: "\n\n"))
        {
            #expect(found == wanted)
        }
        #expect(text.count == expected.count)
    }
}

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
        ("refinectl", "refine good.jsonl \(pair) --output out.parquet"),
        ("refinectl", "refine good.jsonl \(pair) --output nowhere/out.jsonl"),
        ("refinectl", "refine good.jsonl \(pair) --output out.jsonl --store readme.md"),
        ("refinectl", "refine good.jsonl \(pair) --output out.jsonl --max-tokens 4096"),
        ("refinectl", "refine good.jsonl \(pair) --output out.jsonl --decontaminate missing.jsonl"),
        ("refinectl", "refine good.jsonl \(pair) --output out.jsonl --where tokens=900000.."),
        ("refinectl", "inspect missing"),
        ("refineryd", "--frobnicate"),
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

    @Test("every refusal reads as it is written in Tests/Fixtures/errors.txt")
    func errors() throws {
        let folder = try files()
        var text = ""
        for (program, line) in Self.commands {
            let arguments = line.split(separator: " ").map { word in
                word == "MODEL" ? Programs.reference : String(word)
            }
            let ended = try Programs.run(
                program, arguments,
                environment: [
                    "TMPDIR": folder.path, "REFINERY_SOCKET": folder("no.sock"), "COLUMNS": "100",
                ], folder: folder.path)
            let errors = ended.errors
                .replacingOccurrences(of: folder.path, with: "FOLDER")
                .replacingOccurrences(of: Programs.reference, with: "MODEL")
                .replacing(/refinectl-\w{6}/, with: "refinectl-XXXXXX")
                .split(separator: "\n", omittingEmptySubsequences: false)
                // Rates are the machine's.
                .filter { !$0.hasPrefix("importing:") && !$0.contains(" B at ") }
                .joined(separator: "\n")
            text += "$ \(program) \(line)\n\(errors)exit \(ended.status)\n\n"
            #expect(ended.status != 0, "\(line)")
            #expect(!text.contains("Swift.") && !text.contains("outStat:"), "\(line)")
        }
        if ProcessInfo.processInfo.environment["REFINERY_WRITE_ERRORS"] != nil {
            try text.write(toFile: Self.golden, atomically: true, encoding: .utf8)
        }
        let expected = try String(contentsOfFile: Self.golden, encoding: .utf8)
        for (found, wanted) in zip(
            text.components(separatedBy: "\n\n"), expected.components(separatedBy: "\n\n"))
        {
            #expect(found == wanted)
        }
        #expect(text.count == expected.count)
    }
}

import Foundation
import Testing

/// A teacher and a reference with different tokenizers, from corpus to export, against what
/// transformers says of the same chunks (scripts/judges/pair.py).
@Suite(.serialized) struct PairTests {
    private struct Row: Decodable {
        var id: String
        var chunk: Int
        var text: String
        var tokens: Int
        var bytes: Int?
        var score: Double
        var teacher_nll: Double
        var reference_nll: Double
        var rank: Int?
    }

    private let corpus = Programs.root + "/Tests/Fixtures/parity/documents.jsonl"
    private let teacher = Programs.reference
    private let reference = Programs.fixture("f32-bos")

    private func rows(_ path: String) throws -> [Row] {
        try Data(contentsOf: URL(fileURLWithPath: path)).split(separator: UInt8(ascii: "\n"))
            .map { try JSONDecoder().decode(Row.self, from: $0) }
    }

    private func refine(_ folder: Folder, _ arguments: [String]) throws -> Ended {
        try Programs.run(
            "refinectl",
            [
                "refine", corpus, "--teacher", teacher, "--reference", reference, "--output",
                folder("out.jsonl"),
            ] + arguments)
    }

    @Test("the difference a byte is what transformers' NLLs give, chunk by chunk")
    func perByte() throws {
        let folder = try Folder()
        // 64 tokens and 16 of them at least: documents of many chunks.
        let ended = try refine(
            folder,
            [
                "--context", "<|endoftext|>", "--reference-context", "bos", "--ratio", "1",
                "--no-guards",
                "--max-tokens", "64", "--keep-duplicates",
            ])
        try #require(ended.status == 0, "\(ended.errors)")
        let found = try rows(folder("out.jsonl"))
        let expected = try rows(Programs.root + "/Tests/Fixtures/pair/expected.jsonl")
        try #require(found.count == expected.count && found.count > 30)
        for (row, want) in zip(found, expected) {
            #expect(row.id == want.id && row.chunk == want.chunk)
            // Bytes, not `String ==`, which takes two spellings of a letter for equal.
            #expect(Array(row.text.utf8) == Array(want.text.utf8), "\(row.id) \(row.chunk)")
            #expect(row.tokens == want.tokens)
            // The promise is 1e-4 a token; the reference has more tokens than the teacher.
            let within = 1e-4 * Double(want.tokens)
            #expect(abs(row.teacher_nll - want.teacher_nll) <= within)
            #expect(abs(row.reference_nll - want.reference_nll) <= within)
            let bytes = Double(row.text.utf8.count)
            #expect(want.bytes == row.text.utf8.count)
            #expect(abs(row.score - want.score) <= 2 * within / bytes)
            #expect(abs(row.score - (row.reference_nll - row.teacher_nll) / bytes) < 1e-12)
        }
        let ranked = found.sorted { ($0.rank ?? 0) < ($1.rank ?? 0) }
        #expect(ranked.map(\.rank) == (1...found.count).map(Optional.some))
        #expect(zip(ranked, ranked.dropFirst()).allSatisfy { $0.score >= $1.score })
    }

    @Test("chunks join to their documents, and a token is cut nowhere inside a character")
    func boundaries() throws {
        let folder = try Folder()
        let ended = try refine(
            folder,
            [
                "--context", "bos", "--ratio", "1", "--max-tokens", "16", "--keep-duplicates",
                "--no-guards",
            ])
        try #require(ended.status == 0, "\(ended.errors)")
        let found = Dictionary(grouping: try rows(folder("out.jsonl")), by: \.id)
        struct Document: Decodable { var id: String, text: String }
        var joined = 0
        for line in try Data(contentsOf: URL(fileURLWithPath: corpus))
            .split(separator: UInt8(ascii: "\n"))
        {
            let document = try JSONDecoder().decode(Document.self, from: line)
            guard let chunks = found[document.id] else { continue }
            #expect(chunks.map(\.chunk) == Array(0..<chunks.count))
            #expect(Array(chunks.flatMap(\.text.utf8)) == Array(document.text.utf8))
            #expect(!chunks.contains { $0.text.unicodeScalars.contains("\u{FFFD}") })
            joined += 1
        }
        #expect(joined == found.count && joined > 10)
    }

    @Test(
        "a reference that needs more tokens than its context has gets smaller chunks, and all of them"
    )
    func smallContext() throws {
        let folder = try Folder()
        // A vocabulary of 320 needs far more tokens than one of 49,152: a thousand of the teacher's
        // do not fit the reference's context of 1,024.
        let text = String(repeating: "The quick brown foxes jumped over 12 lazy dogs. ", count: 200)
        let path = try folder.write("long.jsonl", "{\"id\":\"long\",\"text\":\"\(text)\"}\n")
        let ended = try Programs.run(
            "refinectl",
            [
                "refine", path, "--teacher", teacher, "--reference", reference, "--output",
                folder("out.jsonl"), "--context", "bos", "--ratio", "1", "--keep-duplicates",
                "--no-guards",
                "--max-tokens", "1000",
            ])
        try #require(ended.status == 0, "\(ended.errors)")
        let found = try rows(folder("out.jsonl"))
        #expect(found.map(\.text).joined() == text)
        #expect(found.allSatisfy { $0.tokens < 1000 })
    }

    @Test("a model without BOS and without a context token is refused before anything is scored")
    func refused() throws {
        let folder = try Folder()
        let none = try refine(folder, ["--ratio", "1", "--max-tokens", "64"])
        #expect(none.status == 1)
        #expect(
            none.errors.contains("the teacher's rule is none, the reference's bos"),
            "\(none.errors)")
        #expect(none.errors.contains("--context"))
        #expect(!FileManager.default.fileExists(atPath: folder("out.jsonl")))
        let unknown = try refine(folder, ["--context", "<|no such token|>", "--ratio", "1"])
        #expect(unknown.status == 1 && unknown.errors.contains("<|no such token|>"))
        let off = try refine(
            folder, ["--context", "bos", "--reference-context", "none", "--ratio", "1"])
        #expect(off.status == 1 && off.errors.contains("the reference's none"), "\(off.errors)")
    }

    @Test("inspect says beforehand what refine will do, with exit codes")
    func inspect() throws {
        let both = ["inspect", teacher, reference, "--json"]
        let refused = try Programs.run("refinectl", both)
        #expect(refused.status == 0 && refused.output.contains("\"per\":\"none\""))
        let fits = ["--context", "bos", "--max-tokens", "1023"]
        let taken = try Programs.run("refinectl", both + fits)
        #expect(taken.status == 0 && taken.output.contains("\"per\":\"byte\""))
        // The reference's context is 1,024 tokens, its BOS among them.
        let long = try Programs.run("refinectl", both + ["--context", "bos"])
        #expect(
            long.output.contains("set max_tokens (--max-tokens) to 1023 or less"), "\(long.output)")
        #expect(taken.output.contains("\"same_tokenizer\":false"))
        #expect(taken.errors.isEmpty, "progress is for terminals: \(taken.errors)")
        let missing = try Programs.run("refinectl", ["inspect", teacher, "/no/such/model"])
        #expect(missing.status == 1 && missing.output.isEmpty)
        #expect(missing.errors.contains("/no/such/model"))
        #expect(try Programs.run("refinectl", ["inspect"]).status == 64)
    }
}

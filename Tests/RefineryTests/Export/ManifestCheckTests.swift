import Foundation
import TeacherInference
import Testing
import TrainerFormats

@testable import Refinery

@Suite("Formats of an export and their manifests")
struct ManifestCheckTests {
    private static let tokenizer = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("models/reference").path

    /// Writes rows of 20 documents, two chunks each, and a manifest beside them.
    private static func write(
        _ format: ExportFormat, _ test: TestStore, name: String, threads: Int = 1,
        shardBytes: Int64? = nil
    ) throws -> (path: String, manifest: Manifest) {
        let path = test.folder.appendingPathComponent(name).path
        var output = ExportOutput(path: path, format: format)
        output.threads = threads
        output.shardBytes = shardBytes
        if format.hasTokens { output.tokenizer = try ExportTokenizer(path: tokenizer) }
        try output.validate()
        let writer = try output.writer()
        var rows = 0
        for document in 0..<20 {
            var start = 0
            for chunk in 0..<2 {
                let text = Array("Document \(document), chunk \(chunk): <|endoftext|>\n".utf8)
                (writer as? FastTextRows)?.label = document < 10 ? .keep : .drop
                try writer.write(
                    OutputRow(
                        ExportRow(
                            chunkID: 0, documentID: 0, document: Array("d\(document)".utf8),
                            ordinal: chunk, text: text, domain: nil, score: 1, teacherNLL: 1,
                            referenceNLL: 2, tokens: 9, rank: 1, range: start..<start + text.count,
                            isFinal: chunk == 1)))
                start += text.count
                rows += 1
            }
        }
        let manifest = Manifest(
            tool: "refinery 0", created: 1, models: [], chunkers: [],
            selection: try test.store.select(SelectionRule(size: .topK(1))),
            output: Manifest.Output(
                try writer.finish(), of: output, rows: rows, options: ExportOptions(),
                controlTokens: Manifest.ControlTokens(ControlSpellings())))
        let file = try OutputWriter(path: Manifest.path(beside: path))
        try file.write(manifest.json())
        _ = try file.finish()
        return (path, manifest)
    }

    private static func store() throws -> TestStore {
        let test = try TestStore()
        try test.registerModels()
        try test.add([.test("a", "one|two|", domain: "x")])
        try test.chunkAll()
        try test.score()
        return test
    }

    @Test("What was written is what its manifest says", arguments: ExportFormat.allCases)
    func whole(format: ExportFormat) throws {
        let test = try Self.store()
        let (path, manifest) = try Self.write(format, test, name: "out")
        let check = try ManifestCheck(manifest: path + ".manifest.json")
        #expect(check.isEqual, "\(check)")
        #expect(check.rows == 40)
        #expect(check.files.count == manifest.output.files?.count ?? 1)
        if format.hasTokens { #expect(manifest.output.counts?.endsOfText == 20) }
        if format == .megatron {
            #expect(manifest.output.counts?.sequences == 40)
            #expect(manifest.output.counts?.texts == 20)
        }
    }

    @Test("A byte more, less or changed of any file is found", arguments: ExportFormat.allCases)
    func damaged(format: ExportFormat) throws {
        let test = try Self.store()
        let (path, _) = try Self.write(format, test, name: "out")
        let manifest = path + ".manifest.json"
        for file in try ManifestCheck(manifest: manifest).files.map(\.path) {
            let whole = try Data(contentsOf: URL(fileURLWithPath: file))
            var changed = whole
            changed[whole.count / 2] ^= 1
            for bytes in [changed, whole.dropLast(), whole + [0]] {
                try bytes.write(to: URL(fileURLWithPath: file))
                let check = try ManifestCheck(manifest: manifest)
                #expect(!check.isEqual)
                #expect(check.files.filter { !$0.differences.isEmpty }.map(\.path) == [file])
            }
            try FileManager.default.removeItem(atPath: file)
            #expect(try !ManifestCheck(manifest: manifest).isEqual)
            try whole.write(to: URL(fileURLWithPath: file))
        }
        #expect(try ManifestCheck(manifest: manifest).isEqual)
    }

    @Test("Counts that are not those of the files are found", arguments: ExportFormat.allCases)
    func counts(format: ExportFormat) throws {
        let test = try Self.store()
        let (path, written) = try Self.write(format, test, name: "out")
        var manifest = written
        if format.hasTokens {
            manifest.output.counts?.tokens? += 1
        } else {
            manifest.output.rows += 1
        }
        try Data(manifest.json()).write(to: URL(fileURLWithPath: path + ".manifest.json"))
        let check = try ManifestCheck(manifest: path + ".manifest.json")
        #expect(check.differences.count == 1, "\(check)")
    }

    @Test(
        "A manifest leads to no file of another folder",
        arguments: ["../x", "/etc/passwd", "..", ""])
    func escaping(name: String) throws {
        let test = try Self.store()
        let (output, written) = try Self.write(.mds, test, name: "out")
        let path = output + ".manifest.json"
        var manifest = written
        manifest.output.files?[0].file = name
        try Data(manifest.json()).write(to: URL(fileURLWithPath: path))
        #expect(throws: RefineryError.self) { _ = try ManifestCheck(manifest: path) }
        manifest.output.files?[0].file = "a"
        manifest.output.file = name
        try Data(manifest.json()).write(to: URL(fileURLWithPath: path))
        #expect(throws: RefineryError.self) { _ = try ManifestCheck(manifest: path) }
    }

    @Test("A file that the manifest does not name is found in a folder")
    func stranger() throws {
        let test = try Self.store()
        let (path, _) = try Self.write(.nanoset, test, name: "out")
        try Data([1]).write(to: URL(fileURLWithPath: path + "/more.ds"))
        #expect(try !ManifestCheck(manifest: path + ".manifest.json").isEqual)
    }

    @Test("Any number of threads writes the same bytes", arguments: [2, 3, 16])
    func threads(count: Int) throws {
        let test = try Self.store()
        let (_, one) = try Self.write(.nanogpt, test, name: "one.bin")
        let (_, many) = try Self.write(.nanogpt, test, name: "many.bin", threads: count)
        #expect(one.output.sha256 == many.output.sha256)
        #expect(one.output.counts == many.output.counts)
    }

    @Test("End-of-text is behind a document's last chunk alone, and none is made of text")
    func endOfText() throws {
        let test = try Self.store()
        let (path, _) = try Self.write(.nanogpt, test, name: "train.bin")
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        let ids = stride(from: 0, to: bytes.count, by: 2).map {
            Int32(bytes[$0]) | Int32(bytes[$0 + 1]) << 8
        }
        let tokenizer = try ExportTokenizer(path: Self.tokenizer)
        let end = try #require(tokenizer.endOfText)
        let documents = ids.split(separator: end, omittingEmptySubsequences: false).dropLast()
        #expect(documents.count == 20)
        for (number, ids) in documents.enumerated() {
            #expect(
                String(decoding: tokenizer.tokenizer.decode(Array(ids)), as: UTF8.self)
                    == (0..<2).map { "Document \(number), chunk \($0): <|endoftext|>\n" }.joined())
        }
    }

    @Test(
        "The name of an output says its format",
        arguments: [
            ("a.jsonl", ExportFormat.jsonl), ("a.JSONL.gz", .jsonl), ("a.ndjson.zst", .jsonl),
            ("a.json", .jsonl), ("-", .jsonl), ("a.parquet", .parquet), ("a.mds", .mds),
            ("a.bin", nil), ("a.parquet.gz", nil), ("a", nil), ("a.txt", nil),
        ])
    func names(path: String, format: ExportFormat?) {
        #expect(ExportFormat(path: path) == format)
    }

    @Test("What a format cannot do is refused")
    func refusals() throws {
        func output(_ format: ExportFormat, _ change: (inout ExportOutput) -> Void) -> ExportOutput
        {
            var output = ExportOutput(path: "x", format: format)
            change(&output)
            return output
        }
        for refused in [
            output(.nanogpt) { $0.shardBytes = 1 << 30 }, output(.nanogpt) { $0.path = "-" },
            output(.mds) { $0.shardBytes = 1 << 40 }, output(.mds) { $0.sequenceLength = 9 },
            output(.jsonl) { $0.isCompressed = true }, output(.fasttext) { $0.keepFields = true },
        ] {
            #expect(throws: RefineryError.self, "\(refused)") { try refused.validate() }
        }
        let tokenizer = try ExportTokenizer(path: Self.tokenizer)
        #expect(throws: RefineryError.self) {
            try output(.mds) { $0.tokenizer = tokenizer }.validate()
        }
        #expect(throws: RefineryError.self) {
            _ = try ExportTokenizer(path: Self.tokenizer, endOfText: "<|no such token|>")
        }
        #expect(try ExportTokenizer(path: Self.tokenizer, endOfText: "none").endOfText == nil)
    }

    @Test("A manifest that names another format than its files have is refused or differs")
    func otherFormat() throws {
        let test = try Self.store()
        let (path, _) = try Self.write(.jsonl, test, name: "x.jsonl")
        let manifest = Manifest.path(beside: path)
        let text = try String(contentsOfFile: manifest, encoding: .utf8)
        for format in ["megatron", "nanoset"] {
            try text.replacing("\"jsonl\"", with: "\"\(format)\"")
                .write(toFile: manifest, atomically: true, encoding: .utf8)
            #expect(try !ManifestCheck(manifest: manifest).isEqual, "\(format)")
        }
        try text.replacing("\"jsonl\"", with: "\"arrow\"")
            .write(toFile: manifest, atomically: true, encoding: .utf8)
        #expect(throws: RefineryError.self) { try ManifestCheck(manifest: manifest) }
    }

    @Test("An index whose numbers overflow is an error")
    func hugeIndex() throws {
        let test = try Self.store()
        let (path, manifest) = try Self.write(.nanoset, test, name: "n")
        var index = Data()
        for shift in 0..<8 {
            index.append(UInt8(truncatingIfNeeded: (UInt64(1) << 62) >> (8 * UInt64(shift))))
        }
        try index.write(to: URL(fileURLWithPath: path + "/00000.ds.index"))
        try "x|8\n4611686018427387904\n".write(
            toFile: path + "/00000.ds.metadata", atomically: true, encoding: .utf8)
        var changed = manifest
        for (place, file) in (changed.output.files ?? []).enumerated() {
            let digest = try FileDigest(path: path + "/" + file.file)
            changed.output.files?[place].bytes = digest.bytes
            changed.output.files?[place].sha256 = digest.sha256
        }
        changed.output.bytes = changed.output.files?.reduce(0) { $0 + $1.bytes } ?? 0
        try Data(changed.json()).write(to: URL(fileURLWithPath: Manifest.path(beside: path)))
        let check = try ManifestCheck(manifest: Manifest.path(beside: path))
        #expect(check.differences.contains { $0.contains("an id has 8 bytes") })
    }
}

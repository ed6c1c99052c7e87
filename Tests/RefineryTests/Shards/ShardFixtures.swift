import Crypto
import Foundation
import Testing

@testable import Refinery

/// Shards of made-up documents with their score files, and a store that took all of them.
final class ShardFixture {
    /// A shard on the disk.
    struct Shard {
        var name: String
        var corpus: String
        var documents: [ImportedDocument]
        var path: String
        var scores: String
    }

    let files: ScoreFileFixture
    private(set) var shards: [Shard] = []
    private let slice: CorpusSlice?
    private let ending: String

    /// Shards with texts that stand several times, ids that stand twice, ties, failures and chunks
    /// that are too short, and sums of one text that differ from shard to shard.
    ///
    /// The score files' names end in `ending`, which decides their form.
    init(
        seed: UInt64, shards count: Int = 4, documents: Int = 40, ending: String = "jsonl.zst"
    ) throws {
        files = try ScoreFileFixture()
        self.ending = ending
        slice = try CorpusSlice(
            seed: seed, heldOut: DecimalFraction("0.05"), share: DecimalFraction("0.1"))
        var random = SeededGenerator(state: seed)
        for number in 0..<count {
            var made: [ImportedDocument] = []
            for line in 1...documents {
                // Some ids stand in another shard, too; lines are missing here and there.
                let id =
                    Int.random(in: 0..<5, using: &random) == 0
                    ? "twice \(line % 7)" : "s\(number)-\(line)"
                let pieces = (0..<Int.random(in: 1...5, using: &random)).map { _ in
                    "text \(Int.random(in: 0..<250, using: &random)) "
                        + String(repeating: "w", count: Int.random(in: 0..<60, using: &random) / 20)
                        + "|"
                }
                guard !made.contains(where: { $0.id == Array(id.utf8) }) else { continue }
                made.append(
                    .test(
                        id, pieces.joined(), domain: ["x", "y", nil, "z\(number)"][line % 4],
                        fields: #"{"n":\#(line)}"#, line: line))
            }
            try add("shard\(number)", corpus: number % 3 == 2 ? "c2" : "c1", made, salt: number)
        }
    }

    private func add(
        _ name: String, corpus: String, _ documents: [ImportedDocument], salt: Int
    ) throws {
        var lines: [UInt8] = []
        var line = 1
        for document in documents {
            while line < document.line {
                lines += Array("\n".utf8)
                line += 1
            }
            var json = JSONBytes()
            json.raw("{\"id\":")
            json.string(document.id)
            json.raw(",\"n\":\(document.line),\"text\":")
            json.string(document.text)
            if let domain = document.domain {
                json.raw(",\"domain\":")
                json.string(domain)
            }
            json.raw("}\n")
            lines += json.bytes
            line += 1
        }
        let path = files.path(name + ".jsonl")
        try Data(lines).write(to: URL(fileURLWithPath: path))
        var header = ScoreFileFixture.header(corpus: corpus, shard: name)
        header.shard.sha256 = Hex.string(SHA256.hash(data: lines))
        header.reference.slice = slice
        var rows: [ScoreFileRow] = []
        for document in documents {
            for (ordinal, cut) in TestStore.cut(document.text).enumerated() {
                rows.append(.chunk(try Self.chunk(document, ordinal, cut, salt)))
            }
        }
        let scores = name + ".scores." + ending
        try files.write(rows, scores, header: header)
        shards.append(
            Shard(
                name: name, corpus: corpus, documents: documents, path: path,
                scores: files.path(scores)))
    }

    private static func chunk(
        _ document: ImportedDocument, _ ordinal: Int, _ cut: ChunkCut, _ salt: Int
    ) throws -> ScoredChunk {
        let digest = cut.sha256
        // Another machine says something else of some texts.
        let differs = digest[4] < 40 ? salt : 0
        func sums(_ nll: Double) -> ScoreSums {
            ScoreSums(
                tokens: cut.tokens, bytes: cut.range.count, nll: nll, nllSquared: nll * nll,
                top1: 0, top10: 1, nllAdapted: nll * Double(digest[2]) / 256,
                repetition: Double(digest[3] & 63) / 100)
        }
        // Few values, so that many are equal.
        let teacher = Double(digest[0] >> 3) + Double(differs) / 8
        let reference = Double(digest[1] >> 3) + 0.1 * Double(cut.tokens)
        let (hash, text) = (ContentHash(cut.sha256), ContentHash(SHA256.hash(data: document.text)))
        return ScoredChunk(
            document: document.id, documentHash: try #require(text), domain: document.domain,
            line: document.line, ordinal: ordinal, range: cut.range, hash: try #require(hash),
            teacher: digest[5] < 12 && (digest[5] < 6 || salt == 1)
                ? .tooShort : .scored(sums(teacher)),
            reference: digest[6] < 12 && (digest[6] < 6 || salt == 2)
                ? .failed("salt \(salt)") : .scored(sums(reference)))
    }

    /// A store that took the shards in their order, and their scores in another.
    func store() throws -> TestStore {
        let test = try TestStore()
        for shard in shards {
            try test.add(shard.documents, corpus: shard.corpus, file: shard.name + ".jsonl")
        }
        while true {
            let documents = try test.store.unchunkedDocuments(limit: 50, maxBytes: 1 << 20)
            if documents.isEmpty { break }
            try test.store.addChunks(
                documents.map { (document: $0.id, chunks: TestStore.cut($0.text)) },
                chunker: String(repeating: "d", count: 64))
        }
        let stage = ScoreImportStage(test.store)
        for shard in shards.reversed() {
            try stage.makeCurrent(try stage.run(shard.scores).1)
        }
        return test
    }

    /// The cuts of a rule, in a folder that goes with the fixture.
    func select(
        _ rule: SelectionRule, threads: Int = 2, scores: [String]? = nil
    ) throws -> (cuts: ShardCuts, folder: String) {
        let folder = files.path("cuts-\(UUID().uuidString)")
        let cuts = try ShardSelectionStage(
            scores ?? shards.map(\.scores), folder: files.folder.path, threads: threads
        ).run(rule, output: folder, writer: "refinery test")
        return (cuts, folder)
    }

    /// The rows that are kept of all shards, one after the other.
    func export(_ folder: String, _ options: ExportOptions) throws -> [ExportRow] {
        var rows: [ExportRow] = []
        for shard in shards {
            let stage = try ShardExportStage(
                scores: shard.scores, cuts: folder, scratch: files.folder.path)
            let source = try #require(CorpusSource(path: shard.path, displayName: shard.name))
            var bytes: [UInt8]? = Array(try Data(contentsOf: URL(fileURLWithPath: shard.path)))
            try stage.rows(
                of: source, options,
                pieces: {
                    defer { bytes = nil }
                    return bytes.map { CorpusPiece(bytes: $0, fileBytes: $0.count) }
                }
            ) { rows.append($0) }
        }
        return rows
    }
}

import Crypto
import Foundation
import Testing

@testable import Refinery

/// Score files of made-up rows, in a folder that goes with them.
final class ScoreFileFixture {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("refinery-scores-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path(name))))
    }

    @discardableResult
    func write(
        _ rows: [ScoreFileRow], _ name: String = "scores.jsonl", header: ScoreFileHeader = header()
    ) throws -> ScoreFileTrailer {
        let writer = try ScoreFileWriter(path: path(name), header: header)
        for row in rows { try writer.write(row) }
        return try writer.finish().0
    }

    func read(_ name: String = "scores.jsonl") throws -> (ScoreFileReader.Frame, [ScoreFileRow]) {
        var rows: [ScoreFileRow] = []
        let frame = try ScoreFileReader(path: path(name)).read { rows.append($0) }
        return (frame, rows)
    }

    /// What is said of a file of these bytes; nil where nothing is wrong with it.
    func problem(_ bytes: [UInt8], _ name: String = "damaged.jsonl") throws -> String? {
        try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
        do {
            try ScoreFileReader(path: path(name)).read()
            return nil
        } catch let error as RefineryError {
            return error.message
        }
    }

    /// A file of these lines with the trailer that belongs to them.
    static func whole(_ lines: [String], documents: Int, chunks: Int, rejects: Int = 0) -> [UInt8] {
        let before = Array((lines.joined(separator: "\n") + "\n").utf8)
        let digest = Hex.string(SHA256.hash(data: before))
        let trailer =
            #"{"row":"trailer","documents":\#(documents),"chunks":\#(chunks),"#
            + #""rejects":\#(rejects),"sha256":"\#(digest)"}"#
        return before + Array((trailer + "\n").utf8)
    }

    static func hash(_ text: String) -> ContentHash {
        guard let hash = ContentHash(SHA256.hash(data: Array(text.utf8))) else {
            preconditionFailure("a SHA-256 has 32 bytes")
        }
        return hash
    }

    static func header(
        teacher: Character = "a", corpus: String = "web", shard: String = "shard"
    ) -> ScoreFileHeader {
        func model(_ digit: Character, _ name: String) -> ScoreFileModel {
            ScoreFileModel(
                Model(
                    path: "models/\(name)", fingerprint: String(repeating: digit, count: 64),
                    architecture: "llama", parameters: 12, tokenizer: "BPE, 256 tokens",
                    tokenizerDigest: String(repeating: "c", count: 64), contextRule: "none",
                    maxContext: 512),
                name: name, computedBy: "AVX2")
        }
        return ScoreFileHeader(
            writer: "refinery test",
            shard: ScoreFileShard(
                corpus: corpus, file: "\(shard).jsonl", bytes: 100, sha256: hash(shard).hexadecimal,
                fields: FieldNames()),
            chunker: ScoreFileChunker(
                fingerprint: String(repeating: "d", count: 64), maxTokens: 64),
            teacher: model(teacher, "big.gguf"), reference: model("b", "small"))
    }

    static func sums(_ nll: Double = 12.5) -> ScoreSums {
        ScoreSums(
            tokens: 7, bytes: 21, nll: nll, nllSquared: nll * nll, top1: 2, top10: 5,
            nllAdapted: nll / 3, repetition: 0.25)
    }

    static func chunk(
        line: Int = 1, ordinal: Int = 0, start: Int = 0, end: Int = 20, id: String? = nil,
        teacher: ChunkScore.Outcome = .scored(sums()),
        reference: ChunkScore.Outcome = .scored(sums(13.75))
    ) -> ScoredChunk {
        let id = id ?? "d\(line)"
        return ScoredChunk(
            document: Array(id.utf8), documentHash: hash(id), domain: Array("prose".utf8),
            line: line, ordinal: ordinal, range: start..<end, hash: hash("\(id) \(ordinal)"),
            teacher: teacher, reference: reference)
    }

    /// A row of each kind, and every shape of every member.
    static let rows: [ScoreFileRow] = {
        var unranked = sums(.leastNonzeroMagnitude)
        (unranked.top1, unranked.top10) = (nil, nil)
        (unranked.nllAdapted, unranked.repetition) = (nil, nil)
        var strange = chunk(
            line: 7, id: "quote \" back \\ nul \u{0} tab \t é 😀 \u{2028}",
            teacher: .failed("log-probs of \"x\"\nare not finite"), reference: .tooShort)
        strange.domain = nil
        return [
            .chunk(chunk()), .chunk(chunk(ordinal: 1, start: 20, end: 33, teacher: .tooShort)),
            .chunk(chunk(line: 3, teacher: .scored(unranked), reference: .scored(sums(1e150)))),
            .chunk(strange),
            .reject(Reject(line: 2, reason: .invalidJSON, detail: "expected a value at column 1")),
            .reject(Reject(line: 9, id: Array("d1".utf8), reason: .duplicateID, detail: "stands")),
        ]
    }()
}

import Foundation
import Testing

@testable import Refinery

@Suite("A store's scores as a score file")
struct ScoreFileStageTests {
    private func header(_ test: TestStore) throws -> ScoreFileHeader {
        var header = ScoreFileFixture.header(corpus: "default")
        header.chunker.fingerprint = "bars 1"
        let status = try test.store.status()
        header.teacher.fingerprint = try #require(status.teacher).fingerprint
        header.reference.fingerprint = try #require(status.reference).fingerprint
        return header
    }

    private func made() throws -> TestStore {
        let test = try TestStore()
        try test.registerModels()
        try test.add(
            [.test("a", "one|two|one|"), .test("b", "two|short|fail|three", line: 2)],
            rejects: [
                Reject(line: 8, reason: .missingText, detail: "none"),
                Reject(line: 4, reason: .invalidJSON, detail: "bad"),
            ])
        try test.chunkAll()
        return test
    }

    @Test("duplicates have rows with the scores of their originals, and rejects have rows")
    func rows() throws {
        let test = try made()
        try test.score()
        let path = test.folder.appendingPathComponent("scores.jsonl").path
        // The tests' chunker has a name, not a fingerprint: the reader would refuse it.
        _ = try ScoreFileStage(test.store).write(path, header: try header(test))
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        var rows: [ScoreFileRow] = []
        for line in lines.dropFirst().dropLast() {
            rows.append(
                try Array(line.utf8).withUnsafeBytes { bytes in
                    var scanner = ScoreFileLine(bytes)
                    return try scanner.row(corpus: Array("default".utf8))
                })
        }
        let chunks = rows.compactMap { row -> ScoredChunk? in
            if case .chunk(let chunk) = row { chunk } else { nil }
        }
        #expect(
            chunks.map { "\(String(decoding: $0.document, as: UTF8.self)) \($0.ordinal)" } == [
                "a 0", "a 1", "a 2", "b 0", "b 1", "b 2", "b 3",
            ])
        #expect(chunks[0].hash == chunks[2].hash && chunks[0].teacher == chunks[2].teacher)
        #expect(chunks[1].hash == chunks[3].hash && chunks[1].reference == chunks[3].reference)
        #expect(chunks[0].teacher != chunks[1].teacher)
        #expect(chunks[4].teacher == .tooShort)
        #expect(chunks[5].reference == .failed("not finite"))
        #expect(chunks[2].range == 8..<12)
        #expect(
            rows.suffix(2) == [
                .reject(Reject(line: 4, reason: .invalidJSON, detail: "bad")),
                .reject(Reject(line: 8, reason: .missingText, detail: "none")),
            ])
    }

    @Test("a chunk without a score, another model or another chunker is refused, and nothing stays")
    func refused() throws {
        let test = try made()
        let path = test.folder.appendingPathComponent("scores.jsonl").path
        func refused(_ change: (inout ScoreFileHeader) -> Void = { _ in }) throws -> String? {
            var header = try header(test)
            change(&header)
            let error = #expect(throws: RefineryError.self) {
                try ScoreFileStage(test.store).write(path, header: header)
            }
            return error?.message
        }
        #expect(try refused()?.contains("no score of the teacher yet") == true)
        try test.score()
        #expect(
            try refused { $0.teacher.fingerprint = String(repeating: "0", count: 64) }?
                .contains("models are not those") == true)
        #expect(
            try refused { $0.chunker.fingerprint = "bars 2" }?
                .contains("cut by another chunker") == true)
        let left = try FileManager.default.contentsOfDirectory(atPath: test.folder.path)
        #expect(!left.contains { $0.hasSuffix(".tmp") || $0 == "scores.jsonl" }, "\(left)")
    }

    @Test("a store serves one shard, and none once it is in use for other work")
    func oneShard() throws {
        let test = try TestStore()
        try test.store.takeForShard("one")
        try test.store.takeForShard("one")
        #expect(throws: RefineryError.self) { try test.store.takeForShard("two") }
        let other = try made()
        #expect(throws: RefineryError.self) { try other.store.takeForShard("one") }
    }
}

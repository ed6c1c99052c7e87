import Crypto
import Foundation
import GRDB

@testable import Refinery

/// A fresh store in a folder of its own, which goes with it.
final class TestStore {
    let folder: URL
    private(set) var store: Store

    var path: String { folder.appendingPathComponent("store.db").path }

    init() throws {
        folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("refinery-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        store = try Store(path: folder.appendingPathComponent("store.db").path)
    }

    deinit {
        try? store.close()
        try? FileManager.default.removeItem(at: folder)
    }

    func reopen() throws {
        try store.close()
        store = try Store(path: path)
    }

    /// Registers a pair with one tokenizer; other digits make other models.
    @discardableResult
    func registerModels(
        teacher: Character = "a", reference: Character = "b",
        digests: (String, String) = ("t", "t"),
        context: String = "none"
    ) throws -> (teacher: Int64, reference: Int64) {
        (
            try store.register(
                .test(teacher, digest: digests.0, context: context), as: .teacher),
            try store.register(
                .test(reference, digest: digests.1, context: context), as: .reference)
        )
    }

    @discardableResult
    func add(
        _ documents: [ImportedDocument], corpus: String = "default", file: String = "a.jsonl",
        rejects: [Reject] = [], replace: Bool = false
    ) throws -> ImportCounts {
        let job = try store.beginJob(kind: .import, corpus: corpus, detail: file)
        defer { try? store.finishJob(job, state: .succeeded) }
        return try store.addDocuments(
            corpus: corpus, file: file, documents: documents, rejects: rejects, job: job,
            replace: replace)
    }

    /// Imports values from JSONL.
    @discardableResult
    func importColumn(
        _ name: String, _ lines: String, corpus: String = "default", file: String = "values.jsonl",
        _ change: (inout ColumnImportJob.Order) -> Void = { _ in }
    ) throws -> ColumnImportSummary {
        var order = ColumnImportJob.Order(column: name, corpus: corpus, file: file)
        change(&order)
        var job = try ColumnImportJob(store: store, order)
        // In pieces that end anywhere.
        for piece in stride(from: 0, to: lines.utf8.count, by: 1000) {
            try Array(Array(lines.utf8)[piece...].prefix(1000)).withUnsafeBytes {
                try job.feed($0)
            }
        }
        return try job.finish()
    }

    /// Cuts every document at each `|`, a token a byte.
    func chunkAll() throws {
        while true {
            let documents = try store.unchunkedDocuments(limit: 7, maxBytes: 1000)
            if documents.isEmpty { return }
            try store.addChunks(
                documents.map { (document: $0.id, chunks: TestStore.cut($0.text)) },
                chunker: "bars 1")
        }
    }

    static func cut(_ text: [UInt8]) -> [ChunkCut] {
        var cuts: [ChunkCut] = []
        var start = 0
        for end in 1...text.count where end == text.count || text[end - 1] == UInt8(ascii: "|") {
            cuts.append(
                ChunkCut(
                    range: start..<end, tokens: end - start,
                    sha256: Array(SHA256.hash(data: text[start..<end]))))
            start = end
        }
        return cuts
    }

    /// Scores the first pending chunks, as the text decides.
    @discardableResult
    func score(limit: Int = .max, after: Int64 = 0) throws -> Int {
        let models = try store.status()
        let chunks = try store.nextPending(after: after, limit: min(limit, 100_000))
        var scores: [ChunkScore] = []
        for chunk in chunks {
            if chunk.needsTeacher, let id = models.teacher?.id {
                scores.append(TestStore.score(chunk, model: id, salt: 1))
            }
            if chunk.needsReference, let id = models.reference?.id {
                scores.append(TestStore.score(chunk, model: id, salt: 2))
            }
        }
        return try store.recordScores(scores)
    }

    static func score(_ chunk: PendingChunk, model: Int64, salt: UInt8) -> ChunkScore {
        if chunk.text.starts(with: Array("short".utf8)) {
            return ChunkScore(chunk: chunk.id, model: model, outcome: .tooShort)
        }
        if chunk.text.starts(with: Array("fail".utf8)) {
            return ChunkScore(chunk: chunk.id, model: model, outcome: .failed("not finite"))
        }
        let digest = Array(SHA256.hash(data: chunk.text + [salt]))
        let nll = Double(digest[0]) / 16 + Double(digest[1]) / 4096
        return ChunkScore(
            chunk: chunk.id, model: model,
            outcome: .scored(
                ScoreSums(
                    tokens: chunk.tokens, bytes: chunk.text.count, nll: nll,
                    nllSquared: nll * nll, top1: 0, top10: 1,
                    nllAdapted: nll * Double(digest[2]) / 256,
                    repetition: Double(digest[3] & 63) / 100)))
    }

    func export(_ selection: Int64, _ order: ExportOrder) throws -> [ExportRow] {
        var rows: [ExportRow] = []
        try store.exportRows(selection: selection, ExportOptions(order: order, fields: true)) {
            rows.append($0)
        }
        return rows
    }

    func count(_ sql: String) throws -> Int {
        try store.pool.read { try Int.fetchOne($0, sql: sql) ?? 0 }
    }
}

/// The stages, as the tests of many of them call them.
extension Store {
    func addDocuments(
        corpus: String, file: String, documents: [ImportedDocument], rejects: [Reject],
        job: Int64, replace: Bool
    ) throws -> ImportCounts {
        try add(
            prepare(documents, corpus: corpus), rejects, corpus: corpus, file: file, job: job,
            replace: replace, line: nil)
    }

    func select(_ rule: SelectionRule, name: String? = nil) throws -> SelectionSummary {
        try SelectionStage(self).select(rule, name: name)
    }

    func preview(_ rule: SelectionRule, name: String? = nil) throws -> SelectionSummary {
        try SelectionStage(self).preview(rule, name: name)
    }

    func selections() throws -> [SelectionSummary] { try SelectionStage(self).selections() }

    func selection(id: Int64) throws -> SelectionSummary? {
        try SelectionStage(self).selection(id: id)
    }

    func selection(named name: String) throws -> SelectionSummary? {
        try SelectionStage(self).selection(named: name)
    }

    func compare(_ first: String, _ second: String) throws -> SelectionComparison {
        try SelectionStage(self).compare(first, second)
    }

    func explain(chunk id: Int64, selection name: String? = nil) throws -> ChunkReport {
        try SelectionStage(self).explain(chunk: id, selection: name)
    }

    func listScores(
        _ rule: SelectionRule, begin: ([String]) throws -> Void = { _ in },
        _ body: (ScoreListing) throws -> Void
    ) throws {
        try SelectionStage(self).listScores(rule, begin: begin, body)
    }

    func checkListing(_ rule: SelectionRule) throws { try SelectionStage(self).checkListing(rule) }

    func checkColumns(_ rule: SelectionRule) throws { try SelectionStage(self).checkColumns(rule) }

    func addBenchmark(_ windows: QuestionWindows) throws {
        try SelectionStage(self).addBenchmark(windows)
    }

    func exportRows(
        selection: Int64, _ options: ExportOptions, _ body: (ExportRow) throws -> Void
    ) throws {
        try ExportStage(self).rows(of: selection, options, body)
    }

    func report(selection name: String) throws -> ReportData {
        try ReportStage(self).report(selection: name)
    }
}

extension Model {
    static func test(
        _ digit: Character, digest: String = "t", context: String = "none"
    ) -> Model {
        Model(
            path: "/m/\(digit)", fingerprint: String(repeating: digit, count: 64),
            architecture: "llama", parameters: 1, tokenizer: "tokenizer \(digest)",
            tokenizerDigest: digest, contextRule: context, maxContext: 2048)
    }
}

extension ImportedDocument {
    static func test(
        _ id: String, _ text: String, domain: String? = nil, fields: String? = nil, line: Int = 1
    ) -> ImportedDocument {
        ImportedDocument(
            id: Array(id.utf8), text: Array(text.utf8), domain: domain.map { Array($0.utf8) },
            fields: fields.map { Array($0.utf8) }, line: line)
    }
}

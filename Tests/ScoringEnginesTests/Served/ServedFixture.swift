import Foundation
import GRDB
import Logging
import TeacherInference

@testable import Refinery
@testable import ScoringEngines

/// A store of its own with some documents, to be scored by a served teacher and a native reference.
final class ServedFixture {
    /// The folder of the models that tests have.
    static let models =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path + "/Fixtures/models/"

    let folder: URL
    let store: Store

    init(documents: Int = 12) throws {
        folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("refinery-served-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        store = try Store(path: folder.appendingPathComponent("store.db").path)
        if documents > 0 { try add(0..<documents) }
    }

    deinit {
        try? store.close()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Imports documents of some chunks each.
    func add(_ numbers: Range<Int>) throws {
        let lines = numbers.map { number in
            let text = (0..<6 + number % 5).map { "\(number) and \($0) of a text. " }.joined()
            return "{\"id\":\"\(number)\",\"text\":\"\(text)\"}\n"
        }
        var job = try ImportJob(
            store: store, corpus: "c", file: "\(numbers.lowerBound).jsonl",
            options: Importer.Options(), replace: false)
        try Array(lines.joined().utf8).withUnsafeBytes { try job.feed($0) }
        _ = try job.finish()
    }

    /// The tokenizer of the teacher and of the reference.
    static let tokenizer: any Tokenizer = {
        do {
            return try LanguageModel.loadTokenizer(path: models + "pair")
        } catch {
            fatalError("\(error)")
        }
    }()

    /// What a healthy engine's `/tokenize` makes of a text.
    static let tokenize: StandIn.Tokenize = { text in
        Array(text.utf8).withUnsafeBytes { tokenizer.encode($0) }
    }

    /// The teacher behind `urls`, the reference in this process.
    static func configuration(
        _ urls: [String], kind: String = "vllm",
        _ change: (inout EngineReference) -> Void = { _ in }
    ) -> PipelineConfiguration {
        var engine = EngineReference(kind: kind, urls: urls, model: "m")
        engine.tokenizer = models + "pair"
        engine.dtype = "float32"
        change(&engine)
        var teacher = ModelReference(path: "", context: "auto", pre: nil)
        teacher.engine = engine
        var configuration = PipelineConfiguration(
            teacher: teacher,
            reference: ModelReference(path: models + "pair", context: "auto", pre: nil))
        configuration.threads = 1
        configuration.maxTokens = 32
        configuration.idleSeconds = 0
        configuration.waitsForEngines = true
        configuration.refusalSeconds = 0.05
        configuration.absenceSeconds = 0.05
        configuration.engineTiming = PoolFaultTests.timing
        return configuration
    }

    func pipeline(_ configuration: PipelineConfiguration) -> Pipeline {
        Pipeline(
            store: store, configuration: configuration,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Every score of a role, a line each.
    func scores(_ role: ModelRole) throws -> [String] {
        try store.pool.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT s.chunk, s.outcome, s.tokens, s.bytes, s.nll, s.nll_squared, s.top1,
                        s.top10, s.nll_adapted, s.repetition, s.reason
                    FROM score s JOIN model_role r ON r.model = s.model AND r.role = ?
                    ORDER BY s.chunk
                    """, arguments: [role.rawValue]
            ).map(\.description)
        }
    }

    /// A chunk's text with what the teacher said of it.
    struct Scored {
        var bytes: [UInt8]
        var tokens: Int
        var nll: Double
        var top1: Int?
    }

    /// Every chunk that the teacher scored.
    func teacherTexts() throws -> [Scored] {
        try store.pool.read { db in
            var texts = try TextReader(Snapshot(db: db))
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT c.document, c.start, c."end", s.tokens, s.nll, s.top1
                    FROM score s JOIN model_role r ON r.model = s.model AND r.role = 'teacher'
                    JOIN chunk c ON c.id = s.chunk WHERE s.outcome = 'scored' ORDER BY c.id
                    """
            ).map { row in
                let (start, end): (Int, Int) = (row[1], row[2])
                return Scored(
                    bytes: try texts.text(of: row[0], start..<end), tokens: row[3], nll: row[4],
                    top1: row[5])
            }
        }
    }

    /// What `sql` counts.
    func count(_ sql: String) throws -> Int {
        try store.pool.read { try Int.fetchOne($0, sql: sql) ?? 0 }
    }

    /// The rows of the better half, a line each.
    func export() throws -> [String] {
        let selection = try SelectionStage(store).select(
            SelectionRule(size: .topK(20)), name: nil)
        var rows: [String] = []
        try ExportStage(store).rows(of: selection.id, ExportOptions()) { row in
            var json = JSONBytes()
            row.write(to: &json, keepFields: false)
            rows.append(String(decoding: json.bytes, as: UTF8.self))
        }
        return rows
    }

    /// Waits until a pipeline's condition is as expected.
    static func wait(
        for pipeline: Pipeline, _ isExpected: (PipelineState, String?) -> Bool
    ) async throws {
        let end = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < end {
            let (state, reason) = pipeline.condition
            if isExpected(state, reason) { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        struct Late: Error { let found: String }
        throw Late(found: "\(pipeline.condition)")
    }
}

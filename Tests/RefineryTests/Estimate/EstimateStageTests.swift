import Crypto
import Foundation
import TeacherInference
import Testing

@testable import Refinery

/// Pilots of small files, by a small fixture.
struct EstimateStageTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private func documents(_ file: String) throws -> (CorpusDocuments, bytes: Int64) {
        let source = try #require(CorpusSource(path: file, displayName: "corpus.jsonl"))
        let size = try #require(
            try FileManager.default.attributesOfItem(atPath: file)[.size] as? NSNumber)
        var fields = FieldNames()
        fields.readsID = false
        return (
            CorpusDocuments(whole: source, fields: fields), size.int64Value
        )
    }

    private func corpus(_ lines: [String]) throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(
            path: "estimate-\(UUID().uuidString).jsonl"
        ).path
        try lines.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
        return file
    }

    private func estimate(
        _ file: String, teacher name: String = "Tests/Fixtures/models/bf16", reference: String?,
        minutes: Double = 10,
        _ told: (EstimateStage.Event) -> Void = { _ in }
    ) throws -> EstimateRecord {
        let (documents, bytes) = try documents(file)
        var request = EstimateRequest()
        (request.minutes, request.maxTokens, request.price) = (minutes, 128, 0.05)
        let teacher = try LanguageModel(
            path: Self.root.appending(path: name).path)
        return try EstimateStage(
            documents, bytes: bytes, teacher: teacher,
            reference: try reference.map { try LanguageModel(path: Self.root.path + "/" + $0) },
            request: request, threads: 2, isCancelled: { false }
        ).run(told)
    }

    private static func lines(_ count: Int) -> [String] {
        (0..<count).map { number in
            let words = (0..<60).map { "word\((number * 7 + $0 * $0) % 50)" }
            return #"{"text": "Text \#(number) says \#(words.joined(separator: " ")).", "#
                + #""domain": "\#(number % 3 == 0 ? "rare" : "web")"}"#
        }
    }

    @Test func `counts what was read, what it costs, and names rejects`() throws {
        var rejected: [String] = []
        let record = try estimate(corpus(Self.lines(50) + ["no json"]), reference: nil) { event in
            if case .rejected(let line) = event { rejected.append(line) }
        }
        #expect(record.corpus.documents == 50 && record.corpus.rejected == 1)
        #expect(rejected.count == 1 && rejected[0].hasPrefix("corpus.jsonl:51  invalid_json"))
        #expect(record.corpus.readShare == 1 && record.pair == nil)
        #expect(record.chunks >= 30 && record.cost.teacherRate > 0 && record.cost.hours.value > 0)
        #expect(record.cost.referenceRate == nil && record.cost.memoryBytes > 1_000_000)
        // Two threads, 0.05 a core hour.
        let price = try #require(record.cost.price)
        #expect(abs(price.value / (record.cost.hours.value * 2 * 0.05) - 1) < 1e-9)
        #expect(record.domains.map(\.name) == ["web", "rare"])
        #expect(abs(record.domains.reduce(0) { $0 + $1.share } - 1) < 1e-9)
        // The tokens of the whole, counted one by one.
        let teacher = try LanguageModel(
            path: Self.root.appending(path: "Tests/Fixtures/models/bf16").path)
        var tokens = 0
        for line in Self.lines(50) {
            let text = Array(line.dropFirst(10).prefix { $0 != "\"" }.utf8)
            tokens += Chunker(tokenizer: teacher.tokenizer, maxTokens: 128).cut(text)
                .reduce(0) { $0 + $1.tokens }
        }
        #expect(abs(record.corpus.tokens.value / Double(tokens) - 1) < 0.01)
        #expect(record.corpus.tokens.lower < record.corpus.tokens.upper)
    }

    @Test func `a few large documents count by their bytes among many small ones`() throws {
        let small = (0..<40).map { #"{"text": "\#($0) 8f3a9c1e77 b2d4e6f801 5a7c9e1b3d"}"# }
        let large = (0..<3).map { number in
            let words = (0..<600).map { "the river \((number + $0) % 9) and" }
            return #"{"text": "\#(words.joined(separator: " "))"}"#
        }
        let record = try estimate(corpus(small + large), reference: nil)
        let teacher = try LanguageModel(
            path: Self.root.appending(path: "Tests/Fixtures/models/bf16").path)
        let chunker = Chunker(tokenizer: teacher.tokenizer, maxTokens: 128)
        let tokens = (small + large).reduce(0) { sum, line in
            let text = Array(line.dropFirst(10).prefix { $0 != "\"" }.utf8)
            return sum + chunker.cut(text).reduce(0) { $0 + $1.tokens }
        }
        // Every document was taken, so that each stands for its own bytes.
        #expect(abs(record.corpus.tokens.value - Double(tokens)) < 1e-6 * Double(tokens))
    }

    @Test func `documents of the reference's slice are counted and not drawn`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "estimate-\(UUID().uuidString)")
        try FileManager.default.copyItem(
            at: Self.root.appending(path: "Tests/Fixtures/models/bf16"), to: folder)
        defer { try? FileManager.default.removeItem(at: folder) }
        func inSlice(share: String) throws -> (counted: Int64?, expected: Int, chunks: Int) {
            let slice = try CorpusSlice(
                seed: 0, heldOut: DecimalFraction("0.1"), share: DecimalFraction(share))
            let json = try JSONEncoder().encode(["slice": slice])
            try json.write(to: folder.appending(path: "training.json"))
            let (documents, bytes) = try documents(corpus(Self.lines(60)))
            var request = EstimateRequest()
            (request.minutes, request.maxTokens) = (10, 128)
            let model = try LanguageModel(path: folder.path)
            let record = try EstimateStage(
                documents, bytes: bytes, teacher: model, reference: model, request: request,
                threads: 2, isCancelled: { false }
            ).run { _ in }
            let expected = Self.lines(60).count { line in
                let text = Array(line.dropFirst(10).prefix { $0 != "\"" }.utf8)
                return slice.part(ofText: SHA256.hash(data: text)) != .candidate
            }
            return (record.corpus.inSlice, expected, record.chunks)
        }
        let spared = try inSlice(share: "0.2")
        #expect(spared.counted == Int64(spared.expected) && spared.expected > 5)
        let all = try inSlice(share: "0.3")
        // More than a fifth: selections choose from it, too.
        #expect(all.counted == 0 && all.chunks > spared.chunks)
    }

    @Test(arguments: ["Tests/Fixtures/models/bf16", "models/reference"])
    func `a pair of one model is told to be of no use`(model: String) throws {
        let record = try estimate(corpus(Self.lines(60)), teacher: model, reference: model)
        let pair = try #require(record.pair)
        #expect(pair.per == .token && pair.gap == Estimated(0, 0, 0))
        // No twin has a lower difference: what is caught is caught by guards.
        #expect(pair.twins.count == 3 && pair.twins.allSatisfy { $0.twins > 0 })
        let shuffled = try #require(pair.twins.first { $0.kind == .shuffledWords })
        #expect(shuffled.caught.value < 0.8)
        #expect(record.warnings.contains { $0.hasPrefix("do not use this pair: it ranks text") })
        #expect(record.warnings.contains { $0.contains("take a larger teacher") })
        let page = String(decoding: EstimatePage.render(record), as: UTF8.self)
        #expect(page.contains("do not use this pair") && !page.contains("<script"))
    }

    @Test func `files without a document and a chunk size beyond the context are refused`() throws {
        let empty = #expect(throws: RefineryError.self) {
            _ = try estimate(corpus(["no json"]), reference: nil)
        }
        #expect(empty?.message == "the files hold no document")
    }
}

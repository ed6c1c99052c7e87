import Crypto
import Foundation
import GRDB
import Logging
import Prediction

@testable import Refinery

/// A store of chunks whose differences follow from what the reference saw of them, but for noise.
struct ShareFixture {
    let test: TestStore
    /// Standard deviation of what no prediction can know.
    let noise: Double

    var store: Store { test.store }

    /// So many documents of a chunk each, cut, of two domains.
    init(documents: Int = 600, noise: Double = 0.2, share: String? = "0.6") throws {
        test = try TestStore()
        self.noise = noise
        try test.registerModels()
        try store.limitTeacher(to: share.map { try DecimalFraction($0) })
        try add(0..<documents)
    }

    /// Adds documents of these numbers and cuts them.
    func add(_ numbers: Range<Int>) throws {
        try test.add(
            numbers.map {
                .test(
                    "d\($0)", "A text of forty bytes and of number \($0 + 100_000).",
                    domain: $0 % 3 == 0 ? "code" : "prose", line: $0 + 1)
            })
        try test.chunkAll()
    }

    func rule(_ size: SelectionRule.Size = .topK(200)) -> SelectionRule {
        var rule = SelectionRule(size: size)
        rule.score = .column(.expectedDifference)
        return rule
    }

    func steps(_ rule: SelectionRule?) -> PipelineShare {
        PipelineShare(
            store, rule: rule, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Scores and advances until the share is read.
    func readShare(_ rule: SelectionRule?) throws {
        try score()
        while try steps(rule).advance(isFinal: true) > 0 { try score() }
    }

    /// Scores what is pending.
    ///
    /// - Returns: how many scores were recorded.
    @discardableResult
    func score(limit: Int = 100_000, summarises: Bool = true) throws -> Int {
        let status = try store.status()
        guard let teacher = status.teacher?.id, let reference = status.reference?.id else {
            return 0
        }
        var scores: [ChunkScore] = []
        for chunk in try store.nextPending(after: 0, limit: limit) {
            let said = try said(of: chunk.text)
            if chunk.needsReference {
                scores.append(
                    ChunkScore(
                        chunk: chunk.id, model: reference,
                        outcome: Self.outcome(chunk, said.reference),
                        summary: summarises ? said.summary.encoded : nil))
            }
            if chunk.needsTeacher {
                scores.append(
                    ChunkScore(
                        chunk: chunk.id, model: teacher,
                        outcome: Self.outcome(chunk, said.reference - said.difference)))
            }
        }
        return try store.recordScores(scores)
    }

    /// What the models say of a text: NLLs a token, their difference, and what the reference saw.
    func said(
        of text: [UInt8]
    ) throws -> (reference: Double, difference: Double, summary: ChunkSummary) {
        let digest = Array(SHA256.hash(data: text))
        // Even on (−1, 1), four bytes each.
        func even(_ place: Int) -> Double {
            let bits = digest[4 * place..<4 * place + 4].reduce(0) { $0 << 8 | UInt32($1) }
            return Double(bits) / Double(UInt32.max) * 2 - 1
        }
        let seen = (0..<5).map(even)
        let unseen = (even(5) + even(6) + even(7)) * noise
        let difference = 0.5 + seen[0] - 0.6 * seen[1] + 0.3 * seen[2] + unseen
        let statistics = try NLLStatistics(values: seen + [0.5, 0.5, 1, 4])
        return (40 + seen[3], difference, try ChunkSummary(statistics: statistics))
    }

    private static func outcome(_ chunk: PendingChunk, _ nll: Double) -> ChunkScore.Outcome {
        let sum = nll * Double(chunk.tokens)
        return .scored(
            ScoreSums(
                tokens: chunk.tokens, bytes: chunk.text.count, nll: sum, nllSquared: sum * nll,
                top1: 0, top10: 1, nllAdapted: sum, repetition: 0))
    }

    /// Row ids of the chunks that the teacher has read.
    func read() throws -> Set<Int64> {
        try store.pool.read {
            let teacher = "(SELECT teacher FROM teacher_share)"
            return Set(
                try Int64.fetchAll($0, sql: "SELECT chunk FROM score WHERE model = \(teacher)"))
        }
    }
}

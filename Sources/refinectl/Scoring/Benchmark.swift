import Foundation
import Prediction
import TeacherInference

/// A short measurement of how fast this machine scores with a model.
struct Benchmark: Sendable {
    /// The model.
    let model: LanguageModel
    /// Threads, each with batches of its own.
    var threads: Int
    /// Tokens of one batch.
    var batchTokens: Int
    /// Tokens of one sequence.
    var length: Int
    /// Tokens to score in all, at least.
    var tokens: Int

    /// What was measured.
    struct Result: Sendable {
        /// Tokens that went through the model.
        var tokens: Int
        /// Wall time of the slowest thread, after one warm-up batch each.
        var seconds: Double
        /// Floating-point operations of these tokens: two a weight, and causal attention.
        var operations: Double
        /// The machine's peak of fused multiply-adds a second, the better of before and after.
        var peak: Double
        /// Seconds of all threads by part.
        var parts: [ForwardPart: Double]
        /// What summaries for a teacher's share add to the time, as a share of it.
        var summaryShare: Double
        /// The most resident memory that the process ever had, in bytes.
        var residentBytes: Int
        /// Bytes that the memory formula allots: weights, and each thread's buffers.
        var formulaBytes: Int
    }

    /// Seconds that each measurement of the peak takes.
    private static let peakSeconds = 0.5

    /// Scores pseudo-random tokens; blocks.
    func run() throws -> Result {
        let before = try MachinePeak.operationsPerSecond(
            threads: threads, seconds: Self.peakSeconds)
        let sequences = max(1, batchTokens / length)
        let batch = (0..<sequences).map { tokens(of: $0) }
        let batches = max(
            1,
            (tokens + threads * sequences * length - 1)
                / (threads * sequences * length))
        let (model, room) = (model, max(batchTokens, length + 1))
        let runs = try Workers.run(threads) { _ in
            var scorer = BatchScorer(model: model, maxTokens: room)
            // The first batch brings the weights into memory.
            _ = try scorer.score(Array(batch.prefix(1)))
            let warm = scorer.partSeconds
            let began = ContinuousClock.now
            for _ in 0..<batches { _ = try scorer.score(batch) }
            let seconds = began.duration(to: .now) / .seconds(1)
            let parts = scorer.partSeconds.merging(warm) { $0 - $1 }
            return (seconds, parts, try Self.summaryShare(batch, &scorer))
        }
        let after = try MachinePeak.operationsPerSecond(threads: threads, seconds: Self.peakSeconds)
        var parts: [ForwardPart: Double] = [:]
        for run in runs { parts.merge(run.1, uniquingKeysWith: +) }
        let count = threads * batches * sequences
        return Result(
            tokens: count * length, seconds: runs.map(\.0).max() ?? 0,
            operations: Double(count) * model.operations(tokens: length),
            peak: max(before, after), parts: parts,
            summaryShare: runs.reduce(0) { $0 + $1.2 } / Double(threads),
            residentBytes: Self.peakResidentBytes,
            formulaBytes: model.weightBytes
                + threads * model.workerMemory(maxTokens: room, longest: length))
    }

    /// Seconds that the summaries of one batch take by those of the rest of it.
    private static func summaryShare(
        _ batch: [[TokenID]], _ scorer: inout BatchScorer
    ) throws -> Double {
        var gathered: [Int: HiddenStateSums] = [:]
        var seconds = 0.0
        let began = ContinuousClock.now
        let scores = try scorer.score(batch, isCancelled: { false }) { sequence, rows in
            let began = ContinuousClock.now
            var sums = HiddenStateSums(width: rows.width)
            rows.forEach { sums.add($0) }
            gathered[sequence] = sums
            seconds += began.duration(to: .now) / .seconds(1)
        }
        let rest = began.duration(to: .now) / .seconds(1) - seconds
        let after = ContinuousClock.now
        for (index, states) in gathered {
            let statistics = try NLLStatistics(nll: scores[index].tokenNLL, tokens: batch[index])
            let summary = try ChunkSummary(statistics: statistics, states: states)
            _ = summary.encoded
        }
        return (seconds + after.duration(to: .now) / .seconds(1)) / max(rest, 1e-9)
    }

    /// Ids spread over the vocabulary, other ones for each sequence.
    private func tokens(of sequence: Int) -> [TokenID] {
        let vocabulary = UInt64(model.tokenizer.textTokenLimit)
        var state = UInt64(sequence) &* 0x9E37_79B9_7F4A_7C15 &+ 1
        return (0..<length - (model.contextToken == nil ? 0 : 1)).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return TokenID((state >> 33) % vocabulary)
        }
    }

    /// `VmHWM` of this process, in bytes; 0 where the system does not say.
    private static var peakResidentBytes: Int {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
            let kilobytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first
        else { return 0 }
        return (Int(kilobytes) ?? 0) << 10
    }
}

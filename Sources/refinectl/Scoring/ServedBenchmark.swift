import Foundation
import Refinery
import Synchronization
import TeacherInference

/// A short measurement of how fast an engine answers, and of what asking it costs here.
struct ServedBenchmark: Sendable {
    /// The model.
    let model: any ScoringModel
    /// Tokens of one sequence, the context token included.
    let length: Int

    /// Seconds that suffice for a rate.
    static let usualSeconds = 10.0

    /// What was measured.
    struct Result: Sendable {
        /// Tokens that were scored.
        var tokens: Int
        /// Wall time.
        var seconds: Double
        /// Processor time of this process.
        var processorSeconds: Double
    }

    /// Threads that ask, and the tokens of each one's batch: as many as scoring has.
    var workers: RemoteWorkers {
        model.remoteWorkers ?? RemoteWorkers(threads: 1, batchTokens: length)
    }

    /// Asks for pseudo-random tokens until `isDone`, which is told the seconds and tokens so far
    /// after each batch; blocks.
    ///
    /// A sequence is scored before the clock starts, so that the checks of the beginning are over.
    ///
    /// - Throws: `RefineryError` for an engine that scores nothing; ``Failure`` where it scores no
    ///   token of a batch.
    func run(
        until isDone: @escaping @Sendable (_ seconds: Double, _ tokens: Int) -> Bool
    ) throws -> Result {
        var first = UInt64.max
        _ = try model.makeScorer(batchTokens: length).score([ids(&first)], isCancelled: { false })
        let (workers, began, start) = (workers, Self.processorSeconds, ContinuousClock.now)
        let total = Mutex(0)
        _ = try Workers.run(workers.threads) { number in
            let scorer = model.makeScorer(batchTokens: workers.batchTokens)
            var draw = UInt64(number) &* 0x9E37_79B9_7F4A_7C15 &+ 1
            var tokens = 0
            repeat {
                let batch = (0..<max(1, workers.batchTokens / length)).map { _ in ids(&draw) }
                let scored = try scorer.score(batch, isCancelled: { false }).reduce(0) {
                    if case .scored(let score) = $1 { $0 + score.tokens } else { $0 }
                }
                guard scored > 0 else {
                    throw Failure(
                        "\(model.path): the engine scored none of \(batch.count) sequences")
                }
                tokens = total.withLock { total in
                    total += scored
                    return total
                }
            } while !isDone(start.duration(to: .now) / .seconds(1), tokens)
        }
        return Result(
            tokens: total.withLock { $0 }, seconds: start.duration(to: .now) / .seconds(1),
            processorSeconds: Self.processorSeconds - began)
    }

    /// Ids that no other sequence begins with: an engine may remember prefixes.
    private func ids(_ draw: inout UInt64) -> [TokenID] {
        let vocabulary = UInt64(model.tokenizer.textTokenLimit)
        return (0..<length - (model.contextToken == nil ? 0 : 1)).map { _ in
            draw = draw &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return TokenID((draw >> 33) % vocabulary)
        }
    }

    /// Seconds that this process has had a core, in user code and in the kernel.
    private static var processorSeconds: Double {
        var usage = rusage()
        guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
        return [usage.ru_utime, usage.ru_stime].reduce(0) {
            $0 + Double($1.tv_sec) + Double($1.tv_usec) * 1e-6
        }
    }
}

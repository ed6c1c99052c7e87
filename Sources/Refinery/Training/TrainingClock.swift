import Foundation
import ReferenceTraining

/// Measures how long a training will take, on a few steps of it.
final class TrainingClock {
    private let training: TokenSequences
    private let threads: Int
    private let isCancelled: () -> Bool
    private var measured: [(shape: ReferenceShape, tokensPerSecond: Double)] = []

    /// A clock on the slice itself.
    init(training: TokenSequences, threads: Int, isCancelled: @escaping () -> Bool) {
        self.training = training
        self.threads = threads
        self.isCancelled = isCancelled
    }

    /// Seconds that a training will take.
    ///
    /// Two steps warm the caches up, the third and fourth are measured.
    ///
    /// - Throws: `TrainingError`; `CancellationError`.
    func seconds(_ shape: ReferenceShape, _ settings: TrainingSettings) throws -> Double {
        // Batches are nine tenths full.
        let tokens = 0.9 * Double(settings.steps) * Double(settings.batchTokens)
        if let known = measured.first(where: { $0.shape == shape }) {
            return tokens / known.tokensPerSecond
        }
        var few = settings
        (few.steps, few.warmupSteps, few.decaySteps) = (4, 0, 0)
        var rates: [Double] = []
        let run = try TrainingRun(
            shape: shape, settings: few, training: training,
            options: TrainingRun.Options(threads: threads))
        try run.run(isCancelled: isCancelled) { report in
            if case .step(let step) = report { rates.append(step.tokensPerSecond) }
        }
        let rate = rates.suffix(2).max() ?? 1
        measured.append((shape, rate))
        return tokens / max(rate, 1e-6)
    }
}

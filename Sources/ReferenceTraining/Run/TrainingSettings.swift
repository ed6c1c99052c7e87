/// Everything that decides what a run makes, beside the shape and the data.
public struct TrainingSettings: Codable, Sendable, Equatable {
    /// Decides the first weights and the order of the sequences.
    public var seed: UInt64
    /// Optimiser steps of the whole run.
    public var steps: Int
    /// Predicted tokens that a batch has at most.
    public var batchTokens: Int
    /// Highest learning rate.
    public var learningRate: Double
    /// Steps over which the learning rate rises from 0.
    public var warmupSteps: Int
    /// Last steps, over which the learning rate falls to 0.
    public var decaySteps: Int
    /// AdamW's decoupled weight decay, of matrices alone.
    public var weightDecay: Double
    /// Decay of the gradient's mean.
    public var beta1: Double
    /// Decay of the squared gradient's mean.
    public var beta2: Double
    /// What AdamW adds to the root of the second moment.
    public var epsilon: Double
    /// The longest that the gradient of all weights may be; a longer one is scaled down.
    public var clipNorm: Double

    /// Settings with the defaults of a reference model.
    public init(
        seed: UInt64, steps: Int, batchTokens: Int, learningRate: Double, warmupSteps: Int,
        decaySteps: Int, weightDecay: Double = 0.1, beta1: Double = 0.9, beta2: Double = 0.95,
        epsilon: Double = 1e-8, clipNorm: Double = 1
    ) {
        self.seed = seed
        self.steps = steps
        self.batchTokens = batchTokens
        self.learningRate = learningRate
        self.warmupSteps = warmupSteps
        self.decaySteps = decaySteps
        self.weightDecay = weightDecay
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.clipNorm = clipNorm
    }

    /// The learning rate of step `step`, counted from 0.
    ///
    /// Linear warm-up, constant, linear decay: the step behind the last would have 0.
    func learningRate(step: Int) -> Double {
        let rise = warmupSteps > 0 ? Double(step + 1) / Double(warmupSteps) : 1
        let fall = decaySteps > 0 ? Double(steps - step) / Double(decaySteps) : 1
        return learningRate * min(1, rise, fall)
    }

    /// Refuses settings that no run can have.
    ///
    /// - Throws: ``TrainingError`` naming the setting.
    func check() throws(TrainingError) {
        let counts: [(String, Int, Int, Int)] = [
            ("steps", steps, 1, 1 << 32), ("batch tokens", batchTokens, 1, 1 << 24),
            ("warm-up steps", warmupSteps, 0, steps), ("decay steps", decaySteps, 0, steps),
        ]
        for (name, value, least, most) in counts where !(least...most).contains(value) {
            throw TrainingError("\(name) is \(value); it can be from \(least) to \(most)")
        }
        let numbers: [(String, Double, Double, Double)] = [
            ("learning rate", learningRate, 1e-12, 10), ("weight decay", weightDecay, 0, 10),
            ("beta1", beta1, 0, 0.999_999), ("beta2", beta2, 0, 0.999_999),
            ("epsilon", epsilon, 1e-16, 1), ("clip norm", clipNorm, 1e-6, 1e6),
        ]
        for (name, value, least, most) in numbers where !(least...most).contains(value) {
            throw TrainingError("\(name) is \(value); it can be from \(least) to \(most)")
        }
    }
}

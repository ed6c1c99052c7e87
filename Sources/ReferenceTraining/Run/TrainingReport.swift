/// What a run tells while it goes on.
public enum TrainingReport: Sendable, Equatable {
    /// A step was done.
    case step(Step)
    /// The held-out sequences were scored.
    case heldOut(Evaluation)
    /// A checkpoint was written.
    case checkpoint(step: Int, seconds: Double)

    /// One optimiser step.
    public struct Step: Sendable, Equatable {
        /// Steps done, this one included.
        public let step: Int
        /// Mean of −ln p(token) over the batch before the update, nats.
        public let loss: Double
        /// Predicted tokens of the batch.
        public let tokens: Int
        /// Predicted tokens a second of this step.
        public let tokensPerSecond: Double
        /// The learning rate that was used.
        public let learningRate: Double
        /// Norm of the gradient before it was clipped.
        public let gradientNorm: Double
    }

    /// Losses of sequences that nothing is learned from.
    public struct Evaluation: Sendable, Equatable {
        /// Steps done.
        public let step: Int
        /// Mean of −ln p(token), nats.
        public let loss: Double
        /// Predicted tokens.
        public let tokens: Int
    }
}

/// How many tokens a worker takes at once: about as many as it scores in a given time, so that a
/// kill loses no more work than that.
///
/// A batch holds at least one chunk, however long that takes: with a large teacher on few cores a
/// chunk of 1,024 tokens may be a minute's work.
struct BatchBudget: Sendable {
    /// Tokens of the next batch.
    private(set) var tokens: Int

    private let seconds: Double
    private let most: Int

    /// What any core does a second, in floating-point operations.
    ///
    /// It bounds the first batch, before a rate is measured. Machines of the last ten years do
    /// several times that.
    private static let leastRate = 1e10

    /// A budget before the first batch, which no measured rate can bound yet.
    ///
    /// - Parameters:
    ///   - seconds: The time that a batch may take.
    ///   - operations: Floating-point operations that both models take for a token.
    ///   - most: The most tokens of a batch.
    ///   - first: The most tokens of the first batch.
    init(seconds: Double, operations: Double, most: Int, first: Int) {
        self.seconds = seconds
        self.most = most
        tokens = Self.bounded(seconds * Self.leastRate / max(operations, 1), most: first)
    }

    /// A batch of `tokens` tokens took `took` seconds.
    mutating func measured(tokens: Int, took: Double) {
        self.tokens = Self.bounded(Double(tokens) / max(took, 1e-6) * seconds, most: most)
    }

    private static func bounded(_ tokens: Double, most: Int) -> Int {
        tokens >= Double(most) ? most : max(1, Int(tokens))
    }
}

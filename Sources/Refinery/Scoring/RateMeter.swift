/// Scoring speed over the last minute or so, in tokens and in operations.
struct RateMeter: Sendable {
    private var samples: [(time: Double, tokens: Int, operations: Double)] = []
    private var start: Double?
    private static let window = 60.0

    /// Work begins after a time without any: what came before says nothing of the present rate.
    mutating func begin(at time: Double) {
        start = time
        samples = []
    }

    /// A batch is done.
    ///
    /// - Parameters:
    ///   - time: seconds on a steady clock.
    ///   - tokens: corpus tokens, counted once however many models scored them.
    ///   - operations: floating-point operations that took.
    mutating func add(time: Double, tokens: Int, operations: Double) {
        samples.append((time, tokens, operations))
        while let first = samples.first, first.time < time - Self.window {
            start = first.time
            samples.removeFirst()
        }
    }

    /// Tokens a second; nil before the first batch.
    var tokensPerSecond: Double? { perSecond { Double($0.tokens) } }

    /// Operations a second; nil before the first batch.
    var operationsPerSecond: Double? { perSecond(\.operations) }

    private func perSecond(
        _ value: ((time: Double, tokens: Int, operations: Double)) -> Double
    ) -> Double? {
        guard let start, let last = samples.last, last.time > start else { return nil }
        return samples.reduce(0) { $0 + value($1) } / (last.time - start)
    }
}

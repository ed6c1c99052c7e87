/// Scoring speed over the last minute or so, in tokens and in operations.
struct RateMeter: Sendable {
    private struct BatchRate {
        var time: Double
        var seconds: Double
        var tokens: Int
        var operations: Double
    }

    private var samples: [BatchRate] = []
    private var start: Double?
    private static let window = 60.0

    /// Batches that must be done before there is a rate: while the first ones of several workers
    /// are on their way, those that are done say too little.
    private let least: Int

    init(least: Int = 1) {
        self.least = least
    }

    /// Forgets what was measured: after a time without work it says nothing of the present rate.
    mutating func reset() {
        start = nil
        samples = []
    }

    /// A batch is done.
    ///
    /// - Parameters:
    ///   - time: seconds on a steady clock, now.
    ///   - seconds: how long the batch took.
    ///   - tokens: corpus tokens, counted once however many models scored them.
    ///   - operations: floating-point operations that took.
    mutating func add(time: Double, seconds: Double, tokens: Int, operations: Double) {
        start = min(start ?? .infinity, time - seconds)
        samples.append(
            BatchRate(time: time, seconds: seconds, tokens: tokens, operations: operations))
        while samples.count > least, let first = samples.first,
            first.time < time - Self.window
        {
            start = first.time
            samples.removeFirst()
        }
    }

    /// Tokens a second; nil before the first batch.
    var tokensPerSecond: Double? { perSecond { Double($0.tokens) } }

    /// Operations a second; nil before the first batch.
    var operationsPerSecond: Double? { perSecond(\.operations) }

    /// Twice the standard error of the batches' rates over their mean; nil for fewer than two.
    var error: Double? {
        let rates = samples.filter { $0.seconds > 0 }.map { $0.operations / $0.seconds }
        guard rates.count > 1 else { return nil }
        let count = Double(rates.count)
        let mean = rates.reduce(0, +) / count
        guard mean > 0 else { return nil }
        let variance = rates.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
        return 2 * (variance / count).squareRoot() / mean
    }

    private func perSecond(_ value: (BatchRate) -> Double) -> Double? {
        guard samples.count >= least, let start, let last = samples.last, last.time > start else {
            return nil
        }
        return samples.reduce(0) { $0 + value($1) } / (last.time - start)
    }
}

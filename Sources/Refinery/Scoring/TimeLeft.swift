/// How long the rest takes, with what the batches so far leave open.
public struct TimeLeft: Sendable, Equatable {
    /// Seconds at the mean rate.
    public var seconds: Double
    /// The least and the most that the batches' rates allow for, about 95 % of the time, if what is
    /// left is like what was scored.
    public var range: ClosedRange<Double>

    /// A time whose rate is known to so much of itself.
    ///
    /// - Parameters:
    ///   - seconds: at the mean rate.
    ///   - error: the rate's, twice its standard error over itself.
    init(seconds: Double, error: Double) {
        self.seconds = seconds
        // Five in a hundred are never sure: texts differ, and the machine has other work.
        let error = min(max(error, 0.05), 0.8)
        range = seconds / (1 + error)...seconds / (1 - error)
    }
}

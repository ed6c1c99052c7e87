/// Adds speed and time left to progress that says neither, counted since its stage began.
struct ProgressPace {
    /// Seconds after which a speed says something.
    private static let least = 1.0

    private var stage: String?
    private var began = 0.0
    private var first: Int64 = 0

    /// The snapshot with its speed, where its total is known.
    mutating func paced(_ snapshot: ProgressSnapshot, at seconds: Double) -> ProgressSnapshot {
        if snapshot.stage != stage {
            (stage, began, first) = (snapshot.stage, seconds, snapshot.done)
        }
        guard snapshot.isSteady, snapshot.rate == nil, snapshot.secondsLeft == nil,
            let total = snapshot.total, snapshot.done > first, seconds - began >= Self.least
        else { return snapshot }
        var paced = snapshot
        let rate = Double(snapshot.done - first) / (seconds - began)
        (paced.rate, paced.rateUnit) = (rate, snapshot.unit)
        if snapshot.done < total { paced.secondsLeft = Double(total - snapshot.done) / rate }
        return paced
    }
}

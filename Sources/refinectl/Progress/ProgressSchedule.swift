/// When a log gets its next line of progress: at once, after 10 s, then ever more slowly up to once
/// a minute.
///
/// A new stage is always worth a line.
struct ProgressSchedule {
    private var stage: String?
    private var next = 0.0
    private var interval = 10.0

    /// Whether a line is due at `seconds` after the start; if so the next is scheduled.
    mutating func isDue(stage: String, at seconds: Double) -> Bool {
        guard stage != self.stage || seconds >= next else { return false }
        interval = stage == self.stage ? min(60, interval * 1.5) : 10
        self.stage = stage
        next = seconds + interval
        return true
    }
}

import Refinery

/// How far a long piece of work is, at one moment.
struct ProgressSnapshot: Equatable, Sendable {
    /// The stage: uploading, importing, cutting, scoring, writing.
    var stage: String
    /// Units done.
    var done: Int64 = 0
    /// Units in all; nil where not known.
    var total: Int64?
    /// What is counted, in the plural, such as `chunks`; `bytes` are written with their prefix.
    var unit = "chunks"
    /// Speed; nil until measured.
    var rate: Double?
    /// What the speed counts a second.
    var rateUnit = "tokens"
    /// Seconds left; nil where not known.
    var secondsLeft: Double?
    /// Anything else worth a few words.
    var note: String?
    /// Whether one unit takes about as long as another, so that counting them tells speed and time
    /// left where neither is said.
    var isSteady = true

    /// From 0 to 1, where the total is known.
    var fraction: Double? {
        guard let total, total > 0 else { return nil }
        return min(1, max(0, Double(done) / Double(total)))
    }

    /// `12 / 34 chunks`; empty before anything is known.
    var amount: String {
        if done == 0, total == nil { return "" }
        func number(_ value: Int64) -> String {
            unit == "bytes" ? NumberText.bytes(value) : NumberText.count(value)
        }
        let suffix = unit == "bytes" ? "" : " " + unit
        return number(done) + (total.map { " / " + number($0) } ?? "") + suffix
    }

    /// `1,234 tokens/s`, where measured.
    var speed: String? {
        rate.map {
            rateUnit == "bytes"
                ? NumberText.bytes(Int64($0)) + "/s" : "\(NumberText.rate($0)) \(rateUnit)/s"
        }
    }
}

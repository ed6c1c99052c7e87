/// Tokens that each model scored in the minutes of the last day: what a chart of the rate shows.
///
/// It is in memory, so that it begins with the process. A minute without work takes no place.
public struct RateHistory: Sendable, Equatable {
    /// What was scored in one minute.
    public struct Minute: Sendable, Equatable {
        /// The minute, counted from 1970, UTC.
        public var number: Int64
        /// Corpus tokens by the model that scored them.
        public var tokens: RoleCounts
    }

    /// The minutes in which something was scored, oldest first.
    public private(set) var minutes: [Minute] = []
    /// Corpus tokens that were scored since the process began.
    public private(set) var total = RoleCounts()

    /// Minutes that are kept.
    static let length: Int64 = 24 * 60

    /// A history of nothing.
    public init() {}

    /// Adds what a batch scored.
    ///
    /// - Parameters:
    ///   - tokens: by the model that scored them.
    ///   - seconds: when, counted from 1970, UTC; a clock that was set back counts as its last time.
    mutating func add(_ tokens: RoleCounts, at seconds: Int64) {
        total = total + tokens
        let number = max(seconds / 60, minutes.last?.number ?? 0)
        if minutes.last?.number == number {
            minutes[minutes.count - 1].tokens = minutes[minutes.count - 1].tokens + tokens
        } else {
            minutes.append(Minute(number: number, tokens: tokens))
        }
        if let first = minutes.first, first.number <= number - Self.length {
            minutes.removeAll { $0.number <= number - Self.length }
        }
    }
}

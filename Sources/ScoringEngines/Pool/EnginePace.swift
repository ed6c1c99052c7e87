/// How fast an endpoint was seen to be, which says how long its answers are waited for.
struct EnginePace: Sendable, Equatable {
    /// Tokens a second of its last answer to a large request; nil before there was one.
    private(set) var tokensPerSecond: Double?
    /// Times in a row that it did not answer in time.
    var timeouts = 0

    /// Fewer tokens than this say nothing of an endpoint's pace.
    private static let leastTokens = 512
    /// Tokens a second below which no endpoint is waited for.
    private static let slowest = 1.0
    /// Seconds that no answer is waited longer for.
    private static let longest = 3600.0

    /// Notes an answer.
    ///
    /// - Parameters:
    ///   - tokens: of the request, and of those that were in flight before it.
    ///   - seconds: from sending it to the answer's end.
    mutating func answered(tokens: Int, seconds: Double) {
        timeouts = 0
        guard tokens >= Self.leastTokens, seconds > 0 else { return }
        tokensPerSecond = Double(tokens) / seconds
    }

    /// How long a request may take while `tokens` are in flight at the endpoint, its own included.
    ///
    /// Four times what its last answer says, twice as much after each timeout; never less than what
    /// `timing` grants to every endpoint.
    func timeout(tokens: Int, _ timing: EngineTiming) -> Duration {
        let seen = (tokensPerSecond ?? .infinity) / 4
        let rate = min(timing.slowestTokensPerSecond, seen) / Double(1 << min(timeouts, 6))
        let seconds = Double(tokens) / max(rate, Self.slowest)
        return timing.base + .seconds(min(seconds, Self.longest))
    }
}

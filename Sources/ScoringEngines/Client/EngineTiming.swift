/// How long an engine is waited for.
public struct EngineTiming: Sendable, Equatable {
    /// For a connection, TLS included.
    public var connect: Duration = .seconds(10)
    /// For an answer without a token.
    public var base: Duration = .seconds(30)
    /// Tokens a second that every endpoint is taken to do, until it was seen to be slower.
    public var slowestTokensPerSecond = 100.0
    /// How long an endpoint is set aside after its first failure; twice as long after each more.
    public var firstBackoff: Duration = .milliseconds(500)
    /// The longest that an endpoint is set aside for, unless it asks for more.
    public var longestBackoff: Duration = .seconds(60)
    /// The longest `Retry-After` that is followed.
    public var longestRetryAfter: Duration = .seconds(600)

    /// The defaults.
    public init() {}

    /// How long an endpoint is set aside after `failures` in a row.
    ///
    /// - Parameters:
    ///   - failures: at least 1.
    ///   - retryAfter: what the engine asked for.
    ///   - jitter: from 0 to 1; spreads clients that failed at the same time.
    /// - Returns: The pause from now on.
    func pause(failures: Int, retryAfter: Duration?, jitter: Double) -> Duration {
        let doubled = firstBackoff * Double(1 << min(max(failures, 1) - 1, 20))
        let backoff = min(doubled, longestBackoff) * (0.5 + 0.5 * jitter)
        guard let retryAfter else { return backoff }
        return max(backoff, min(retryAfter, longestRetryAfter) + firstBackoff * jitter)
    }
}

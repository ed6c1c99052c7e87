/// What `POST /v1/retry` took back.
public struct RetryReport: Codable, Sendable, Equatable {
    /// (Chunk, model) pairs that had failed and are pending again.
    public var retried: Int64

    /// A report of so many pairs.
    public init(retried: Int64) {
        self.retried = retried
    }
}

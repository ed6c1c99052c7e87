import TeacherInference

/// Ends a job because somebody wants it to end.
public struct JobCancelled: Error, Sendable {
    /// Why, for people: `cancelled`, `interrupted`.
    public var reason: String

    /// A job that ends for the reason given.
    public init(_ reason: String = "cancelled") {
        self.reason = reason
    }
}

/// Records jobs from their beginning to their end, whatever that is.
public struct JobLog: Sendable {
    private let store: Store

    /// The jobs of a store.
    public init(_ store: Store) {
        self.store = store
    }

    /// Runs `body` as a job with its number; blocks.
    ///
    /// The job succeeds, or is cancelled where `body` throws ``JobCancelled``, or fails with what
    /// it throws.
    public func run<Value>(
        _ kind: JobKind, corpus: String?, detail: String?, _ body: (Int64) throws -> Value
    ) throws -> Value {
        let id = try store.beginJob(kind: kind, corpus: corpus, detail: detail)
        return try ending(id) { try body(id) }
    }

    /// Runs `body` as a job that has begun, and records its end as ``run(_:corpus:detail:_:)``.
    public func ending<Value>(_ id: Int64, _ body: () throws -> Value) throws -> Value {
        do {
            let value = try body()
            try store.finishJob(id, state: .succeeded)
            return value
        } catch let error as JobCancelled {
            try store.finishJob(id, state: .cancelled)
            throw error
        } catch {
            try store.finishJob(id, state: .failed, error: Self.reason(error))
            throw error
        }
    }

    /// An error's message without its hint, bounded.
    public static func reason(_ error: any Error) -> String {
        switch error {
        case let error as any ExplainedError: error.message
        case is CancellationError: "the client went away"
        default: String("\(error)".prefix(1000))
        }
    }
}

import Logging
import Synchronization

/// What the pipeline is doing.
public enum PipelineState: Sendable, Equatable {
    /// The models are being read.
    case loading
    /// Nothing is left to do.
    case idle
    /// Documents are being cut into chunks.
    case chunking
    /// Chunks are being scored.
    case scoring
    /// Stopped until it is told to go on.
    case paused
    /// Cannot go on, for the reason given.
    case failed(String)
}

/// How fast the pipeline is.
public struct PipelineProgress: Sendable, Equatable {
    /// Tokens scored a second over both models, in the last minute or so; nil until measured.
    public var tokensPerSecond: Double?
    /// What the teacher's pass does on all threads; nil until measured.
    public var teacherTokensPerSecond: Double?
    /// What the reference's pass does on all threads; nil until measured.
    public var referenceTokensPerSecond: Double?

    /// Nothing measured yet.
    public init() {}
}

/// Placeholder with the seam's shape; the scoring worker takes its place.
public final class Pipeline: Sendable {
    private let current = Mutex(PipelineState.loading)

    /// A pipeline over a store; nothing is read before it runs.
    public init(store: Store, configuration: PipelineConfiguration, logger: Logger) {}

    /// Loads and registers the models, then cuts and scores until cancelled.
    public func run() async throws {
        try await drain()
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
    }

    /// Loads and registers the models, then cuts and scores until nothing is left to do.
    public func drain() async throws { current.withLock { $0 = .idle } }

    /// What it is doing.
    public var state: PipelineState { current.withLock { $0 } }

    /// How fast it is.
    public func progress() -> PipelineProgress { PipelineProgress() }

    /// Stops after the batches in flight, or goes on.
    public func setPaused(_ paused: Bool) { current.withLock { $0 = paused ? .paused : .idle } }

    /// New documents have arrived.
    public func wake() {}
}

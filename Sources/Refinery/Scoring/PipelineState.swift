/// What the stages between import and selection are doing: the word of `status`.
public enum PipelineState: String, Codable, Sendable, CaseIterable {
    /// The models are being read; the socket answers already.
    case loading
    /// Nothing is left to do.
    case idle
    /// Documents are being cut into chunks.
    case chunking
    /// Chunks are being scored.
    case scoring
    /// Stopped by `refinectl pause`.
    case paused
    /// Nothing can be scored or recorded for now: the disk is full, an engine is away. It goes on by
    /// itself.
    case waiting
    /// Scoring cannot go on.
    case failed
}

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
    /// Nothing can be recorded for now, as on a full disk. It goes on by itself.
    case waiting
    /// Scoring cannot go on.
    case failed
}

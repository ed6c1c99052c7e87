/// A scored chunk that may be kept.
struct Candidate: Sendable, Equatable {
    /// Row id in `chunk`.
    var chunk: Int64
    /// Row id in `document`.
    var document: Int64
    /// The difference, nats a token or a byte; higher is better.
    var score: Double
    /// Tokens that the teacher scored.
    var tokens: Int32
    /// Row id in `domain`, 0 for none.
    var domain: Int32

    /// Whether it ranks before another: the higher score first, then the lower chunk id.
    static func ranksBefore(_ a: Candidate, _ b: Candidate) -> Bool {
        a.score != b.score ? a.score > b.score : a.chunk < b.chunk
    }
}

/// What was passed over on the way to the candidates.
struct Exclusions: Sendable, Equatable {
    /// Chunks that a model has yet to score.
    var pending = 0
    /// Chunks too short for one model at least.
    var tooShort = 0
    /// Chunks that failed in one model at least.
    var failed = 0
    /// Scored chunks that equal an earlier candidate.
    var duplicates = 0
}

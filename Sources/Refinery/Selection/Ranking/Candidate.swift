/// A scored chunk or document that may be kept, with its place in the order.
struct Candidate: Sendable, Equatable, RankedRecord {
    /// Row id in `chunk`; of a document its first chunk's.
    var chunk: Int64
    /// Row id in `document`.
    var document: Int64
    /// What the order asked for goes by; higher comes first.
    var key: Double
    /// The score asked for.
    var score: Double
    /// Tokens that the teacher scored.
    var tokens: Int32
    /// Row id in `domain`, 0 for none.
    var domain: Int32
    /// What a mix shares the size out by: the domain, or a category's row id, 0 for none.
    var group: Int32

    /// Whether it ranks before another: the higher key first, then the lower chunk id.
    static func ranksBefore(_ a: Candidate, _ b: Candidate) -> Bool {
        a.key != b.key ? a.key > b.key : a.chunk < b.chunk
    }
}

/// Candidates to be ranked.
typealias CandidateRuns = SortedRuns<Candidate>

/// Candidates, best first.
typealias RankedCandidates = MergedRuns<Candidate>

/// What was passed over on the way to the scored chunks: chunks, or documents where those are
/// selected.
struct Exclusions: Sendable, Equatable {
    /// Those that a model has yet to score.
    var pending = 0
    /// Those too short for one model at least.
    var tooShort = 0
    /// Those that failed in one model at least.
    var failed = 0
}

/// What a selection's summary says of its candidates, counted while they pass best first.
struct SelectionTally {
    /// Tokens of the candidates.
    private(set) var tokens = 0
    /// Tokens of those kept.
    private(set) var keptTokens = 0
    /// The lowest score kept.
    private(set) var minScore: Double?
    /// The highest score kept.
    private(set) var maxScore: Double?
    /// Candidates and kept ones by domain.
    private(set) var domains = DomainTally()
    /// Lengths of those kept.
    private(set) var keptLengths = LengthHistogram()
    /// Lengths of those dropped.
    private(set) var droppedLengths = LengthHistogram()
    /// Documents of those kept.
    private(set) var keptDocuments = IDSet()

    /// Counts one candidate.
    mutating func add(_ candidate: Candidate, isKept: Bool) {
        tokens += Int(candidate.tokens)
        domains.add(candidate, isKept: isKept)
        guard isKept else { return droppedLengths.add(Int(candidate.tokens)) }
        keptTokens += Int(candidate.tokens)
        if maxScore == nil { maxScore = candidate.score }
        minScore = candidate.score
        keptLengths.add(Int(candidate.tokens))
        keptDocuments.insert(candidate.document)
    }
}

/// What a selection's summary says of its candidates, counted while they pass best first.
struct SelectionTally {
    /// Tokens of the candidates.
    private(set) var tokens = 0
    /// Candidates kept.
    private(set) var keptCount = 0
    /// Tokens of those kept.
    private(set) var keptTokens = 0
    /// Candidates and kept ones by domain.
    private(set) var domains = DomainTally()
    /// The same by what a mix shares the size out by.
    private(set) var categories = DomainTally()
    /// Lengths of those kept.
    private(set) var keptLengths = LengthHistogram()
    /// Lengths of those dropped.
    private(set) var droppedLengths = LengthHistogram()
    /// Documents of those kept.
    private(set) var keptDocuments = IDSet()
    /// Scores of the candidates, in rank.
    let scores: SpillTable<Double>
    /// Scores of those kept, in rank.
    let keptScores: SpillTable<Double>
    private var keptByBin: [Int]
    private let bins: LengthBins
    private let isMixed: Bool

    /// A tally, by categories as well where a mix goes by those; scores that memory should not hold
    /// lie in `folder`.
    init(bins: LengthBins, byCategory: Bool, folder: String) {
        self.bins = bins
        isMixed = byCategory
        keptByBin = bins.counts.map { _ in 0 }
        scores = SpillTable(folder: folder)
        keptScores = SpillTable(folder: folder)
    }

    /// Counts one candidate.
    ///
    /// - Throws: ``RefineryError`` where the disk takes no more.
    mutating func add(_ candidate: Candidate, isKept: Bool) throws {
        tokens += Int(candidate.tokens)
        try scores.append(candidate.score)
        domains.add(candidate, of: candidate.domain, isKept: isKept)
        if isMixed { categories.add(candidate, of: candidate.group, isKept: isKept) }
        guard isKept else { return droppedLengths.add(Int(candidate.tokens)) }
        keptCount += 1
        keptTokens += Int(candidate.tokens)
        try keptScores.append(candidate.score)
        keptLengths.add(Int(candidate.tokens))
        keptDocuments.insert(candidate.document)
        keptByBin[bins.bin(candidate.tokens)] += 1
    }

    /// Candidates and kept ones by length.
    var lengthBins: [LengthBinSummary] {
        bins.counts.indices.map { index in
            LengthBinSummary(
                from: 1 << bins.exponents[index], candidates: bins.counts[index],
                kept: keptByBin[index])
        }
    }
}

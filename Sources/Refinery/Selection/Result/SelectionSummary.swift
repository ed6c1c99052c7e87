/// Least, quartiles and greatest of some whole numbers, each by nearest rank.
public struct Quantiles: Sendable, Equatable, Codable {
    /// The least.
    public var min: Int
    /// The ⌈n/4⌉-th smallest.
    public var q25: Int
    /// The ⌈n/2⌉-th smallest.
    public var median: Int
    /// The ⌈3n/4⌉-th smallest.
    public var q75: Int
    /// The greatest.
    public var max: Int
}

/// What a selection did to one domain.
public struct DomainSummary: Sendable, Equatable, Codable {
    /// The domain, nil for chunks without one; bytes that are not UTF-8 are replaced.
    public var domain: String?
    /// Candidates.
    public var chunks: Int
    /// Chunks kept.
    public var keptChunks: Int
    /// Tokens of the candidates.
    public var tokens: Int
    /// Tokens kept.
    public var keptTokens: Int
    /// Mean score of the candidates.
    public var meanScore: Double
    /// Mean score of the chunks kept, nil where none are.
    public var keptMeanScore: Double?

    private enum CodingKeys: String, CodingKey {
        case domain, chunks, tokens
        case keptChunks = "kept_chunks"
        case keptTokens = "kept_tokens"
        case meanScore = "mean_score"
        case keptMeanScore = "kept_mean_score"
    }
}

/// What was scored of one domain before filters, guards and duplicates removed any of it.
public struct DomainBefore: Sendable, Equatable, Codable {
    /// The domain, nil for what has none.
    public var domain: String?
    /// Scored chunks, or documents where the rule's unit is one.
    public var chunks: Int
    /// Their scored tokens.
    public var tokens: Int
}

/// A recorded selection: what was asked for, what was there, what was kept.
public struct SelectionSummary: Sendable, Equatable, Codable {
    /// Row id.
    public var id: Int64
    /// Its unique name.
    public var name: String
    /// When it was made, ms since 1970, UTC.
    public var created: Int64
    /// The rule.
    public var rule: SelectionRule
    /// The teacher's fingerprint.
    public var teacher: String
    /// The reference's fingerprint.
    public var reference: String
    /// What the scores are divided by.
    public var unit: ScoreUnit
    /// Chunks that could be kept: scored by both models, after filters, guards and duplicates.
    ///
    /// Documents, here and in the counts below, where the rule's unit is one.
    public var candidates: Int
    /// Chunks passed over because a model has yet to score them; 0 unless the rule is partial.
    public var pending: Int
    /// Documents passed over because they are not cut yet; 0 unless the rule is partial.
    public var unchunkedDocuments: Int
    /// Chunks too short for one model at least.
    public var tooShort: Int
    /// Chunks that failed in one model at least.
    public var failed: Int
    /// Scored chunks left out as exact duplicates.
    public var duplicates: Int
    /// Documents with a chunk kept.
    public var keptDocuments: Int
    /// Chunks kept.
    public var keptChunks: Int
    /// Scored tokens kept.
    public var keptTokens: Int
    /// Documents of the corpora in question.
    public var documents: Int
    /// Chunks of the corpora in question.
    public var chunks: Int
    /// Scored tokens of the candidates.
    public var tokens: Int
    /// The lowest score kept; nil where nothing is.
    public var minScore: Double?
    /// The highest score kept; nil where nothing is.
    public var maxScore: Double?
    /// Every domain in byte order, none first; past 1,000 the rest is one domain `(other)`.
    public var domains: [DomainSummary]
    /// Tokens a chunk of those kept; nil where nothing is.
    public var keptLengths: Quantiles?
    /// Tokens a chunk of the candidates dropped; nil where none are.
    public var droppedLengths: Quantiles?
    /// What each filter and guard removed, in their order; nil for selections of version 1.
    public var removals: [Removal]?
    /// Scores of the candidates.
    public var scores: ScoreQuantiles?
    /// Scores of those kept.
    public var keptScores: ScoreQuantiles?
    /// Candidates and kept ones by length.
    public var lengthBins: [LengthBinSummary]?
    /// Candidates so near the cut that another machine may decide otherwise: within 1e-4.
    public var nearCut: Int?
    /// The imported columns that the rule reads, and the files that they came from.
    public var columns: [ColumnSource]?
    /// As ``domains``, by the categories of the column that the rule's mix goes by.
    public var categories: [DomainSummary]?
    /// Every domain before anything was removed; nil where nothing was, and for selections that
    /// were made before this was counted.
    public var domainsBefore: [DomainBefore]?
    /// What the reference remembers of the candidates; nil where it was trained on none of them, or
    /// nobody knows on what.
    public var sliceBias: SliceBias?
    /// How good what is expected is, where the teacher read a share; else nil.
    public var prediction: PredictionSummary?

    private enum CodingKeys: String, CodingKey {
        case id, name, created, rule, teacher, reference, unit, candidates, pending, failed
        case duplicates, documents, chunks, tokens, domains, removals, scores, columns
        case categories, prediction
        case unchunkedDocuments = "unchunked_documents"
        case tooShort = "too_short"
        case keptDocuments = "kept_documents"
        case keptChunks = "kept_chunks"
        case keptTokens = "kept_tokens"
        case minScore = "min_score"
        case maxScore = "max_score"
        case keptLengths = "kept_lengths"
        case droppedLengths = "dropped_lengths"
        case keptScores = "kept_scores"
        case lengthBins = "length_bins"
        case nearCut = "near_cut"
        case domainsBefore = "domains_before"
        case sliceBias = "slice_bias"
    }
}

extension SelectionSummary {
    /// A domain of the table "before and after".
    public struct DomainRow: Sendable, Equatable {
        /// What was there.
        public var before: DomainBefore
        /// What became of its candidates; nil where it had none.
        public var after: DomainSummary?
    }

    /// Whether ``domainRows`` count everything that was scored; else the candidates alone.
    public var knowsDomainsBefore: Bool {
        domainsBefore != nil || removals.map { $0.allSatisfy { $0.items == 0 } } ?? false
    }

    /// Every domain that was there, those without a candidate included.
    public var domainRows: [DomainRow] {
        let all =
            domainsBefore
            ?? domains.map { DomainBefore(domain: $0.domain, chunks: $0.chunks, tokens: $0.tokens) }
        // The `(other)` that counts many together comes last, as a domain of that name may not.
        let after = Dictionary(domains.map { ($0.domain, $0) }) { first, _ in first }
        return all.map { DomainRow(before: $0, after: after[$0.domain]) }
    }

    /// Scored tokens of everything, removed ones included; nil for selections of version 1, which
    /// did not record them.
    public var scoredTokens: Int? {
        removals.map { $0.reduce(tokens) { $0 + $1.tokens } }
    }

    /// The score at which what is kept ends; nil where lots, a mix or matching decide as well.
    public var cut: Double? {
        guard !rule.drawsLots, rule.mix == nil, rule.match.isEmpty else { return nil }
        return rule.ascending ? maxScore : minScore
    }

    /// How many candidates near the cut another machine may decide otherwise; nil where none.
    ///
    /// The last that is kept is near its own cut, and in a mix the last of each domain is: these
    /// alone are no reason to name any.
    public var undecided: Int? {
        guard let nearCut else { return nil }
        var own = 1
        if case .minScore = rule.size { own = 0 }
        if rule.mix != nil || rule.match == [.domain] {
            let groups = rule.mix?.by == nil ? domains : categories ?? []
            own = groups.count { $0.keptChunks > 0 && $0.keptChunks < $0.chunks }
        }
        return nearCut > own ? nearCut : nil
    }

    /// The greatest share kept of a length bin over the smallest, infinite where nothing of a bin
    /// was kept; nil of one bin.
    ///
    /// Above 2 the selection is a filter by length as well.
    public var lengthSkew: Double? {
        guard let lengthBins, lengthBins.count > 1 else { return nil }
        let shares = lengthBins.map { Double($0.kept) / Double(max(1, $0.candidates)) }
        guard let least = shares.min(), let most = shares.max(), most > 0 else { return nil }
        return most / least
    }
}

import Foundation
import Prediction

/// What decides a selection: the same stored scores and the same rule give the same chunks.
public struct SelectionRule: Sendable, Equatable {
    /// How much is kept.
    public enum Size: Sendable, Equatable {
        /// The n best.
        case topK(Int)
        /// ⌊R × candidates⌋ of them, R a decimal number from 0 to 1, read exactly.
        case ratio(DecimalFraction)
        /// The best, until the next would take the sum of their tokens over n.
        case tokenBudget(Int)
        /// A budget of ⌊R × the candidates' tokens⌋.
        case tokenRatio(DecimalFraction)
        /// Every candidate whose score is at least x.
        case minScore(Double)
        /// A budget of the tokens that the selection of that name keeps.
        case like(String)
    }

    /// In what a control equals the selection that it is `like`.
    public enum Match: String, Sendable, Codable, CaseIterable {
        /// The tokens of each domain.
        case domain
        /// The tokens of each power-of-two bin of lengths.
        case length
    }

    /// How much is kept.
    public var size: Size
    /// The one corpus to choose from; nil for all.
    public var corpus: String?
    /// What is kept or left as one.
    public var unit = ItemUnit.chunk
    /// Documents that are not chosen from, whatever else holds; nil for none.
    public var excludedIDs: IDListFile?
    /// The slice that the reference was trained on, which is not chosen from; nil for none.
    public var slice: CorpusSlice?
    /// Whether that slice is chosen from all the same.
    public var keepSlice = false
    /// Domains that are not chosen from, in byte order, each once.
    public var excludedDomains: [String] = [] {
        didSet { excludedDomains = Self.inByteOrder(excludedDomains) }
    }
    /// Filters by column; all must hold.
    public var ranges: [ColumnRange] = []
    /// What keeps broken text out.
    public var guards: Guards
    /// Whether exact duplicates are candidates too, with their original's scores.
    public var keepDuplicates: Bool
    /// What candidates are ordered by.
    public var score = ScoreExpression.column(.difference)
    /// Whether the lowest scores come first.
    public var ascending = false
    /// Draws at random, in favour of better scores; nil: the best are kept.
    public var sample: Sample?
    /// Draws at random whatever the scores; nil: no control.
    public var baseline: Baseline?
    /// How much each domain may take; nil: as it comes.
    public var mix: Mix?
    /// In what the selection equals the one that it is `like`.
    public var match: [Match] = []
    /// What is expected of chunks that the teacher did not read; nil until a selection is made.
    public var prediction: RidgeRegression?
    /// Whether a prediction that says little decides all the same.
    public var trustsPrediction = false
    /// Whether chunks that are not scored yet are passed over instead of refusing.
    public var partial: Bool

    /// A rule of the given parts; what is not given is off.
    public init(
        size: Size, corpus: String? = nil, guards: Guards = .none, keepDuplicates: Bool = false,
        partial: Bool = false
    ) {
        self.size = size
        self.corpus = corpus
        self.guards = guards
        self.keepDuplicates = keepDuplicates
        self.partial = partial
    }

    /// Throws where a number makes no sense or two parts contradict each other.
    public func validate() throws {
        try validateSize()
        try excludedIDs?.validate()
        try guards.validate()
        try score.validate()
        try mix?.validate()
        for range in ranges { try range.validate() }
        if let sample, !(sample.temperature.isFinite && sample.temperature > 0) {
            throw RefineryError(
                .invalid, "the temperature must be above 0, not \(sample.temperature)")
        }
        let isLike = if case .like = size { true } else { false }
        let isScore = if case .minScore = size { true } else { false }
        let contradictions = [
            (sample != nil && baseline != nil, "a sample and a baseline are two ways to draw"),
            (isScore && (sample != nil || baseline != nil), "min-score draws no lots"),
            (isScore && (mix != nil), "min-score has no size that a mix could share out"),
            (slice != nil && keepSlice, "a slice is left out or kept, not both"),
            (!match.isEmpty && !isLike, "match needs the selection that it is like"),
            (!match.isEmpty && mix != nil, "match and mix both share out the size"),
            (Set(match).count < match.count, "match names one thing twice"),
            (ranges.count > 64, "more than 64 filters"),
            (
                importedColumns.count > ImportedValues.most,
                "more than \(ImportedValues.most) imported columns in one rule"
            ),
        ]
        if let found = contradictions.first(where: \.0) { throw RefineryError(.invalid, found.1) }
    }

    private func validateSize() throws {
        switch size {
        case .topK(let n) where n < 1:
            throw RefineryError(.invalid, "top-k must be at least 1, not \(n)")
        case .tokenBudget(let n) where n < 1:
            throw RefineryError(.invalid, "token budget must be at least 1, not \(n)")
        case .minScore(let x) where !x.isFinite:
            throw RefineryError(.invalid, "min-score must be a finite number, not \(x)")
        case .topK(let n) where n > Self.most, .tokenBudget(let n) where n > Self.most:
            throw RefineryError(.invalid, "\(n) is more than any store holds")
        default: break
        }
    }

    /// The greatest size: what ``DecimalFraction`` multiplies exactly.
    private static let most = 100_000_000_000_000_000

    /// The rule's beginning of a name, such as `default-top-k-100`.
    public var suggestedName: String {
        let scope = corpus ?? "all"
        let kind = baseline != nil ? "random-" : sample != nil ? "sample-" : ""
        switch size {
        case .topK(let n): return "\(scope)-\(kind)top-k-\(n)"
        case .ratio(let r): return "\(scope)-\(kind)ratio-\(r)"
        case .tokenBudget(let n): return "\(scope)-\(kind)token-budget-\(n)"
        case .tokenRatio(let r): return "\(scope)-\(kind)token-ratio-\(r)"
        case .minScore(let x): return "\(scope)-\(kind)min-score-\(x)"
        case .like(let name): return "\(scope)-\(kind)like-" + String(name.prefix(40))
        }
    }

    /// The rule as JSON with sorted keys, no white space and every key present.
    public func canonicalJSON() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// Whether it reads what is expected of chunks that the teacher did not read.
    public var expects: Bool { columns.contains(.expectedDifference) }

    /// The columns that it reads and that chunks lack which the teacher did not read.
    public var teacherColumns: [Column] { columns.filter(Column.ofTeacher.contains) }

    /// The columns that it reads.
    private var columns: [Column] {
        score.columns + ranges.map(\.column) + [mix?.by].compactMap(\.self)
    }

    /// The imported columns that it reads, each once.
    var importedColumns: [String] {
        var names: [String] = []
        for case .imported(let name) in columns where !names.contains(name) { names.append(name) }
        return names
    }

    /// Whether it draws at random.
    var drawsLots: Bool { sample != nil || baseline != nil }

    static func inByteOrder(_ names: [String]) -> [String] {
        let sorted = names.map { Array($0.utf8) }
            .sorted { $0.lexicographicallyPrecedes($1) }
        var unique: [[UInt8]] = []
        for name in sorted where unique.last != name { unique.append(name) }
        return unique.map { String(decoding: $0, as: UTF8.self) }
    }
}

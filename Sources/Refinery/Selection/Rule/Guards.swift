/// What keeps broken text from becoming a candidate, in the order in which it is asked.
public struct Guards: Sendable, Equatable {
    /// Fewer tokens than this are too few; nil: not asked.
    public var minTokens: Int?
    /// A larger share of repeated windows than this is too much; nil: not asked.
    public var maxRepetition: Double?
    /// A text that quotes 13 words in a row of one of these is left out; none: not asked.
    public var contamination: [BenchmarkFile] = []
    /// Of documents whose shingles have this Jaccard similarity or a greater one, only the one with
    /// the highest difference stays; nil: not asked.
    public var nearDuplicates: Double?

    /// Guards of the given parts.
    public init(
        minTokens: Int?, maxRepetition: Double?, contamination: [BenchmarkFile] = [],
        nearDuplicates: Double? = nil
    ) {
        self.minTokens = minTokens
        self.maxRepetition = maxRepetition
        self.contamination = contamination
        self.nearDuplicates = nearDuplicates
    }

    /// No guard.
    public static let none = Guards(minTokens: nil, maxRepetition: nil)
    /// At least 32 tokens, at most half of the windows repeated.
    public static let standard = Guards(minTokens: 32, maxRepetition: 0.5)

    /// Throws where a limit makes no sense.
    func validate() throws {
        if let minTokens, minTokens < 1 {
            throw RefineryError(.invalid, "min-tokens must be at least 1, not \(minTokens)")
        }
        if let maxRepetition, !(0...1).contains(maxRepetition) {
            throw RefineryError(
                .invalid, "the limit of repetition must be from 0 to 1, not \(maxRepetition)")
        }
        for benchmark in contamination { try benchmark.validate() }
        let windows = contamination.reduce(0) { $0 &+ min($1.windows, QuestionWindows.most) }
        guard contamination.count <= 64, windows <= 2 * QuestionWindows.most else {
            throw RefineryError(
                .invalid,
                "\(contamination.count) benchmarks of \(windows) windows are too much: 64 and "
                    + "\(2 * QuestionWindows.most) are the most")
        }
        if let nearDuplicates, !(nearDuplicates >= 0.5 && nearDuplicates <= 1) {
            throw RefineryError(
                .invalid, "near duplicates must be from 0.5 to 1 alike, not \(nearDuplicates)",
                hint: "bands of 8 find few documents that are less alike; 0.8 is usual")
        }
    }
}

extension Guards: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case minTokens = "min_tokens"
        case maxRepetition = "max_repetition"
        case contamination
        case nearDuplicates = "near_duplicates"
    }

    /// Reads the object; a key that is missing has its standard value, null turns its guard off.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(CodingKeys.allCases.map(\.rawValue))
        let values = try decoder.container(keyedBy: CodingKeys.self)
        minTokens =
            values.contains(.minTokens)
            ? try values.decode(Int?.self, forKey: .minTokens) : Guards.standard.minTokens
        maxRepetition =
            values.contains(.maxRepetition)
            ? try values.decode(Double?.self, forKey: .maxRepetition)
            : Guards.standard.maxRepetition
        contamination =
            try values.decodeIfPresent([BenchmarkFile].self, forKey: .contamination) ?? []
        nearDuplicates = try values.decodeIfPresent(Double.self, forKey: .nearDuplicates)
    }

    /// Writes every key.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(minTokens, forKey: .minTokens)
        try values.encode(maxRepetition, forKey: .maxRepetition)
        try values.encode(contamination, forKey: .contamination)
        try values.encode(nearDuplicates, forKey: .nearDuplicates)
    }
}

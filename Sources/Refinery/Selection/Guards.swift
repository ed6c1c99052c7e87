/// What keeps broken text from becoming a candidate, in the order in which it is asked.
public struct Guards: Sendable, Equatable {
    /// Fewer tokens than this are too few; nil: not asked.
    public var minTokens: Int?
    /// A larger share of repeated windows than this is too much; nil: not asked.
    public var maxRepetition: Double?

    /// Guards of the given parts.
    public init(minTokens: Int?, maxRepetition: Double?) {
        self.minTokens = minTokens
        self.maxRepetition = maxRepetition
    }

    /// No guard.
    public static let none = Guards(minTokens: nil, maxRepetition: nil)
    /// At least 32 tokens, at most half of the windows repeated.
    public static let standard = Guards(minTokens: 32, maxRepetition: 0.5)

    /// Throws where a limit makes no sense.
    func validate() throws {
        if let minTokens, minTokens < 1 {
            throw StoreError(.invalid, "min-tokens must be at least 1, not \(minTokens)")
        }
        if let maxRepetition, !(0...1).contains(maxRepetition) {
            throw StoreError(
                .invalid, "the limit of repetition must be from 0 to 1, not \(maxRepetition)")
        }
    }
}

extension Guards: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case minTokens = "min_tokens"
        case maxRepetition = "max_repetition"
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
    }

    /// Writes every key.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(minTokens, forKey: .minTokens)
        try values.encode(maxRepetition, forKey: .maxRepetition)
    }
}

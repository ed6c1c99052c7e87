/// What two selections have in common.
public struct SelectionComparison: Sendable, Equatable, Codable {
    /// The one's name.
    public var first: String
    /// The other's name.
    public var second: String
    /// What both select.
    public var unit: ItemUnit
    /// Chunks or documents of the first.
    public var firstItems = 0
    /// Their tokens.
    public var firstTokens = 0
    /// Chunks or documents of the second.
    public var secondItems = 0
    /// Their tokens.
    public var secondTokens = 0
    /// Those in both.
    public var bothItems = 0
    /// Their tokens.
    public var bothTokens = 0

    /// |both| / |either|; 1 of two that keep nothing.
    public var jaccard: Double {
        let either = firstItems + secondItems - bothItems
        return either == 0 ? 1 : Double(bothItems) / Double(either)
    }

    /// Two selections before they are compared.
    init(first: String, second: String, unit: ItemUnit) {
        self.first = first
        self.second = second
        self.unit = unit
    }

    private enum CodingKeys: String, CodingKey {
        case first, second, unit, jaccard
        case firstItems = "first_items"
        case firstTokens = "first_tokens"
        case secondItems = "second_items"
        case secondTokens = "second_tokens"
        case bothItems = "both_items"
        case bothTokens = "both_tokens"
    }

    /// Reads what ``encode(to:)`` wrote; `jaccard` follows from the rest.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        first = try values.decode(String.self, forKey: .first)
        second = try values.decode(String.self, forKey: .second)
        unit = try values.decode(ItemUnit.self, forKey: .unit)
        firstItems = try values.decode(Int.self, forKey: .firstItems)
        firstTokens = try values.decode(Int.self, forKey: .firstTokens)
        secondItems = try values.decode(Int.self, forKey: .secondItems)
        secondTokens = try values.decode(Int.self, forKey: .secondTokens)
        bothItems = try values.decode(Int.self, forKey: .bothItems)
        bothTokens = try values.decode(Int.self, forKey: .bothTokens)
    }

    /// Writes every count, and `jaccard`.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(first, forKey: .first)
        try values.encode(second, forKey: .second)
        try values.encode(unit, forKey: .unit)
        try values.encode(firstItems, forKey: .firstItems)
        try values.encode(firstTokens, forKey: .firstTokens)
        try values.encode(secondItems, forKey: .secondItems)
        try values.encode(secondTokens, forKey: .secondTokens)
        try values.encode(bothItems, forKey: .bothItems)
        try values.encode(bothTokens, forKey: .bothTokens)
        try values.encode(jaccard, forKey: .jaccard)
    }
}

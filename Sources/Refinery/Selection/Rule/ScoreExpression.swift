/// What candidates are ordered by.
public enum ScoreExpression: Sendable, Equatable {
    /// One term of a sum.
    public struct Term: Sendable, Equatable, Codable {
        /// The column.
        public var column: Column
        /// What its z-score is multiplied by.
        public var weight: Double

        /// A term of the given parts.
        public init(_ column: Column, weight: Double) {
            self.column = column
            self.weight = weight
        }
    }

    /// A column as it is.
    case column(Column)
    /// Σ weight · (value − mean) / sd, means and population deviations over the candidates.
    case sum([Term])

    /// Reads `COLUMN`, or `COLUMN:WEIGHT,…` for a sum of z-scores.
    ///
    /// - Throws: ``RefineryError`` for anything else.
    public init(_ text: String) throws {
        guard text.contains(":") || text.contains(",") else {
            self = .column(try Column(named: text))
            return
        }
        self = .sum(
            try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
                let pair = part.split(separator: ":", omittingEmptySubsequences: false)
                guard pair.count == 2, let weight = Double(pair[1]) else {
                    throw RefineryError(
                        .invalid,
                        "a sum of scores is COLUMN:WEIGHT,…, not \"\(text.prefix(80))\"",
                        hint: "such as difference:1,relative:0.5")
                }
                return Term(try Column(named: String(pair[0])), weight: weight)
            })
        try validate()
    }

    /// The columns that it reads.
    var columns: [Column] {
        switch self {
        case .column(let column): [column]
        case .sum(let terms): terms.map(\.column)
        }
    }

    /// Throws where a weight makes no sense or a column stands twice.
    func validate() throws {
        guard case .sum(let terms) = self else { return }
        guard !terms.isEmpty, terms.allSatisfy({ $0.weight.isFinite && $0.weight != 0 }) else {
            throw RefineryError(
                .invalid, "the weights of a sum must be finite numbers other than 0")
        }
        guard Set(terms.map(\.column)).count == terms.count else {
            throw RefineryError(.invalid, "a column stands twice in the sum of scores")
        }
    }
}

extension ScoreExpression: CustomStringConvertible {
    /// The expression as it is written.
    public var description: String {
        switch self {
        case .column(let column): column.name
        case .sum(let terms):
            terms.map { "\($0.column.name):\($0.weight)" }.joined(separator: ",")
        }
    }
}

extension ScoreExpression: Codable {
    /// Reads the form that is written on the command line.
    public init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    /// Writes ``description``.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// How much of a selection each domain, or each category of an imported column, may take.
public struct Mix: Sendable, Equatable {
    /// A domain or category and its weight.
    public struct Part: Sendable, Equatable, Codable {
        /// The domain's or category's name; ``DomainName/none`` for chunks without one.
        public var domain: String
        /// Its weight.
        public var weight: DecimalWeight
    }

    /// The name of no domain, on the command line and in JSON.
    public static let noDomain = "(none)"

    /// The imported column whose categories take the domains' place; nil: domains.
    public var by: Column?
    /// The weights in byte order of the domains; nil: the share of the candidates' tokens.
    public var parts: [Part]?
    /// Whether what a domain leaves over is offered to the others.
    public var spill: Bool
    /// Whether a domain that cannot fill its part is an error.
    public var fillOrFail: Bool

    /// A mix of the given parts.
    public init(
        _ parts: [Part]?, by column: Column? = nil, spill: Bool = false, fillOrFail: Bool = false
    ) {
        by = column
        self.parts = parts?.sorted { $0.domain.utf8.lexicographicallyPrecedes($1.domain.utf8) }
        self.spill = spill
        self.fillOrFail = fillOrFail
    }

    /// Reads `code=0.3,web=0.7`.
    ///
    /// - Throws: ``RefineryError`` for anything else.
    public static func parts(_ text: String) throws -> [Part] {
        try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
            guard let mark = part.lastIndex(of: "="), mark > part.startIndex else {
                throw RefineryError(
                    .invalid, "a mix is DOMAIN=WEIGHT,…, not \"\(text.prefix(80))\"",
                    hint: "such as code=0.3,web=0.7")
            }
            return Part(
                domain: String(part[..<mark]),
                weight: try DecimalWeight(String(part[part.index(after: mark)...])))
        }
    }

    /// Throws where a weight or a name makes no sense.
    func validate() throws {
        if let by, !by.isImported {
            throw RefineryError(
                .invalid, "\(by.name) is a number: a mix goes by domain or by categories",
                hint: "`refinectl columns` lists the imported columns")
        }
        guard let parts else { return }
        guard !parts.isEmpty, parts.count <= 1000,
            parts.contains(where: { $0.weight.billionths > 0 })
        else {
            throw RefineryError(.invalid, "a mix has 1 to 1000 domains, and a weight above 0")
        }
        let names = Set(parts.map { Array($0.domain.utf8) })
        guard names.count == parts.count else {
            throw RefineryError(.invalid, "a domain stands twice in the mix")
        }
    }
}

extension Mix: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case by, parts, spill
        case fillOrFail = "fill_or_fail"
    }

    /// Reads the object; `by`, `spill` and `fill_or_fail` may be left out.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(CodingKeys.allCases.map(\.rawValue))
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try values.decodeIfPresent([Part].self, forKey: .parts),
            by: try values.decodeIfPresent(Column.self, forKey: .by),
            spill: try values.decodeIfPresent(Bool.self, forKey: .spill) ?? false,
            fillOrFail: try values.decodeIfPresent(Bool.self, forKey: .fillOrFail) ?? false)
    }

    /// Writes every key.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(by, forKey: .by)
        try values.encode(parts, forKey: .parts)
        try values.encode(spill, forKey: .spill)
        try values.encode(fillOrFail, forKey: .fillOrFail)
    }
}

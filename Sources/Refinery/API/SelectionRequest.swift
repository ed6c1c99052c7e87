/// The body of `POST /v1/selections`: `{"rule": {"size": {"top_k": 10}, …}, "name": …,
/// "dry_run": false}`.
///
/// The answer is a `SelectionSummary`.
public struct SelectionRequest: Codable, Sendable, Equatable {
    /// What to keep, and of which corpus.
    public var rule: SelectionRule
    /// The selection's name, unique in the store; null for one made from the rule.
    @NullEncoded public var name: String?

    /// Whether only to say what would be kept.
    public var dryRun: Bool

    /// A request of the given parts.
    public init(rule: SelectionRule, name: String? = nil, dryRun: Bool = false) {
        self.rule = rule
        self.name = name
        self.dryRun = dryRun
    }

    /// What the job that answers the request calls itself.
    public var jobDetail: String {
        let name = name ?? rule.suggestedName
        return dryRun ? "\(name), not recorded" : name
    }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case rule, name
        case dryRun = "dry_run"
    }

    /// Reads the body; `name` and `dry_run` may be left out.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(CodingKeys.allCases.map(\.rawValue))
        let values = try decoder.container(keyedBy: CodingKeys.self)
        rule = try values.decode(SelectionRule.self, forKey: .rule)
        name = try values.decodeIfPresent(String.self, forKey: .name)
        dryRun = try values.decodeIfPresent(Bool.self, forKey: .dryRun) ?? false
    }
}

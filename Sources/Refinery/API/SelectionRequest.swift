/// The body of `POST /v1/selections`: `{"rule": {"size": {"top_k": 10}, …}, "name": …}`.
///
/// The answer is a `SelectionSummary`.
public struct SelectionRequest: Codable, Sendable, Equatable {
    /// What to keep, and of which corpus.
    public var rule: SelectionRule
    /// The selection's name, unique in the store; null for one made from the rule.
    @NullEncoded public var name: String?

    /// A request of the given parts.
    public init(rule: SelectionRule, name: String? = nil) {
        self.rule = rule
        self.name = name
    }
}

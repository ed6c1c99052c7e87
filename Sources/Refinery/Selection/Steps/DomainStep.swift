/// Removes what is of an excluded domain.
struct DomainStep: SelectionStep {
    static let name = StepName.excludedDomains

    private let domains: Set<Int32>

    /// A step that removes these domains.
    ///
    /// - Throws: ``RefineryError`` where no document is of one of them.
    init(_ names: [String], in scope: RuleScope) throws {
        domains = Set(try names.map { try scope.domainID($0) })
    }

    func removes(_ item: ScoredItem) -> Bool { domains.contains(item.domain) }
}

/// Where a rule's names and steps look up what items do not carry.
///
/// A store has everything. Score files have domains and slices, and no texts.
struct RuleScope {
    /// The id of a domain, 0 for ``DomainName/none``; throws where no document is of it.
    let domainID: (String) throws -> Int32
    /// The name of a domain; nil for 0.
    let domainName: (Int32) throws -> [UInt8]?
    /// The step that removes a slice.
    let sliceStep: (CorpusSlice, ItemUnit) throws -> SliceStep
    private let store: Snapshot?

    /// A store as it stands in a transaction.
    init(_ snapshot: Snapshot) {
        domainID = { try snapshot.domainID($0) }
        domainName = { try snapshot.domainName($0) }
        sliceStep = { try SliceStep($0, unit: $1, in: snapshot) }
        store = snapshot
    }

    /// What is known without a store.
    init(
        domainID: @escaping (String) throws -> Int32,
        domainName: @escaping (Int32) throws -> [UInt8]?,
        sliceStep: @escaping (CorpusSlice, ItemUnit) throws -> SliceStep
    ) {
        self.domainID = domainID
        self.domainName = domainName
        self.sliceStep = sliceStep
        store = nil
    }

    /// The store, for what nothing else has.
    ///
    /// - Parameter what: what it is wanted for.
    /// - Returns: The store's snapshot.
    /// - Throws: ``RefineryError`` (refused) where there is no store.
    func snapshot(_ what: String) throws -> Snapshot {
        guard let store else {
            throw RefineryError(
                .refused, "score files have no \(what): a rule that needs them needs a store",
                hint: "`refinectl import-scores` brings score files into one")
        }
        return store
    }
}

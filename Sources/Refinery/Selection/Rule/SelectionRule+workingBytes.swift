extension SelectionRule {
    /// About what choosing by the rule takes of the memory, in bytes: buffers of what lies in
    /// files, and each benchmark's numbers as they are read and looked up.
    public var workingBytes: Int {
        let windows = guards.contamination.reduce(0) { $0 + $1.windows }
        // A file of ids, its entries and their set.
        let ids = excludedIDs == nil ? 0 : 2 * Store.mostRuleFileBytes
        return (64 << 20) + 40 * windows + ids
    }
}

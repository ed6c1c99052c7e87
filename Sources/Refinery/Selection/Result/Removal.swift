/// What one step of a rule removed.
public struct Removal: Sendable, Equatable, Codable {
    /// The step: a ``StepName``, for a filter with its range behind it.
    public var by: String
    /// Chunks, or documents where those are selected.
    public var items = 0
    /// Their tokens.
    public var tokens = 0
    /// What else the step says; nil for most.
    public var detail: Detail?

    /// What came of a file of ids: how many were found, and which were not.
    public struct Detail: Sendable, Equatable, Codable {
        /// Ids of the file.
        public var ids: Int
        /// Those that name a document.
        public var matched: Int
        /// The first of those that name none, as they are in the file.
        public var unmatched: [String]
        /// Items of other documents that have the text of an excluded one.
        public var copies: Int
        /// The ids of the first of those documents.
        public var copiesIn: [String]

        /// Ids that are named at most.
        static let mostNamed = 20

        private enum CodingKeys: String, CodingKey {
            case ids, matched, unmatched, copies
            case copiesIn = "copies_in"
        }
    }

    /// What the step says besides its counts, for people: a line each.
    public var lines: [String] {
        guard let detail else { return [] }
        func named(_ names: [String], all: Bool) -> String {
            names.joined(separator: ", ") + (all ? "" : ", …")
        }
        var lines = ["\(by): \(detail.matched) of \(detail.ids) ids name a document"]
        if !detail.unmatched.isEmpty {
            let missing = detail.ids - detail.matched
            lines.append(
                "\(by): \(missing) name none: \(named(detail.unmatched, all: detail.unmatched.count == missing))"
            )
        }
        if detail.copies > 0 {
            lines.append(
                "\(by): \(detail.copies) exact \(detail.copies == 1 ? "copy" : "copies") of what is "
                    + "excluded, in "
                    + named(detail.copiesIn, all: detail.copiesIn.count < Detail.mostNamed))
        }
        return lines
    }
}

extension RegexNode {
    /// Whether a backtracking matcher might try more ways through a text than it has characters,
    /// doubling with each: a repetition whose turns can be told apart in several ways, as in
    /// `(a+)+b`.
    ///
    /// Some regexes for which this is true are harmless; none of a known tokenizer's is true.
    var mayBacktrackForever: Bool {
        switch self {
        case .set: false
        case .sequence(let nodes), .choice(let nodes): nodes.contains(where: \.mayBacktrackForever)
        case .look(let node, _, _), .atomic(let node): node.mayBacktrackForever
        case .repetition(let node, let minimum, let maximum, let greed):
            // A possessive one goes back only while it lacks turns, and of those that it must have
            // any may be empty.
            node.mayBacktrackForever
                || (greed == .possessive ? minimum : maximum ?? .max) > 16 && node.isAmbiguous
                || minimum > 16 && node.isOptional
        }
    }

    /// Whether one text may be matched in two ways.
    private var isAmbiguous: Bool {
        switch self {
        case .set, .look, .atomic: false
        case .sequence(let nodes): nodes.contains { $0.isAmbiguous || $0.isOptional }
        case .choice(let nodes):
            singleSet == nil && (nodes.contains(where: \.isAmbiguous) || !Self.beginApart(nodes))
        case .repetition(let node, let minimum, let maximum, let greed):
            // One that is there or not is told by the text, unless something follows it.
            greed != .possessive
                && (minimum != maximum && maximum != 1 || node.isAmbiguous)
        }
    }

    private var isOptional: Bool {
        switch self {
        case .repetition(_, 0, 1, let greed): greed != .possessive
        case .choice(let nodes): nodes.contains(where: \.isOptional)
        default: false
        }
    }

    /// Whether the first scalar says which of `nodes` it is that matches.
    private static func beginApart(_ nodes: [RegexNode]) -> Bool {
        var taken = ScalarSet()
        for node in nodes {
            guard let first = node.firstSet, taken.intersection(first).ranges.isEmpty else {
                return false
            }
            taken = taken.union(first)
        }
        return true
    }

    /// What the node's first scalar may be; nil where that takes more than a look.
    private var firstSet: ScalarSet? {
        switch self {
        case .set(let set): set
        case .sequence(let nodes): nodes.first?.firstSet
        case .choice(let nodes):
            nodes.allSatisfy { $0.firstSet != nil }
                ? ScalarSet(nodes.flatMap { $0.firstSet?.ranges ?? [] }) : nil
        case .repetition(let node, let minimum, let maximum, _):
            minimum > 0 || maximum == 1 ? node.firstSet : nil
        case .look, .atomic: nil
        }
    }
}

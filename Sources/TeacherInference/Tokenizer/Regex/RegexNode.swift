/// A regex, parsed: what a pre-tokenizer's pattern means, free of any engine's syntax.
///
/// Sets are spelled out, scalar by scalar, so that every engine reads them alike.
indirect enum RegexNode: Sendable, Equatable {
    /// One scalar of a set.
    case set(ScalarSet)
    /// One after the other; none matches the empty text.
    case sequence([RegexNode])
    /// The first that leads to a match.
    case choice([RegexNode])
    /// Several times in a row; a `maximum` of nil is no limit.
    case repetition(RegexNode, minimum: Int, maximum: Int?, Greed)
    /// Nothing, where the node matches what stands behind (`ahead`) or before.
    case look(RegexNode, ahead: Bool, negated: Bool)
    /// The node's first match, never another one.
    case atomic(RegexNode)

    /// In which order a repetition tries its counts.
    enum Greed: String, Sendable {
        /// The most first.
        case greedy = ""
        /// The fewest first.
        case lazy = "?"
        /// The most, never another one.
        case possessive = "+"
    }

    /// The set that a node matches exactly one scalar of, nil for any other node.
    var singleSet: ScalarSet? {
        switch self {
        case .set(let set): return set
        case .sequence(let nodes), .choice(let nodes):
            let isChoice = if case .choice = self { true } else { false }
            guard isChoice || nodes.count == 1 else { return nil }
            let sets = nodes.compactMap(\.singleSet)
            guard sets.count == nodes.count else { return nil }
            return ScalarSet(sets.flatMap(\.ranges))
        default: return nil
        }
    }
}

extension RegexNode {
    /// The same in PCRE2's syntax, without anything that depends on its version of Unicode.
    var pcre2: String {
        switch self {
        case .set(let set):
            // No scalar at all: a class cannot be empty.
            guard !set.ranges.isEmpty else { return "(*FAIL)" }
            return "["
                + set.ranges.map { range in
                    let last = range.upperBound - 1
                    return Self.hex(range.lowerBound)
                        + (range.lowerBound == last ? "" : "-" + Self.hex(last))
                }.joined() + "]"
        case .sequence(let nodes): return nodes.map(\.pcre2).joined()
        case .choice(let nodes):
            // As one set it has one way to match, however its parts overlap.
            if let set = singleSet { return RegexNode.set(set).pcre2 }
            return "(?:" + nodes.map(\.pcre2).joined(separator: "|") + ")"
        case .repetition(let node, let minimum, let maximum, let greed):
            let limits = "{\(minimum),\(maximum.map(String.init) ?? "")}"
            return "(?:\(node.pcre2))" + limits + greed.rawValue
        case .look(let node, let ahead, let negated):
            return "(?" + (ahead ? "" : "<") + (negated ? "!" : "=") + node.pcre2 + ")"
        case .atomic(let node): return "(?>" + node.pcre2 + ")"
        }
    }

    /// Surrogates are in no text, and PCRE2 refuses their names.
    private static func hex(_ value: UInt32) -> String {
        let named: UInt32 =
            switch value {
            case 0xD800: 0xE000
            case 0xDFFF: 0xD7FF
            default: value
            }
        return "\\x{\(String(named, radix: 16))}"
    }
}

/// A compiled regex that finds its matches in a piece of text.
enum SplitPattern: Sendable {
    /// By table.
    case automaton(RegexAutomaton)
    /// By backtracking, for what takes more than a look at the next scalar.
    case backtracking(PCRE2Pattern)

    /// Compiles `node`; `source` names the file in errors.
    init(_ node: RegexNode, source: String) throws(ModelError) {
        if let automaton = RegexAutomaton(node) {
            self = .automaton(automaton)
        } else {
            self = .backtracking(try PCRE2Pattern(node, source: source))
        }
    }
}

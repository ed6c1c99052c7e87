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
            guard !node.mayBacktrackForever else {
                throw ModelError(
                    "cannot use the tokenizer of \(source): its pre-tokenizer's regex repeats what "
                        + "may match in several ways, and could take for ever",
                    hint: "the file looks hostile; copy the model from its source")
            }
            self = .backtracking(try PCRE2Pattern(node, source: source))
        }
    }
}

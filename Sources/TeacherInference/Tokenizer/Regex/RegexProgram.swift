/// A regex as steps between places, for `RegexAutomaton` to follow all at once.
///
/// Source: R. Cox, "Regular Expression Matching: the Virtual Machine Approach" (Pike's machine):
/// threads in the order in which a backtracking matcher would try them find what it would find.
struct RegexProgram {
    /// A step; numbers are places in the program.
    enum Step {
        /// Passes one scalar of set `set` and goes on at `next`.
        case take(set: Int, next: Int)
        /// Goes on at `first`, or else at `second`.
        case fork(first: Int, second: Int)
        /// Goes on if the scalar that follows is in set `set`, or the text ends and `end` is true.
        case check(set: Int, end: Bool, next: Int)
        /// A match.
        case match
    }

    /// The steps.
    private(set) var steps: [Step] = [.match]
    /// The distinct sets that steps name.
    private(set) var sets: [ScalarSet] = []
    /// Where it begins.
    private(set) var start = 0

    private var setIndex: [ScalarSet: Int] = [:]

    /// More steps make no program.
    private static let maxSteps = 20_000
    /// A signature of this many bits says which sets a scalar is in.
    static let maxSets = 64

    /// Nil for what takes more than a look at the next scalar: looking back or further ahead,
    /// groups that give nothing back, repetitions of what may be empty; or for too long a program.
    init?(_ node: RegexNode) {
        guard let start = add(node, then: 0) else { return nil }
        self.start = start
    }

    /// Adds steps for `node` that go on at `next`; where they begin, nil if that cannot be done.
    private mutating func add(_ node: RegexNode, then next: Int) -> Int? {
        switch node {
        case .set(let set):
            guard let set = index(of: set) else { return nil }
            return append(.take(set: set, next: next))
        case .sequence(let nodes):
            var next = next
            for node in nodes.reversed() {
                guard let before = add(node, then: next) else { return nil }
                next = before
            }
            return next
        case .choice(let nodes):
            var rest: Int?
            for node in nodes.reversed() {
                guard let first = add(node, then: next) else { return nil }
                rest = if let rest { append(.fork(first: first, second: rest)) } else { first }
                guard rest != nil else { return nil }
            }
            return rest
        case .look(let node, ahead: true, let negated):
            guard let set = node.singleSet,
                let index = index(of: negated ? set.inverted : set)
            else { return nil }
            return append(.check(set: index, end: negated, next: next))
        case .repetition(let node, let minimum, let maximum, let greed):
            return add(node, minimum, maximum, greed, then: next)
        case .look, .atomic:
            return nil
        }
    }

    private mutating func add(
        _ node: RegexNode, _ minimum: Int, _ maximum: Int?, _ greed: RegexNode.Greed,
        then next: Int
    ) -> Int? {
        guard !Self.mayBeEmpty(node) else { return nil }
        if greed == .possessive {
            guard let set = node.singleSet, keepsAll(of: set, before: next) else { return nil }
        }
        func fork(_ body: Int, _ out: Int) -> Step {
            greed == .lazy ? .fork(first: out, second: body) : .fork(first: body, second: out)
        }
        var place = next
        if let maximum {
            for _ in minimum..<maximum {
                guard let body = add(node, then: place), let forked = append(fork(body, next))
                else { return nil }
                place = forked
            }
        } else {
            // Where it leads is not known yet; meanwhile it is a step that promises nothing.
            guard let loop = append(.check(set: 0, end: false, next: 0)),
                let body = add(node, then: loop)
            else { return nil }
            steps[loop] = fork(body, next)
            place = loop
        }
        for _ in 0..<minimum {
            guard let body = add(node, then: place) else { return nil }
            place = body
        }
        return place
    }

    private mutating func append(_ step: Step) -> Int? {
        guard steps.count < Self.maxSteps else { return nil }
        steps.append(step)
        return steps.count - 1
    }

    private mutating func index(of set: ScalarSet) -> Int? {
        if let known = setIndex[set] { return known }
        guard sets.count < Self.maxSets else { return nil }
        sets.append(set)
        setIndex[set] = sets.count - 1
        return sets.count - 1
    }

    private static func mayBeEmpty(_ node: RegexNode) -> Bool {
        switch node {
        case .set: false
        case .sequence(let nodes): nodes.allSatisfy(mayBeEmpty)
        case .choice(let nodes): nodes.contains(where: mayBeEmpty)
        case .repetition(let node, let minimum, _, _): minimum == 0 || mayBeEmpty(node)
        case .look: true
        case .atomic(let node): mayBeEmpty(node)
        }
    }

    /// Whether a run of `set` that never gives anything back matches as one that does: what comes
    /// after cannot fail, or cannot begin inside the run.
    private func keepsAll(of set: ScalarSet, before place: Int) -> Bool {
        var seen: Set<Int> = []
        var waiting = [place]
        var begins = ScalarSet()
        while let place = waiting.popLast() {
            guard seen.insert(place).inserted else { continue }
            switch steps[place] {
            case .take(let set, _): begins = begins.union(sets[set])
            case .fork(let first, let second): waiting += [first, second]
            case .check: return false
            case .match: return true
            }
        }
        return begins.intersection(set).ranges.isEmpty
    }
}

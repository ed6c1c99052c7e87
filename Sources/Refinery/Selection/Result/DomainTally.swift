/// Items of one domain, and their scored tokens.
struct DomainTotal {
    var items = 0
    var tokens = 0
}

/// Per domain, or category: candidates, what is kept, mean scores.
struct DomainTally {
    /// More domains than this are counted together.
    static let limit = 1000
    /// What those together are called.
    static let others = "(other)"

    private struct Sums {
        var chunks = 0
        var tokens = 0
        var score = 0.0
        var keptChunks = 0
        var keptTokens = 0
        var keptScore = 0.0
    }

    private var sums: [Int32: Sums] = [:]
    private var others = Sums()

    /// Counts one candidate; the order decides the last bits of the means.
    mutating func add(_ candidate: Candidate, of domain: Int32, isKept: Bool) {
        if sums[domain] != nil || sums.count < DomainTally.limit {
            DomainTally.add(candidate, isKept, to: &sums[domain, default: Sums()])
        } else {
            DomainTally.add(candidate, isKept, to: &others)
        }
    }

    private static func add(_ candidate: Candidate, _ isKept: Bool, to sums: inout Sums) {
        sums.chunks += 1
        sums.tokens += Int(candidate.tokens)
        sums.score += candidate.score
        guard isKept else { return }
        sums.keptChunks += 1
        sums.keptTokens += Int(candidate.tokens)
        sums.keptScore += candidate.score
    }

    /// The domains in byte order of their names, none first, the rest last.
    func summaries(name: (Int32) throws -> [UInt8]?) rethrows -> [DomainSummary] {
        var named = try sums.map { (name: try name($0.key), sums: $0.value) }
        named.sort { a, b in
            guard let first = a.name, let second = b.name else {
                return a.name == nil && b.name != nil
            }
            return first.lexicographicallyPrecedes(second)
        }
        var found = named.map {
            DomainTally.summary($0.name.map { String(decoding: $0, as: UTF8.self) }, $0.sums)
        }
        if others.chunks > 0 { found.append(DomainTally.summary(Self.others, others)) }
        return found
    }

    /// What was there of each domain before anything was removed, in the order of ``summaries(name:)``.
    ///
    /// Domains that the candidates' tally counts together, and those beyond its limit, are one.
    func before(
        adding removed: [Int32: DomainTotal], name: (Int32) throws -> [UInt8]?
    ) rethrows -> [DomainBefore] {
        var totals = sums.mapValues { DomainTotal(items: $0.chunks, tokens: $0.tokens) }
        var rest = DomainTotal(items: others.chunks, tokens: others.tokens)
        for (domain, total) in removed.sorted(by: { $0.key < $1.key }) {
            if totals[domain] != nil || totals.count < DomainTally.limit {
                totals[domain, default: DomainTotal()].items += total.items
                totals[domain, default: DomainTotal()].tokens += total.tokens
            } else {
                rest.items += total.items
                rest.tokens += total.tokens
            }
        }
        var named = try totals.map { (name: try name($0.key), total: $0.value) }
        named.sort { a, b in
            guard let first = a.name, let second = b.name else {
                return a.name == nil && b.name != nil
            }
            return first.lexicographicallyPrecedes(second)
        }
        var found = named.map {
            DomainBefore(
                domain: $0.name.map { String(decoding: $0, as: UTF8.self) },
                chunks: $0.total.items, tokens: $0.total.tokens)
        }
        if rest.items > 0 {
            found.append(
                DomainBefore(domain: Self.others, chunks: rest.items, tokens: rest.tokens))
        }
        return found
    }

    private static func summary(_ domain: String?, _ sums: Sums) -> DomainSummary {
        DomainSummary(
            domain: domain, chunks: sums.chunks, keptChunks: sums.keptChunks, tokens: sums.tokens,
            keptTokens: sums.keptTokens, meanScore: sums.score / Double(sums.chunks),
            keptMeanScore: sums.keptChunks == 0 ? nil : sums.keptScore / Double(sums.keptChunks))
    }
}

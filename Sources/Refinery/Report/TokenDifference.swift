/// What teacher and reference make of one token of the teacher's.
public struct TokenDifference: Sendable, Equatable {
    /// The token's bytes in the chunk's text.
    public var range: Range<Int>
    /// −ln p of the teacher, nats; nil for a first token with nothing in front of it.
    public var teacher: Double?
    /// −ln p of the reference over the same bytes, nats; nil where it scores none of them.
    public var reference: Double?

    /// A token of the given parts.
    public init(range: Range<Int>, teacher: Double?, reference: Double?) {
        self.range = range
        self.teacher = teacher
        self.reference = reference
    }

    /// reference − teacher: what the teacher knows and the reference does not, nats.
    public var difference: Double? {
        guard let teacher, let reference else { return nil }
        return reference - teacher
    }

    /// The tokens of a text, each model's tokens as the bytes where they end and their NLLs.
    ///
    /// Where the tokenizers differ, a reference token's NLL is spread evenly over its bytes, so
    /// that the sum over the text stays. NLLs have one value a token, or one less: then the first
    /// is not scored.
    public static func align(
        teacher: (ends: [Int], nll: [Float]), reference: (ends: [Int], nll: [Float])
    ) -> [TokenDifference] {
        var tokens = spans(teacher.ends, teacher.nll).map {
            TokenDifference(range: $0.range, teacher: $0.nll, reference: nil)
        }
        var at = 0
        for other in spans(reference.ends, reference.nll) {
            guard let nll = other.nll else { continue }
            while at < tokens.count, tokens[at].range.upperBound <= other.range.lowerBound {
                at += 1
            }
            var place = at
            while place < tokens.count, tokens[place].range.lowerBound < other.range.upperBound {
                let shared = tokens[place].range.clamped(to: other.range).count
                if shared > 0 {
                    let part = nll * Double(shared) / Double(other.range.count)
                    tokens[place].reference = (tokens[place].reference ?? 0) + part
                }
                place += 1
            }
        }
        return tokens
    }

    private static func spans(_ ends: [Int], _ nll: [Float]) -> [(range: Range<Int>, nll: Double?)]
    {
        let unscored = ends.count - nll.count
        var start = 0
        return ends.enumerated().map { place, end in
            defer { start = end }
            let value = place >= unscored ? Double(nll[place - unscored]) : nil
            return (start..<max(start, end), value)
        }
    }
}

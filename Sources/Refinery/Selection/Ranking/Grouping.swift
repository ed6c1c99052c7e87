/// The groups that a size is shared out among.
struct Grouping {
    /// Whether each domain, or category of a mix's column, is a group.
    let byDomain: Bool
    /// Whether each power-of-two bin of lengths is a group.
    let byLength: Bool

    /// The group of a candidate.
    func group(_ candidate: Candidate) -> Int64 {
        group(domain: candidate.group, tokens: candidate.tokens)
    }

    /// The group of what has that domain, or category, and so many tokens.
    func group(domain: Int32, tokens: Int32) -> Int64 {
        (byDomain ? Int64(domain) << 6 : 0) | (byLength ? Int64(LengthBins.exponent(tokens)) : 0)
    }
}

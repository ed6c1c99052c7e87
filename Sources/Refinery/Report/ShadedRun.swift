/// A stretch of a text whose tokens have one shade.
public struct ShadedRun: Sendable, Equatable {
    /// Its bytes: whole scalars, at least one.
    public var range: Range<Int>
    /// A step of ``DifferenceShade``.
    public var shade: Int

    /// The runs of a text, in order; without tokens it is one run of no shade.
    ///
    /// A token may begin or end within a scalar, a run that is shown may not: the scalar belongs to
    /// the token that it begins in.
    public static func runs(of text: [UInt8], _ tokens: [TokenDifference]) -> [ShadedRun] {
        var runs: [ShadedRun] = []
        for token in tokens where token.range.upperBound <= text.count {
            let shade = DifferenceShade.of(token.difference)
            if let last = runs.last, last.shade == shade {
                runs[runs.count - 1].range = last.range.lowerBound..<token.range.upperBound
            } else {
                runs.append(ShadedRun(range: token.range, shade: shade))
            }
        }
        if runs.isEmpty { runs = [ShadedRun(range: 0..<text.count, shade: 0)] }
        return runs.compactMap { run in
            let start = scalarStart(text, from: run.range.lowerBound)
            let end = scalarStart(text, from: run.range.upperBound)
            return start < end ? ShadedRun(range: start..<end, shade: run.shade) : nil
        }
    }

    /// Where the next scalar begins, from a place on.
    private static func scalarStart(_ text: [UInt8], from place: Int) -> Int {
        var place = place
        while place > 0, place < text.count, text[place] & 0xC0 == 0x80 { place += 1 }
        return place
    }
}

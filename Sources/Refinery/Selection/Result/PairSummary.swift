/// How far teacher and reference are apart on the candidates of a selection.
public struct PairSummary: Codable, Sendable, Equatable {
    /// Mean difference, nats a token or a byte as the selection compares them.
    public var gap: Double
    /// The share of the candidates that the teacher predicts better.
    public var teacherBetter: Double
    /// Pearson's correlation of both losses; nil where one does not vary.
    public var correlation: Double?

    /// A summary of the given parts.
    public init(gap: Double, teacherBetter: Double, correlation: Double?) {
        self.gap = gap
        self.teacherBetter = teacherBetter
        self.correlation = correlation
    }

    private enum CodingKeys: String, CodingKey {
        case gap, correlation
        case teacherBetter = "teacher_better"
    }

    /// What a gap says of the pair.
    public enum Judgement: Sendable {
        /// The reference is too weak: differences say what the teacher knows of language at large.
        case weakReference
        /// The teacher is too close: differences are small beside their noise.
        case closeTeacher
        /// Neither.
        case usable
    }

    /// The gaps between which a pair is usable, nats a unit; docs/proof.md has the reason.
    public static func usable(_ unit: ScoreUnit) -> ClosedRange<Double> {
        unit == .token ? 0.1...1.5 : 0.03...0.5
    }

    /// What a gap says of the pair.
    public static func judge(gap: Double, _ unit: ScoreUnit) -> Judgement {
        let usable = usable(unit)
        return gap > usable.upperBound
            ? .weakReference : gap < usable.lowerBound ? .closeTeacher : .usable
    }
}

extension PairSummary {
    /// The sums over candidates from which a summary follows.
    struct Sums {
        private var count = 0.0
        private var better = 0.0
        private var difference = 0.0
        // Means and sums of products about them (Welford 1962).
        private var mean = (teacher: 0.0, reference: 0.0)
        private var square = (teacher: 0.0, reference: 0.0)
        private var product = 0.0

        /// Counts a candidate.
        mutating func add(_ item: ScoredItem, by reader: ColumnReader) {
            let value = reader.value(.difference, of: item)
            let teacher = item.teacherNLL / item.count(of: reader.unit)
            let reference = item.referenceNLL / item.count(of: reader.unit)
            guard value.isFinite else { return }
            count += 1
            difference += value
            if value > 0 { better += 1 }
            let away = (teacher - mean.teacher, reference - mean.reference)
            mean.teacher += away.0 / count
            mean.reference += away.1 / count
            square.teacher += away.0 * (teacher - mean.teacher)
            square.reference += away.1 * (reference - mean.reference)
            product += away.0 * (reference - mean.reference)
        }

        /// The summary; nil of nothing.
        var summary: PairSummary? {
            guard count > 0 else { return nil }
            let spread = (square.teacher * square.reference).squareRoot()
            return PairSummary(
                gap: difference / count, teacherBetter: better / count,
                correlation: spread > 0 ? product / spread : nil)
        }
    }
}

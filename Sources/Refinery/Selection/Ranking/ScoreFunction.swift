/// The score that a rule asks for, once the candidates are known.
struct ScoreFunction {
    /// Mean and population standard deviation, of exact sums: no order decides a bit.
    struct Moments {
        var mean = 0.0
        var deviation = 0.0

        /// (value − mean) / deviation, 0 where all values are equal.
        func z(_ value: Double) -> Double {
            deviation == 0 ? 0 : (value - mean) / deviation
        }
    }

    private let expression: ScoreExpression
    private let reader: ColumnReader
    private let bins: LengthBins
    private let medians: [Double]
    private var moments: [Moments] = []

    /// Prepares the score over the candidates.
    ///
    /// - Throws: ``RefineryError`` where candidates lack a number that the score needs.
    init(_ expression: ScoreExpression, over candidates: CandidateSet, bins: LengthBins) throws {
        self.expression = expression
        reader = candidates.reader
        self.bins = bins
        medians =
            expression.columns.contains(.atLength)
            ? try bins.medians(of: .difference, in: candidates) : []
        try Self.requireNumbers(expression, candidates)
        if case .sum(let terms) = expression {
            moments = try terms.map { term in
                try Self.moments(of: candidates) { value($0, term.column) }
            }
        }
    }

    /// The score of an item.
    func callAsFunction(_ item: ScoredItem) -> Double {
        switch expression {
        case .column(let column): return value(item, column)
        case .sum(let terms):
            var sum = 0.0
            for (term, moments) in zip(terms, moments) {
                sum += term.weight * moments.z(value(item, term.column))
            }
            return sum
        }
    }

    /// Mean and deviation of a number over the candidates, in two passes.
    static func moments(
        of candidates: CandidateSet, _ value: (ScoredItem) -> Double
    ) throws -> Moments {
        guard candidates.count > 0 else { return Moments() }
        let count = Double(candidates.count)
        var sum = ExactSum()
        try candidates.forEach { sum.add(value($0)) }
        let mean = sum.value / count
        var squares = ExactSum()
        try candidates.forEach {
            let off = value($0) - mean
            squares.add(off * off)
        }
        let moments = Moments(mean: mean, deviation: (squares.value / count).squareRoot())
        guard moments.mean.isFinite, moments.deviation.isFinite else {
            throw RefineryError(
                .refused, "a number that the score adds up is too large for a mean and deviation",
                hint: "leave such chunks out with --where, for example --where bits_per_byte=..100")
        }
        return moments
    }

    /// The value of a column, that of ``Column/atLength`` against its bin's median.
    private func value(_ item: ScoredItem, _ column: Column) -> Double {
        let value = reader.value(column, of: item)
        return column == .atLength ? value - medians[bins.bin(item.tokens)] : value
    }

    private static func requireNumbers(
        _ expression: ScoreExpression, _ candidates: CandidateSet
    ) throws {
        for column in expression.columns
        where column == .repetition || column.isImported || Column.ofTeacher.contains(column) {
            var (lacking, unread) = (0, 0)
            try candidates.forEach {
                guard candidates.reader.value(column, of: $0).isNaN else { return }
                lacking += 1
                if $0.teacherNLL.isNaN { unread += 1 }
            }
            if unread > 0, !column.isImported { throw RefineryError.unread(column, unread) }
            if lacking > 0 { throw RefineryError.lacking(column, lacking) }
        }
    }
}

extension RefineryError {
    /// What says that a column needs the teacher's sums, which items lack.
    static func unread(_ column: Column, _ count: Int) -> RefineryError {
        RefineryError(
            .refused,
            "the teacher has not read all of \(count) of the candidates, and \(column.name) needs "
                + "its sums",
            hint: "order by \(Column.expectedDifference.name), or raise the teacher's share to 1")
    }

    /// What says that scores of an older version have no such number, or a user brought none.
    static func lacking(_ column: Column, _ count: Int) -> RefineryError {
        if column.isImported {
            return RefineryError(
                .refused, "\(count) of the candidates have no \(column.name)",
                hint: "import their values, or leave them out with --where \(column.name)=..")
        }
        return RefineryError(
            .refused,
            "\(count) of the scored chunks have no \(column.name): they were scored before "
                + "refinery stored it",
            hint: column == .repetition
                ? "--no-repetition-guard selects without it; a new store scores them again"
                : "order by another column; a new store scores them again")
    }
}

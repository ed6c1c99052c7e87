/// Looks up what the names in a rule are in a store.
struct RuleNames {
    private let snapshot: Snapshot

    /// A look-up on a snapshot.
    init(_ snapshot: Snapshot) {
        self.snapshot = snapshot
    }

    /// What a mix and a selection that it is like are shared out by, once every name is known.
    ///
    /// - Throws: ``RefineryError`` for a name that the store does not know: a misspelt domain would
    ///   else stay in, or get nothing.
    func resolve(_ rule: SelectionRule) throws -> Ranking.Names {
        var names = Ranking.Names()
        try checkColumns(rule)
        for name in rule.excludedDomains { _ = try snapshot.domainID(name) }
        for benchmark in rule.guards.contamination {
            guard try snapshot.hasBenchmark(benchmark.sha256, count: benchmark.windows) else {
                throw missing(benchmark)
            }
        }
        let column = try rule.mix?.by.map { try snapshot.importedColumn(named: $0.name) }
        names.mix = try rule.mix?.weights { name in
            try column.map { try snapshot.categoryID(name, of: $0) } ?? snapshot.domainID(name)
        }
        if case .like(let name) = rule.size { names.likeTokens = try tokens(of: name, rule.match) }
        let isByColumn = rule.mix?.by != nil
        names.name = { [snapshot] id in
            let name = isByColumn ? try snapshot.categoryName(id) : try snapshot.domainName(id)
            return name.map { String(decoding: $0, as: UTF8.self) } ?? DomainName.none
        }
        return names
    }

    /// Throws for a column that the store does not hold whole, or that is of the other kind; those
    /// of fields that an import will bring are passed over.
    func checkColumns(_ rule: SelectionRule, awaiting fields: KeptFields? = nil) throws {
        for name in rule.importedColumns where fields?.makes(column: name) != true {
            let column = try snapshot.importedColumn(named: name)
            let isMix = rule.mix?.by == .imported(name)
            let filter = rule.ranges.first {
                $0.column == .imported(name) && !$0.categories.isEmpty
            }
            let isNumber =
                rule.score.columns.contains(.imported(name))
                || rule.ranges.contains {
                    // `NAME=..` asks for nothing but a value.
                    $0.column == .imported(name) && ($0.low != nil || $0.high != nil)
                }
            if column.kind == .category, isNumber {
                throw RefineryError(
                    .refused, "column \(name) holds categories: nothing can be ordered by them",
                    hint: "--mix-by \(name) shares the size out among them, and --where "
                        + "\(name)=NAME,NAME keeps those named")
            }
            if column.kind == .number, let filter {
                throw RefineryError(
                    .refused, "column \(name) holds numbers, and \(filter) names categories",
                    hint: "give a range, such as --where \(name)=0.5..")
            }
            if column.kind == .number, isMix {
                throw RefineryError(
                    .refused, "column \(name) holds numbers: a mix goes by categories",
                    hint: "`refinectl columns` lists the imported columns")
            }
        }
    }

    /// The windows of a benchmark that a rule names.
    ///
    /// - Throws: ``RefineryError`` where the store does not hold it, or what it holds is damaged.
    func windows(of benchmark: BenchmarkFile) throws -> QuestionWindows {
        let bytes = try snapshot.benchmark(sha256: benchmark.sha256, count: benchmark.windows)
        guard let bytes else { throw missing(benchmark) }
        let windows = try QuestionWindows(bytes: bytes)
        guard windows.sha256 == benchmark.sha256 else {
            throw RefineryError(
                .unusable, "benchmark \(benchmark.file) is damaged in the store",
                hint: "`refinectl selections delete` what uses it, or restore a backup")
        }
        return windows
    }

    private func missing(_ benchmark: BenchmarkFile) -> RefineryError {
        RefineryError(
            .notFound,
            "the store does not hold benchmark \(benchmark.file) "
                + "(\(benchmark.windows) windows, SHA-256 \(benchmark.sha256))",
            hint: "`refinectl export --decontaminate FILE` sends it along")
    }

    /// The tokens that a selection keeps, by group.
    private func tokens(
        of name: String, _ match: [SelectionRule.Match]
    ) throws -> [Int64: Int] {
        let selection = try snapshot.requiredSelection(named: name)
        guard !match.isEmpty else { return [0: selection.tokens] }
        let grouping = Grouping(
            byDomain: match.contains(.domain), byLength: match.contains(.length))
        var tokens: [Int64: Int] = [:]
        try snapshot.forEachKept(of: selection.id) { domain, count in
            tokens[grouping.group(domain: domain, tokens: count), default: 0] += Int(count)
        }
        return tokens
    }
}

extension Mix {
    /// The weights by what their names stand for; nil where it names none.
    func weights(id: (String) throws -> Int32) rethrows -> [Int32: Int]? {
        guard let parts else { return nil }
        var weights: [Int32: Int] = [:]
        for part in parts { weights[try id(part.domain)] = part.weight.billionths }
        return weights
    }
}

extension SelectionStage {
    /// Throws what ``listScores(_:begin:_:)`` would for the names in a rule and the models.
    public func checkListing(_ rule: SelectionRule) throws {
        try rule.validate()
        try store.read { snapshot in
            _ = try snapshot.currentPair()
            _ = try snapshot.corpusID(rule.corpus)
            _ = try RuleNames(snapshot).resolve(rule)
        }
    }

    /// Hands over everything that both models have scored, with every column, by chunk id.
    ///
    /// Before the first `begin` gets the names of the imported columns.
    /// Of `rule` its filters count, its corpus and its unit; `at_length` is against the candidates
    /// that they, the standard guards and the dropping of duplicates leave.
    /// - Throws: ``RefineryError`` for names that the store does not know, or models that cannot be
    ///   compared; what `body` throws.
    public func listScores(
        _ rule: SelectionRule, begin: ([String]) throws -> Void = { _ in },
        _ body: (ScoreListing) throws -> Void
    ) throws {
        try rule.validate()
        let listing = try store.read { try ScoreListingRows($0, rule, folder: store.folder) }
        try begin(listing.imported)
        var page: [ScoredItem] = []
        func send() throws {
            let rows = try store.read { try listing.rows(page, $0) }
            page.removeAll(keepingCapacity: true)
            for row in rows { try body(row) }
        }
        // A page at a time, so that no connection is held while `body` waits for a client.
        try listing.listed.forEach { item in
            page.append(item)
            if page.count == 1024 { try send() }
        }
        try send()
    }
}

/// What a listing of scores is made from, read in one transaction.
private struct ScoreListingRows {
    /// The names of the imported columns.
    let imported: [String]
    /// What is listed, by chunk id.
    let listed: CandidateSet

    private let reader: ColumnReader
    private let atLength: ScoreFunction?
    private let unit: ItemUnit
    private let models: ByRole<Int64>

    init(_ snapshot: Snapshot, _ rule: SelectionRule, folder: String) throws {
        let applied = try AppliedRule(rule, in: snapshot, folder: folder)
        imported = try ColumnListing(snapshot).names
        var guards = Guards.standard
        try applied.scan.items.forEach { _, item in
            if item.repetition.isNaN { guards.maxRepetition = nil }
        }
        let (candidates, _) = try applied.with { $0.guards = guards }.candidates()
        (listed, _) = try applied.with {
            $0.guards = .none
            $0.keepDuplicates = true
        }.candidates()
        atLength = try AppliedRule.atLength(over: candidates)
        reader = applied.scan.reader
        unit = rule.unit
        models = ByRole(teacher: applied.pair.teacher.id, reference: applied.pair.reference.id)
    }

    private func place(_ item: ScoredItem) -> ColumnPlace {
        ColumnPlace(chunk: item.chunk, original: item.original, document: item.document)
    }

    /// The rows of items whose ids ascend; one that was deleted meanwhile is left out.
    func rows(_ items: [ScoredItem], _ snapshot: Snapshot) throws -> [ScoreListing] {
        guard let first = items.first else { return [] }
        let columns = try ColumnListing(snapshot, named: imported, from: place(first))
        return try items.compactMap { item in
            guard let label = try snapshot.label(ofChunk: item.chunk) else { return nil }
            let values = Column.scored.map { column -> Double? in
                let value = column == .atLength ? atLength?(item) : reader.value(column, of: item)
                return value.flatMap { $0.isNaN ? nil : $0 }
            }
            return ScoreListing(
                document: label.document, ordinal: unit == .chunk ? label.ordinal : nil,
                chunkID: item.chunk, domain: label.domain,
                isDuplicate: item.original != item.chunk, values: values,
                importedNames: imported,
                imported: unit == .chunk
                    ? try columns.next(place(item))
                    : try columns.values(ofDocument: item.document, models))
        }
    }
}

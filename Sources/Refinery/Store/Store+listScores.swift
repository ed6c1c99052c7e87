import Foundation
import GRDB

extension Store {
    /// Throws what ``listScores(_:begin:_:)`` would for the names in a rule and the models.
    public func checkListing(_ rule: SelectionRule) throws {
        try rule.validate()
        try read { db in
            _ = try Store.currentPair(db)
            _ = try Store.corpusID(rule.corpus, db)
            _ = try RuleNames(db).resolve(rule)
        }
    }

    /// Hands over everything that both models have scored, with every column, by chunk id.
    ///
    /// Before the first `begin` gets the names of the imported columns.
    /// Of `rule` its filters count, its corpus and its unit; `at_length` is against the candidates
    /// that they, the standard guards and the dropping of duplicates leave.
    /// - Throws: `RefineryError` for names that the store does not know, or models that cannot be
    ///   compared; what `body` throws.
    public func listScores(
        _ rule: SelectionRule, begin: ([String]) throws -> Void = { _ in },
        _ body: (ScoreListing) throws -> Void
    ) throws {
        try rule.validate()
        let listing = try read { try ScoreListingRows($0, rule, folder: folder) }
        try begin(listing.imported)
        var page: [ScoredItem] = []
        func send() throws {
            let rows = try read { try listing.rows(page, $0) }
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

/// What a listing of scores is made from, gathered in one transaction.
private struct ScoreListingRows {
    /// The names of the imported columns.
    let imported: [String]
    /// What is listed, by chunk id.
    let listed: CandidateSet

    private let reader: ColumnReader
    private let atLength: ScoreFunction?
    private let unit: SelectionRule.Unit
    private let teacher: Int64
    private let reference: Int64

    init(_ db: Database, _ rule: SelectionRule, folder: String) throws {
        let (teacher, reference) = try Store.currentPair(db)
        let scan = try ScoreScan(
            teacher: teacher, reference: reference, corpus: rule.corpus, unit: rule.unit,
            lot: nil, imported: rule.importedColumns, folder: folder
        ).read(db)
        imported = try ColumnListing(db).names
        let names = try RuleNames(db).resolve(rule)
        var guarded = rule
        guarded.guards = .standard
        try scan.items.forEach { _, item in
            if item.repetition.isNaN { guarded.guards.maxRepetition = nil }
        }
        let (candidates, _) = try Selector(guarded, names: names, folder: folder)
            .candidates(among: scan.items, by: scan.reader)
        var plain = rule
        plain.guards = .none
        plain.keepDuplicates = true
        (listed, _) = try Selector(plain, names: names, folder: folder)
            .candidates(among: scan.items, by: scan.reader)
        atLength =
            candidates.count == 0
            ? nil
            : try ScoreFunction(
                .column(.atLength), over: candidates, bins: try LengthBins(of: candidates))
        reader = scan.reader
        unit = rule.unit
        self.teacher = teacher.id
        self.reference = reference.id
    }

    /// The rows of items whose ids ascend; one that was deleted meanwhile is left out.
    func rows(_ items: [ScoredItem], _ db: Database) throws -> [ScoreListing] {
        guard let first = items.first else { return [] }
        let columns = try ColumnListing(db, named: imported, from: first.chunk)
        let about = try db.cachedStatement(
            sql: """
                SELECT d.key, c.ordinal, m.name FROM chunk c
                CROSS JOIN document d ON d.id = c.document
                LEFT JOIN domain m ON m.id = d.domain WHERE c.id = ?
                """)
        return try items.compactMap { item in
            guard let row = try Row.fetchOne(about, arguments: [item.chunk]) else { return nil }
            let domain: Data? = row[2]
            let values = Column.scored.map { column -> Double? in
                let value = column == .atLength ? atLength?(item) : reader.value(column, of: item)
                return value.flatMap { $0.isNaN ? nil : $0 }
            }
            return ScoreListing(
                document: Array(row[0] as Data), ordinal: unit == .chunk ? row[1] : nil,
                chunkID: item.chunk, domain: domain.map { Array($0) },
                isDuplicate: item.original != item.chunk, values: values,
                importedNames: imported,
                imported: unit == .chunk
                    ? try columns.next(chunk: item.chunk, original: item.original)
                    : try columns.values(ofDocument: item.document, teacher, reference))
        }
    }
}

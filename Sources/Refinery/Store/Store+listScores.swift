import Foundation
import GRDB

extension Store {
    /// Throws what ``listScores(_:begin:_:)`` would for the names in a rule and the models.
    public func checkListing(_ rule: SelectionRule) throws {
        try rule.validate()
        try pool.read { db in
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
    /// - Throws: `StoreError` for names that the store does not know, or models that cannot be
    ///   compared; what `body` throws.
    public func listScores(
        _ rule: SelectionRule, begin: ([String]) throws -> Void = { _ in },
        _ body: (ScoreListing) throws -> Void
    ) throws {
        try rule.validate()
        try pool.read { db in
            let (teacher, reference) = try Store.currentPair(db)
            let scan = try ScoreScan(
                teacher: teacher, reference: reference, corpus: rule.corpus, unit: rule.unit,
                lot: nil, imported: rule.importedColumns, folder: folder
            ).read(db)
            let imported = try ColumnListing(db)
            try begin(imported.names)
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
            let (listed, _) = try Selector(plain, names: names, folder: folder)
                .candidates(among: scan.items, by: scan.reader)
            let atLength =
                candidates.count == 0
                ? nil
                : try ScoreFunction(
                    .column(.atLength), over: candidates, bins: try LengthBins(of: candidates))
            let about = try db.makeStatement(
                sql: """
                    SELECT d.key, c.ordinal, m.name FROM chunk c
                    CROSS JOIN document d ON d.id = c.document
                    LEFT JOIN domain m ON m.id = d.domain WHERE c.id = ?
                    """)
            try listed.forEach { item in
                guard let row = try Row.fetchOne(about, arguments: [item.chunk]) else { return }
                let domain: Data? = row[2]
                let values = Column.scored.map { column -> Double? in
                    let value =
                        column == .atLength
                        ? atLength?(item) : scan.reader.value(column, of: item)
                    return value.flatMap { $0.isNaN ? nil : $0 }
                }
                try body(
                    ScoreListing(
                        document: Array(row[0] as Data),
                        ordinal: rule.unit == .chunk ? row[1] : nil, chunkID: item.chunk,
                        domain: domain.map { Array($0) },
                        isDuplicate: item.original != item.chunk, values: values,
                        importedNames: imported.names,
                        imported: rule.unit == .chunk
                            ? try imported.next(chunk: item.chunk, original: item.original)
                            : try imported.values(
                                ofDocument: item.document, teacher.id, reference.id)))
            }
        }
    }
}

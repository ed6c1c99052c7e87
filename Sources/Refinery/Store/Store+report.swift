import Foundation
import GRDB

extension Store {
    /// Bytes of an example's text at most.
    private static let exampleBytes = 32 << 10

    /// What a report on a selection shows: the candidates of its rule among the scores as they
    /// stand, and which of them it keeps.
    ///
    /// - Throws: ``RefineryError`` where there is no such selection, or it was made with other models
    ///   than the current ones.
    public func report(selection name: String) throws -> ReportData {
        let selection = try requiredSelection(named: name)
        let models = try models().filter {
            $0.isCurrent && [selection.teacher, selection.reference].contains($0.fingerprint)
        }
        return try read { db in
            let (teacher, reference) = try Store.currentPair(db)
            try Store.check(selection, madeBy: teacher, reference)
            let rule = selection.rule
            let names = try RuleNames(db).resolve(rule)
            let scan = try scan(rule, teacher, reference).read(db)
            let selector = Selector(rule, names: names, folder: folder)
            let (candidates, _) = try selector.candidates(among: scan.items, by: scan.reader)
            let kept = try Store.kept(selection, db)
            let runs = try selector.runs(candidates, bins: try LengthBins(of: candidates))
            var gathering = ReportGathering()
            try Store.rank(runs) { candidate, _ in
                gathering.count(candidate, isKept: kept.contains(candidate.id(rule.unit)))
            }
            gathering.endCounting()
            try Store.rank(runs) {
                gathering.take($0, rank: $1, isKept: kept.contains($0.id(rule.unit)))
            }
            let groups = try gathering.places.map { name, places in
                ReportData.ExampleGroup(
                    place: name, chunks: try places.compactMap { try Store.example($0, rule, db) })
            }
            return ReportData(
                selection: selection, models: models.map(ModelReport.init),
                histogram: gathering.histogram,
                scatter: try Store.scatter(candidates, kept, rule.unit), examples: groups)
        }
    }

    /// Throws where a selection was made with other models than the current pair.
    static func check(
        _ selection: SelectionSummary, madeBy teacher: ModelRecord, _ reference: ModelRecord
    ) throws {
        guard teacher.fingerprint == selection.teacher,
            reference.fingerprint == selection.reference
        else {
            throw RefineryError(
                .refused, "\"\(selection.name)\" was made with other models than the current ones",
                hint: "`refinectl models` lists them; select once more to report on it")
        }
    }

    /// The chunks that a selection keeps, or the documents where it keeps those.
    private static func kept(_ selection: SelectionSummary, _ db: Database) throws -> IDSet {
        let unit = selection.rule.unit.rawValue
        let rows = try RowStream(
            db, sql: "SELECT \(unit) FROM selection_\(unit) WHERE selection = ?")
        try rows.begin(selection.id)
        var kept = IDSet()
        while try rows.next() { kept.insert(rows.integer(0)) }
        return kept
    }

    /// Hands over the candidates best first, each with its place, from 1.
    static func rank(
        _ runs: CandidateRuns, _ body: (Candidate, _ rank: Int) throws -> Void
    ) throws {
        var ranked = try runs.ranked()
        var rank = 0
        while let candidate = try ranked.next() {
            rank += 1
            try body(candidate, rank)
        }
    }

    private static func scatter(
        _ candidates: CandidateSet, _ kept: IDSet, _ unit: SelectionRule.Unit
    ) throws -> [ReportData.ScatterPoint] {
        let step = max(1, (candidates.count + ReportGathering.points - 1) / ReportGathering.points)
        var points: [ReportData.ScatterPoint] = []
        var place = 0
        try candidates.forEach { item in
            defer { place += 1 }
            guard place % step == 0, item.bytes > 0 else { return }
            let bytes = Double(item.bytes)
            points.append(
                ReportData.ScatterPoint(
                    teacher: item.teacherNLL / bytes, reference: item.referenceNLL / bytes,
                    isKept: kept.contains(unit == .chunk ? item.chunk : item.document)))
        }
        return points
    }

    private static func example(
        _ place: ReportGathering.Place, _ rule: SelectionRule, _ db: Database
    ) throws -> ReportData.Example? {
        let candidate = place.candidate
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT d.key, c.ordinal, m.name, c.start, c."end", d.bytes FROM chunk c
                CROSS JOIN document d ON d.id = c.document
                LEFT JOIN domain m ON m.id = d.domain WHERE c.id = ?
                """, arguments: [candidate.chunk])
        guard let row else { return nil }
        let range = rule.unit == .chunk ? (row[3] as Int)..<(row[4] as Int) : 0..<(row[5] as Int)
        var texts = try TextReader(db)
        var text = try texts.text(of: candidate.document, range)
        if text.count > exampleBytes {
            var end = exampleBytes
            while end > 0, text[end] & 0xC0 == 0x80 { end -= 1 }
            text.removeSubrange(end...)
        }
        let domain: Data? = row[2]
        return ReportData.Example(
            chunk: candidate.chunk, document: String(decoding: row[0] as Data, as: UTF8.self),
            ordinal: row[1], domain: domain.map { String(decoding: $0, as: UTF8.self) },
            rank: place.rank, score: candidate.score, tokens: Int(candidate.tokens),
            isKept: place.isKept, text: String(decoding: text, as: UTF8.self),
            isWhole: rule.unit == .chunk && text.count == range.count)
    }
}

extension Candidate {
    /// The row id by which a selection of that unit keeps it.
    fileprivate func id(_ unit: SelectionRule.Unit) -> Int64 {
        unit == .chunk ? chunk : document
    }
}

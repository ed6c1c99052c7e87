import Foundation
import GRDB

/// Looks up what the names in a rule stand for, and the texts that its guards read.
struct RuleNames {
    private let db: Database

    /// A look-up within a transaction.
    init(_ db: Database) {
        self.db = db
    }

    /// The domains, the selection and the benchmarks that a rule names, and texts.
    ///
    /// - Throws: ``RefineryError`` for a name that the store does not know: a misspelt domain would
    ///   else stay in, or get nothing.
    func resolve(_ rule: SelectionRule) throws -> Selector.Names {
        var names = Selector.Names()
        try checkColumns(rule)
        for name in rule.excludedDomains { names.excludedDomains.insert(try domain(name)) }
        if let parts = rule.mix?.parts {
            var weights: [Int32: Int] = [:]
            let column = try rule.mix?.by.map { try ImportedColumn(named: $0.name, db) }
            for part in parts {
                let group = try column?.category(part.domain, db) ?? domain(part.domain)
                weights[group] = part.weight.billionths
            }
            names.mix = weights
        }
        if case .like(let name) = rule.size { names.likeTokens = try tokens(of: name, rule.match) }
        let isByColumn = rule.mix?.by != nil
        names.name = { id in
            let name =
                isByColumn ? try ImportedColumn.category(id, db) : try Store.domainName(id, db)
            return name.map { String(decoding: $0, as: UTF8.self) } ?? Mix.noDomain
        }
        let benchmarks = rule.guards.contamination
        if !benchmarks.isEmpty {
            names.contamination = Contamination(
                try benchmarks.map { try Store.windows(of: $0, db) })
        }
        var texts = try TextReader(db)
        names.text = { try texts.text(of: $0) }
        let ranges = try db.makeStatement(
            sql: "SELECT start, \"end\" FROM chunk WHERE id = ?")
        names.range = { chunk in
            guard let row = try Row.fetchOne(ranges, arguments: [chunk]) else {
                throw RefineryError(.unusable, "chunk \(chunk) is not in the store")
            }
            return (row[0] as Int)..<(row[1] as Int)
        }
        return names
    }

    /// Throws for a column that the store does not hold whole, or that is of the other kind.
    func checkColumns(_ rule: SelectionRule) throws {
        for name in rule.importedColumns {
            let column = try ImportedColumn(named: name, db)
            let isMix = rule.mix?.by == .imported(name)
            let isNumber =
                rule.score.columns.contains(.imported(name))
                || rule.ranges.contains {
                    // `NAME=..` asks for nothing but a value.
                    $0.column == .imported(name) && ($0.low != nil || $0.high != nil)
                }
            if column.kind == .category, isNumber {
                throw RefineryError(
                    .refused, "column \(name) holds categories: nothing can be ordered by them",
                    hint: "--mix-by \(name) shares the size out among them")
            }
            if column.kind == .number, isMix {
                throw RefineryError(
                    .refused, "column \(name) holds numbers: a mix goes by categories",
                    hint: "`refinectl columns` lists the imported columns")
            }
        }
    }

    private func domain(_ name: String) throws -> Int32 {
        if name.utf8.elementsEqual(Mix.noDomain.utf8) { return 0 }
        let id = try Int32.fetchOne(
            db, sql: "SELECT id FROM domain WHERE name = ?", arguments: [Data(name.utf8)])
        guard let id else {
            throw RefineryError(
                .notFound, "no document is of domain \"\(name)\"",
                hint: "\(Mix.noDomain) stands for documents without a domain")
        }
        return id
    }

    /// The tokens that a selection keeps, by group.
    private func tokens(
        of name: String, _ match: [SelectionRule.Match]
    ) throws -> [Int64: Int] {
        let row = try Row.fetchOne(
            db, sql: "SELECT id, tokens FROM selection WHERE name = ?", arguments: [name])
        guard let row else {
            throw RefineryError.missing(.selection, name)
        }
        guard !match.isEmpty else { return [0: row[1]] }
        let grouping = Grouping(
            byDomain: match.contains(.domain), byLength: match.contains(.length))
        let rows = try RowStream(
            db,
            sql: """
                SELECT coalesce(d.domain, 0), t.tokens FROM selection s
                CROSS JOIN selection_chunk k ON k.selection = s.id
                CROSS JOIN chunk c ON c.id = k.chunk CROSS JOIN document d ON d.id = c.document
                CROSS JOIN score t ON t.chunk = coalesce(c.duplicate_of, c.id)
                    AND t.model = s.teacher
                WHERE s.id = ?1
                UNION ALL SELECT coalesce(d.domain, 0),
                    (SELECT sum(t.tokens) FROM chunk c
                    CROSS JOIN score t ON t.chunk = coalesce(c.duplicate_of, c.id)
                        AND t.model = s.teacher
                    WHERE c.document = d.id)
                FROM selection s CROSS JOIN selection_document k ON k.selection = s.id
                CROSS JOIN document d ON d.id = k.document WHERE s.id = ?1
                """)
        try rows.begin(row[0])
        var tokens: [Int64: Int] = [:]
        while try rows.next() {
            let (domain, count) = (try rows.small(0), try rows.small(1))
            tokens[grouping.group(domain: domain, tokens: count), default: 0] += Int(count)
        }
        return tokens
    }
}

import Foundation
import GRDB

/// A column that a user brought along, or of a field of documents, as the store holds it.
struct ImportedColumn {
    /// Row id.
    let id: Int64
    /// The name.
    let name: String
    /// What its values are.
    let kind: ColumnKind
    /// What has a value of its own.
    let unit: ItemUnit
}

extension Snapshot {
    /// Looks a column up that rules may read.
    ///
    /// - Throws: ``RefineryError`` where there is none of that name, or its import has not come to
    ///   its end.
    func importedColumn(named name: String) throws -> ImportedColumn {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT c.id, c.kind, c.job, j.ended, c.of_documents FROM imported_column c
                LEFT JOIN job j ON j.id = c.job WHERE c.name = ?
                """, arguments: [name])
        guard let row else { throw try unknownColumn(name) }
        if let job: Int64 = row[2] {
            let isRunning = (row[3] as Int64?) == nil
            throw RefineryError(
                .refused,
                "column \(name) is not whole: job \(job), which imports it, "
                    + (isRunning ? "is running" : "did not come to its end"),
                hint: isRunning
                    ? "wait for it; `refinectl jobs` lists it"
                    : "import its file again: it goes on from there")
        }
        guard let kind = (row[1] as String?).flatMap(ColumnKind.init(rawValue:)) else {
            throw RefineryError(.refused, "column \(name) has no values")
        }
        return ImportedColumn(
            id: row[0], name: name, kind: kind, unit: row[4] ? .document : .chunk)
    }

    private func unknownColumn(_ name: String) throws -> RefineryError {
        let names = try String.fetchAll(db, sql: "SELECT name FROM imported_column ORDER BY name")
        let known = Column.scored.map(\.name) + names.prefix(20)
        let near = NearestName.of(name, among: Column.named.map(\.name) + names)
        return RefineryError(
            .notFound, "there is no column \"\(name)\"",
            hint: (near.map { "did you mean \($0)? " } ?? "") + "columns: "
                + known.joined(separator: ", ")
                + (name.hasPrefix(Column.fieldPrefix)
                    ? "; `refinectl enqueue FILE --keep \(name.dropFirst(Column.fieldPrefix.count))` "
                        + "makes one of documents' fields"
                    : "; `refinectl import-column NAME FILE` adds one"))
    }

    /// The names of the columns that are whole, in order.
    func wholeColumns() throws -> [String] {
        try String.fetchAll(
            db,
            sql: """
                SELECT name FROM imported_column WHERE job IS NULL AND kind IS NOT NULL
                ORDER BY name
                """)
    }

    /// A column with the files that it came from.
    func source(of column: ImportedColumn) throws -> ColumnSource {
        ColumnSource(name: column.name, kind: column.kind, files: try files(ofColumn: column.id))
    }

    /// The files that a column came from, oldest first.
    func files(ofColumn column: Int64) throws -> [ColumnSource.File] {
        try Row.fetchAll(
            db,
            sql: "SELECT corpus, file, sha256 FROM column_file WHERE column = ? ORDER BY id",
            arguments: [column]
        ).map { ColumnSource.File(corpus: $0[0], file: $0[1], sha256: $0[2]) }
    }

    /// The row id of a column's category, 0 for ``DomainName/none``.
    ///
    /// - Throws: ``RefineryError`` where nothing is of that category.
    func categoryID(_ name: String, of column: ImportedColumn) throws -> Int32 {
        if name.utf8.elementsEqual(DomainName.none.utf8) { return 0 }
        let id = try Int32.fetchOne(
            db, sql: "SELECT id FROM column_category WHERE column = ? AND name = ?",
            arguments: [column.id, Data(name.utf8)])
        guard let id else {
            throw RefineryError(
                .notFound, "column \(column.name) has no category \"\(name)\"",
                hint: "`refinectl columns \(column.name)` lists them; \(DomainName.none) means "
                    + "what has none")
        }
        return id
    }

    /// The name of a category; nil for 0.
    func categoryName(_ id: Int32) throws -> [UInt8]? {
        try Data.fetchOne(db, sql: "SELECT name FROM column_category WHERE id = ?", arguments: [id])
            .map { Array($0) }
    }
}

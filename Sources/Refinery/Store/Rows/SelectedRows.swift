import Foundation
import GRDB

/// Reads the rows of one selection, page by page.
struct SelectedRows {
    /// Rows of a page at most, and bytes of their texts, but for the last of them.
    private static let (mostRows, mostBytes) = (512, 1 << 20)

    private let selection: SelectionRow
    /// Whether it keeps chunks or documents.
    let unit: ItemUnit

    /// A reader of the selection of that row id.
    ///
    /// - Throws: ``RefineryError`` where there is none.
    init(_ snapshot: Snapshot, selection id: Int64) throws {
        guard let row = try snapshot.selection(id: id) else {
            throw RefineryError.missing(.selection, id)
        }
        selection = row
        let keepsDocuments = try Bool.fetchOne(
            snapshot.db,
            sql: "SELECT EXISTS (SELECT 1 FROM selection_document WHERE selection = ?)",
            arguments: [id])
        unit = keepsDocuments == true ? .document : .chunk
    }

    /// Hands over row id, rank and score of everything kept; where asked for, with the SHA-256 of
    /// its text, else with no bytes.
    ///
    /// Not one query for all: SQLite would look the chunks up by rank, here and there in the file.
    func forEachPlace(
        _ snapshot: Snapshot, withSHA256: Bool,
        _ body: (Int64, _ rank: Int64, _ score: Double, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let column = unit.rawValue
        let rows = try RowStream(
            snapshot.db,
            sql: """
                SELECT k.\(column), k.rank, k.score\(withSHA256 ? ", x.sha256" : "")
                FROM selection_\(column) k
                \(withSHA256 ? "CROSS JOIN \(column) x ON x.id = k.\(column)" : "")
                WHERE k.selection = ?
                """)
        try rows.begin(selection.id)
        while try rows.next() {
            let (id, rank, score) = (rows.integer(0), rows.integer(1), rows.real(2))
            if withSHA256 {
                try rows.withBytes(3) { try body(id, rank, score, $0) }
            } else {
                try body(id, rank, score, UnsafeRawBufferPointer(start: nil, count: 0))
            }
        }
    }

    /// The rows of the next places (row id, rank, score); none at the end.
    func page(
        _ snapshot: Snapshot, fields: Bool, next: () throws -> (Int64, rank: Int, score: Double)?
    ) throws -> [ExportRow] {
        var reader = try SelectedRowReader(
            snapshot, models: selection.models, unit: unit,
            scoresTokens: selection.scoreUnit == ScoreUnit.token.rawValue, fields: fields)
        var rows: [ExportRow] = []
        var bytes = 0
        while rows.count < Self.mostRows, bytes < Self.mostBytes, let place = try next() {
            guard let row = try reader.row(place) else { continue }
            bytes += row.text.count + (row.fields?.count ?? 0)
            rows.append(row)
        }
        return rows
    }

    /// Throws where not so many rows were read as the selection holds.
    func check(_ count: Int, _ snapshot: Snapshot) throws {
        guard count != selection.count else { return }
        _ = try SelectedRows(snapshot, selection: selection.id)
        throw RefineryError(
            .unusable,
            "selection \(selection.id) has \(selection.count) rows, \(count) could be read",
            hint: "the file is damaged; restore a backup")
    }
}

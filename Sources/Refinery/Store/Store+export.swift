import GRDB

extension Store {
    /// Hands over a selection's rows one by one, on a snapshot, in bounded memory.
    ///
    /// - Parameters:
    ///   - selection: Row id.
    ///   - options: Order, joining, and whether to read the documents' other fields too.
    ///   - body: Called for each row; what it throws ends the export.
    /// - Throws: `StoreError` where there is no such selection or a row cannot be read; what
    ///   `body` throws.
    public func exportRows(
        selection: Int64, _ options: ExportOptions, _ body: (ExportRow) throws -> Void
    ) throws {
        try options.validate()
        try pool.read { db in
            var rows = try ExportReader(db, selection: selection, folder: folder)
            guard options.mergesAdjacent else { return try rows.read(options, body) }
            var adjacent = AdjacentRows()
            try rows.read(options) { row in
                if let run = adjacent.add(row) { try body(run) }
            }
            if let run = adjacent.finish() { try body(run) }
        }
    }
}

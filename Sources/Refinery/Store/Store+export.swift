import GRDB

extension Store {
    /// Hands over a selection's rows one by one, in bounded memory.
    ///
    /// They are read in pages, so that no connection is held while `body` waits for a client. What
    /// a selection holds does not change; where it is deleted meanwhile, its rows end in an error.
    ///
    /// - Parameters:
    ///   - selection: Row id.
    ///   - options: Order, joining, and whether to read the documents' other fields too.
    ///   - body: Called for each row; what it throws ends the export.
    /// - Throws: `RefineryError` where there is no such selection or a row cannot be read; what
    ///   `body` throws.
    public func exportRows(
        selection: Int64, _ options: ExportOptions, _ body: (ExportRow) throws -> Void
    ) throws {
        try options.validate()
        let reader = try read { try ExportReader($0, selection: selection) }
        var places = try read { try reader.places($0, options, folder: folder) }
        var adjacent = AdjacentRows()
        var count = 0
        while true {
            let page = try read { try reader.page(of: &places, fields: options.fields, $0) }
            guard !page.isEmpty else { break }
            count += page.count
            for row in page {
                if !options.mergesAdjacent {
                    try body(row)
                } else if let run = adjacent.add(row) {
                    try body(run)
                }
            }
        }
        if let run = adjacent.finish() { try body(run) }
        try read { try reader.check(count, $0) }
    }
}

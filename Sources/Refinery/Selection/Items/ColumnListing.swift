/// Looks up the values of all imported columns, chunk by chunk or document by document.
final class ColumnListing {
    /// The columns' names, in order.
    let names: [String]

    private let columns: [ImportedColumn]
    private let rows: ColumnRows
    private let snapshot: Snapshot
    private var categories: [Int32: [UInt8]] = [:]

    /// A listing of all columns that are whole, or of those named; of chunks from `first` on.
    init(_ snapshot: Snapshot, named known: [String]? = nil, from first: ColumnPlace? = nil) throws
    {
        self.snapshot = snapshot
        names = try known ?? snapshot.wholeColumns()
        columns = try names.map { try snapshot.importedColumn(named: $0) }
        rows = try ColumnRows(snapshot, columns, from: first)
    }

    /// The values of a chunk in the order of ``names``, nil where it has none; ids must ascend from
    /// call to call.
    func next(_ chunk: ColumnPlace) throws -> [ColumnValue?] {
        var values: [ColumnValue?] = columns.map { _ in nil }
        try rows.next(chunk) { values[$0] = try value($1, columns[$0]) }
        return values
    }

    /// The values of any chunk.
    func values(of chunk: ColumnPlace) throws -> [ColumnValue?] {
        try columns.enumerated().map { place, column in
            try rows.find(place, chunk).map { try value($0, column) }
        }
    }

    /// The values of a document: as ``ImportedValues/Whole`` has them, over the chunks that both
    /// models have scored.
    func values(
        ofDocument document: Int64, _ models: ByRole<Int64>
    ) throws -> [ColumnValue?] {
        guard !columns.isEmpty else { return [] }
        let chunks = try snapshot.scoredChunks(ofDocument: document, models)
        return try columns.enumerated().map { place, column in
            var whole = ImportedValues.Whole()
            for chunk in chunks {
                var values = ImportedValues()
                values[0] =
                    try rows.find(
                        place,
                        ColumnPlace(
                            chunk: chunk.chunk, original: chunk.original, document: document))
                    ?? .nan
                whole.add(values, tokens: chunk.tokens)
            }
            let number = whole.values(categories: column.kind == .category ? [0] : [])[0]
            return number.isNaN ? nil : try value(number, column)
        }
    }

    private func value(_ number: Double, _ column: ImportedColumn) throws -> ColumnValue {
        guard column.kind == .category, let id = Int32(exactly: number) else {
            return .number(number)
        }
        if let name = categories[id] { return .category(name) }
        let name = try snapshot.categoryName(id) ?? []
        categories[id] = name
        return .category(name)
    }
}

/// Where in a Parquet file something is: each part is nil where it is not known.
public struct ParquetPlace: Sendable, Equatable, CustomStringConvertible {
    /// The file's path.
    public var path: String?

    /// The row group, counted from 0 as in the file's metadata.
    public var rowGroup: Int?

    /// The column's name.
    public var column: String?

    /// The first row of the file that was not read, counted from 1 as lines are.
    public var row: Int?

    /// A place of which only the given parts are known.
    public init(
        path: String? = nil, rowGroup: Int? = nil, column: String? = nil, row: Int? = nil
    ) {
        self.path = path
        self.rowGroup = rowGroup
        self.column = column
        self.row = row
    }

    /// The parts that are known, from the outside in: `a.parquet: row group 2, column "text"`.
    public var description: String {
        let inner = [
            rowGroup.map { "row group \($0)" }, column.map { "column \"\($0)\"" },
            row.map { "row \($0)" },
        ].compactMap { $0 }.joined(separator: ", ")
        let parts = [path ?? "", inner].filter { !$0.isEmpty }
        return ParquetError.printable(parts.joined(separator: ": "))
    }

    /// This place, with what it lacks taken from `outer`.
    func within(_ outer: ParquetPlace) -> ParquetPlace {
        ParquetPlace(
            path: path ?? outer.path, rowGroup: rowGroup ?? outer.rowGroup,
            column: column ?? outer.column, row: row ?? outer.row)
    }
}

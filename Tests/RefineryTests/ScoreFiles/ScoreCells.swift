import Parquet

@testable import Refinery

/// A Parquet file as cells, each of which a test can change: what another program could write.
struct ScoreCells: Equatable {
    enum Cell: Equatable {
        case none
        case text([UInt8])
        case integer(Int64)
        case double(UInt64)

        static func number(_ value: Double) -> Cell { .double(value.bitPattern) }
        static func words(_ text: String) -> Cell { .text(Array(text.utf8)) }
    }

    /// Names and kinds; every column may be without a value.
    var columns: [ParquetWriterColumn]
    var rows: [[Cell]] = []
    var header: [String]
    var trailer: [String]

    /// The cells of a score file.
    init(path: String) throws {
        let file = try ParquetFile(path: path)
        columns = ScoreFileColumns.all.map {
            ParquetWriterColumn($0.name, $0.kind, isOptional: true)
        }
        func lines(_ key: String) -> [String] {
            file.metadata(key).map { String(decoding: $0, as: UTF8.self) }
        }
        (header, trailer) = (lines("refinery.header"), lines("refinery.trailer"))
        var reader = try file.reader(columns: columns.map(\.name))
        while let batch = try reader.next() {
            for row in 0..<batch.count {
                rows.append(batch.columns.map { Self.cell($0, row) })
            }
        }
    }

    private static func cell(_ values: ParquetValues, _ row: Int) -> Cell {
        guard !values.isNull(row) else { return .none }
        return switch values.column.kind {
        case .integer: .integer(values.integer(row))
        case .double: .number(values.double(row))
        default: .text(values.bytes(row))
        }
    }

    /// The place of a column.
    func place(_ name: String) -> Int { columns.firstIndex { $0.name == name } ?? -1 }

    /// The file's bytes.
    func bytes() throws -> [UInt8] {
        var bytes: [UInt8] = []
        var options = ParquetWriter.Options()
        options.metadata =
            header.map { (key: "refinery.header", value: $0) }
            + trailer.map { (key: "refinery.trailer", value: $0) }
        let writer = try ParquetWriter(columns: columns, options: options) { bytes += $0 }
        for row in rows {
            for (column, cell) in row.enumerated() {
                switch cell {
                case .none: break
                case .text(let text):
                    try text.withUnsafeBytes { try writer.set(column, text: $0) }
                case .integer(let value): try writer.set(column, integer: value)
                case .double(let bits):
                    try writer.set(column, double: Double(bitPattern: bits))
                }
            }
            try writer.endRow()
        }
        _ = try writer.finish()
        return bytes
    }
}

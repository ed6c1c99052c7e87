import Foundation
import Parquet

/// Writes a file's columns of text, integers, doubles and booleans to another file.
enum FileCopy {
    /// Copies `source` to `target`; prints the seconds that writing took, rows and bytes.
    ///
    /// All rows are read before the clock starts.
    static func copy(from source: String, to target: String, _ options: ParquetWriter.Options)
        throws
    {
        let file = try ParquetFile(path: source)
        let columns = file.columns.filter { kind(of: $0) != nil }
        var reader = try file.reader(columns: columns.map(\.name))
        var batches: [ParquetBatch] = []
        while let batch = try reader.next() { batches.append(batch) }

        _ = FileManager.default.createFile(atPath: target, contents: nil)
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: target))
        let clock = ContinuousClock()
        let start = clock.now
        let writer = try ParquetWriter(
            columns: columns.compactMap { column in
                kind(of: column).map {
                    ParquetWriterColumn(column.name, $0, isOptional: column.isOptional)
                }
            }, options: options
        ) { try handle.write(contentsOf: $0) }
        for batch in batches {
            for row in 0..<batch.count {
                for (index, values) in batch.columns.enumerated() where !values.isNull(row) {
                    try set(index, values, row, writer)
                }
                try writer.endRow()
            }
        }
        let summary = try writer.finish()
        try handle.close()
        let took = (clock.now - start).components
        print(
            "\(Double(took.seconds) + Double(took.attoseconds) / 1e18) \(summary.rows) "
                + "\(summary.bytes)")
    }

    private static func set(
        _ index: Int, _ values: ParquetValues, _ row: Int, _ writer: ParquetWriter
    ) throws {
        switch values.column.kind {
        case .boolean: try writer.set(index, boolean: values.boolean(row))
        case .integer: try writer.set(index, integer: values.integer(row))
        case .float, .double: try writer.set(index, double: values.double(row))
        case .text, .binary: try values.withBytes(row) { try writer.set(index, text: $0) }
        case .unsigned: break
        }
    }

    private static func kind(of column: ParquetColumn) -> ParquetWriterColumn.Kind? {
        switch column.kind {
        case .boolean: .boolean
        case .integer: .integer
        case .double: .double
        case .text: .text
        case .float, .unsigned, .binary: nil
        }
    }
}

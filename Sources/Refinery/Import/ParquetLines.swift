import Parquet

/// The rows of a Parquet file as lines of JSONL, so that one way leads into the store.
///
/// A row is a line, and its number, from 1, is the line's. Columns that hold lists and groups are
/// passed over, and so are bytes that are no text, except where they are the document's own text.
public struct ParquetLines {
    /// A column that is passed over, and why, for people.
    public let skipped: [String]

    private let path: String
    private let rows: Int
    private var reader: ParquetReader
    private var batch: ParquetBatch?
    private var next = 0
    private var rowsRead = 0

    /// Bytes of lines that are handed over at once, but for the last of them.
    private static let pieceBytes = 1 << 20

    /// Opens a file.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - fields: the columns with text, id and domain; nil where none is asked for.
    ///   - keepsOthers: whether the other columns become fields, too; else they are not read.
    /// - Throws: ``RefineryError`` where it is no Parquet file, is damaged or encrypted, or has no
    ///   column with the text.
    public init(path: String, fields: FieldNames?, keepsOthers: Bool) throws {
        self.path = path
        let file = try Self.explained { () throws(ParquetError) in try ParquetFile(path: path) }
        rows = file.rowCount
        guard file.hasPossibleRowCount else {
            throw RefineryError(
                .input, "\(path) says that its \(file.size) bytes hold \(rows) rows",
                hint: "the file is damaged, or made to take for ever")
        }
        if let fields, file.column(named: fields.text) == nil {
            // The reader names what is there.
            _ = try Self.explained { () throws(ParquetError) in
                try file.reader(columns: [fields.text])
            }
            throw RefineryError(.input, "\(path) has no column \(fields.text)")
        }
        let named =
            fields.map { [$0.text] + ($0.readsID ? [$0.id] : []) + [$0.domain] } ?? []
        var names: [String] = []
        var passedOver = file.skippedColumns.map { "\($0.name): \($0.reason)" }
        for column in file.columns {
            let isText = fields.map { column.name.utf8.elementsEqual($0.text.utf8) } ?? false
            let isNamed = named.contains { column.name.utf8.elementsEqual($0.utf8) }
            guard isNamed || keepsOthers else { continue }
            let twins = file.columns.count { $0.name.utf8.elementsEqual(column.name.utf8) }
            if twins > 1, !isNamed {
                passedOver.append("\(column.name): \(twins) columns have that name")
                continue
            }
            if column.kind == .binary, !isText {
                passedOver.append("\(column.name): it holds bytes that are not said to be text")
                continue
            }
            names.append(column.name)
        }
        skipped = passedOver
        reader = try Self.explained { () throws(ParquetError) in
            try file.reader(columns: names)
        }
    }

    /// The share of the rows that were handed over.
    public var share: Double { rows > 0 ? min(1, Double(rowsRead) / Double(rows)) : 1 }

    /// Some more lines, each with its end; nil at the end.
    ///
    /// - Throws: ``RefineryError`` naming row group, column and row where the file is damaged; every
    ///   row before that was handed over.
    public mutating func piece() throws -> [UInt8]? {
        var json = JSONBytes()
        while json.bytes.count < Self.pieceBytes {
            if batch.map({ next == $0.count }) ?? true {
                do throws(ParquetError) {
                    batch = try reader.next()
                } catch {
                    // What was complete goes first; the same error comes again.
                    guard json.bytes.isEmpty else { return json.bytes }
                    throw RefineryError(.input, error.message, hint: error.hint)
                }
                next = 0
            }
            guard let batch else { break }
            Self.write(batch, row: next, &json)
            next += 1
            rowsRead += 1
        }
        return json.bytes.isEmpty ? nil : json.bytes
    }

    private static func write(_ batch: ParquetBatch, row: Int, _ json: inout JSONBytes) {
        json.raw("{")
        var isFirst = true
        for values in batch.columns where !values.isNull(row) {
            if !isFirst { json.raw(",") }
            isFirst = false
            json.string(values.column.name.utf8)
            json.raw(":")
            switch values.column.kind {
            case .boolean: json.raw(values.boolean(row) ? "true" : "false")
            case .integer: json.raw("\(values.integer(row))")
            case .unsigned: json.raw("\(values.unsigned(row))")
            case .float: number(Float(values.double(row)), &json)
            case .double: number(values.double(row), &json)
            case .text, .binary: values.withBytes(row) { json.string($0) }
            }
        }
        json.raw("}\n")
    }

    /// JSON has no NaN and no infinity.
    private static func number(
        _ value: some BinaryFloatingPoint & CustomStringConvertible, _ json: inout JSONBytes
    ) {
        json.raw(value.isFinite ? value.description : "null")
    }

    private static func explained<Value>(
        _ body: () throws(ParquetError) -> Value
    ) throws -> Value {
        do throws(ParquetError) {
            return try body()
        } catch {
            throw RefineryError(.input, error.message, hint: error.hint)
        }
    }
}

extension ParquetFile {
    /// More rows than this for each of its bytes a file can say, but not have: a few bytes can stand
    /// for billions of equal rows.
    private static let rowsPerByte = 100

    /// Whether its bytes can hold the rows that it says.
    var hasPossibleRowCount: Bool { rowCount / Self.rowsPerByte <= size }
}

import Parquet

/// Prints a file's values in a form that Python makes of its own, too.
enum ValueDump {
    /// Prints every flat column's value of every row, a JSON array of strings and nulls a row.
    static func dump(path: String) throws {
        let file = try ParquetFile(path: path)
        guard !file.columns.isEmpty else { return }
        var reader = try file.reader(columns: file.columns.map(\.name))
        while let batch = try reader.next() {
            var lines = ""
            for row in 0..<batch.count {
                let values = batch.columns.map { text($0, row).map(quoted) ?? "null" }
                lines += "[" + values.joined(separator: ", ") + "]\n"
            }
            print(lines, terminator: "")
        }
    }

    /// Prints what the columns are.
    static func columns(path: String) throws {
        let file = try ParquetFile(path: path)
        for column in file.columns {
            print(
                "\(column.name)\t\(column.typeName)\t\(column.isOptional ? "optional" : "required")"
            )
        }
        for column in file.skippedColumns { print("\(column.name)\tskipped: \(column.reason)") }
    }

    /// A value: integers in decimal, numbers by the bits of their double, bytes in hex.
    static func text(_ values: ParquetValues, _ row: Int) -> String? {
        guard !values.isNull(row) else { return nil }
        return switch values.column.kind {
        case .boolean: values.boolean(row) ? "true" : "false"
        case .integer: "\(values.integer(row))"
        case .unsigned: "\(values.unsigned(row))"
        case .float, .double: bits(values.double(row))
        case .text: String(decoding: values.bytes(row), as: UTF8.self)
        case .binary: values.bytes(row).map { hex($0) }.joined()
        }
    }

    private static func bits(_ number: Double) -> String {
        number.isNaN ? "nan" : hex(number.bitPattern)
    }

    private static func hex<Number: FixedWidthInteger>(_ number: Number) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: Number.bitWidth / 4 - digits.count) + digits
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case _ where scalar.value < 0x20:
                result += "\\u00" + hex(UInt8(scalar.value))
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

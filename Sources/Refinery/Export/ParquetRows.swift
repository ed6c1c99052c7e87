import Parquet

/// Writes the lines of an export as rows of a Parquet file.
///
/// The columns are the lines' members. `chunk` and `domain` may be null; `fields`, where it is asked
/// for, is the document's other fields as JSON. Pages are compressed with zstd.
public final class ParquetRows {
    private enum Kind {
        case text, integer, double, boolean, json
    }

    private static let members: [(name: String, kind: Kind, isOptional: Bool)] = [
        ("id", .text, false), ("chunk", .integer, true), ("text", .text, false),
        ("domain", .text, true), ("score", .double, false), ("teacher_nll", .double, false),
        ("reference_nll", .double, false), ("tokens", .integer, false), ("rank", .integer, false),
        ("start", .integer, false), ("end", .integer, false), ("final", .boolean, false),
        ("fields", .json, true),
    ]

    private let writer: ParquetWriter
    private let count: Int

    /// A file without rows.
    ///
    /// - Parameters:
    ///   - keepFields: whether lines end in `fields`.
    ///   - sink: takes the file's bytes, in order.
    /// - Throws: What `sink` throws.
    public init(keepFields: Bool, sink: @escaping ([UInt8]) throws -> Void) throws {
        count = Self.members.count - (keepFields ? 0 : 1)
        let columns = Self.members.prefix(count).map { member in
            let kind: ParquetWriterColumn.Kind =
                switch member.kind {
                case .text, .json: .text
                case .integer: .integer
                case .double: .double
                case .boolean: .boolean
                }
            return ParquetWriterColumn(member.name, kind, isOptional: member.isOptional)
        }
        var options = ParquetWriter.Options()
        options.createdBy = "refinery \(refineryVersion)"
        writer = try ParquetWriter(columns: columns, options: options, sink: sink)
    }

    /// Writes one line of an export, without its end.
    ///
    /// - Throws: ``RefineryError`` for what is no line of an export; what `sink` throws.
    public func add(_ line: UnsafeRawBufferPointer) throws {
        var scanner = JSONScanner(line)
        var values: [JSONScanner.Value] = []
        var isExpected = true
        do throws(JSONError) {
            scanner.skipSpace()
            let keys = scanner
            try scanner.object { member in
                let place = values.count
                isExpected =
                    isExpected && place < count
                    && keys.bytes[member.key].elementsEqual(Self.members[place].name.utf8)
                values.append(member.value)
            }
            try scanner.end()
        } catch {
            throw Self.unexpected(error.message)
        }
        guard isExpected, values.count == count else {
            throw Self.unexpected("its members are not those of an export")
        }
        for (column, value) in values.enumerated() where value.kind != .null {
            try set(column, value, scanner)
        }
        try writer.endRow()
    }

    /// Ends the file.
    public func finish() throws { _ = try writer.finish() }

    private func set(
        _ column: Int, _ value: JSONScanner.Value, _ scanner: JSONScanner
    ) throws {
        let raw = scanner.bytes[value.range]
        let (name, kind, _) = Self.members[column]
        func text() -> String { String(decoding: raw, as: UTF8.self) }
        switch (kind, value.kind) {
        case (.text, .string):
            return try scanner.text(value).withUnsafeBytes { try writer.set(column, text: $0) }
        case (.json, .object):
            return try writer.set(column, text: UnsafeRawBufferPointer(rebasing: raw))
        case (.integer, .number):
            if let number = Int64(text()) { return try writer.set(column, integer: number) }
        case (.double, .number):
            if let number = Double(text()) { return try writer.set(column, double: number) }
        case (.boolean, .boolean):
            return try writer.set(column, boolean: raw.first == UInt8(ascii: "t"))
        default: break
        }
        throw Self.unexpected("\(name) is a \(value.kind.rawValue)")
    }

    private static func unexpected(_ what: String) -> RefineryError {
        RefineryError(
            .output, "a row that arrived is no row of an export: \(what)",
            hint: "refinectl and refineryd are of different versions")
    }
}

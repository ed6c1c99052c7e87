/// One scored chunk or document with the value of every column.
public struct ScoreListing: Sendable, Equatable {
    /// The document's id, as bytes.
    public var document: [UInt8]
    /// Which chunk of the document, from 0; nil where the row is a whole document.
    public var ordinal: Int?
    /// Row id in `chunk`; of a document its first chunk's.
    public var chunkID: Int64
    /// The document's domain, nil where it has none.
    public var domain: [UInt8]?
    /// Whether its text stands earlier already.
    public var isDuplicate: Bool
    /// A value for each of ``Column/scored`` in their order, nil where the store has none.
    public var values: [Double?]
    /// The names of the imported columns.
    public var importedNames: [String] = []
    /// A value for each of them, nil where there is none.
    public var imported: [ColumnValue?] = []

    /// The first line of the CSV form, with a newline at the end.
    public static func csvHeader(_ importedNames: [String]) -> String {
        (["id", "chunk", "chunk_id", "domain", "duplicate"] + Column.scored.map(\.name)
            + importedNames).joined(separator: ",") + "\n"
    }

    /// Writes the row as one line of JSON, with a newline at the end.
    public func write(to json: inout JSONBytes) {
        json.raw("{\"id\":")
        json.repairedString(document)
        json.raw(",\"chunk\":\(ordinal.map(String.init) ?? "null"),\"chunk_id\":\(chunkID)")
        json.raw(",\"domain\":")
        if let domain { json.repairedString(domain) } else { json.raw("null") }
        json.raw(",\"duplicate\":\(isDuplicate)")
        for (column, value) in zip(Column.scored, values) {
            json.raw(",\"\(column.name)\":")
            if let value { json.number(value) } else { json.raw("null") }
        }
        for (name, value) in zip(importedNames, imported) {
            json.raw(",\"\(name)\":")
            switch value {
            case .number(let number): json.number(number)
            case .category(let name): json.repairedString(name)
            case nil: json.raw("null")
            }
        }
        json.raw("}\n")
    }

    /// Writes the row as one line of CSV (RFC 4180, but for the newline), empty where a value is
    /// missing.
    public func writeCSV(to json: inout JSONBytes) {
        json.raw(Self.quoted(document))
        json.raw(",\(ordinal.map(String.init) ?? ""),\(chunkID),")
        if let domain { json.raw(Self.quoted(domain)) }
        json.raw(",\(isDuplicate)")
        for value in values {
            json.raw(",")
            if let value { json.number(value) }
        }
        for value in imported {
            json.raw(",")
            switch value {
            case .number(let number): json.number(number)
            case .category(let name): json.raw(Self.quoted(name))
            case nil: break
            }
        }
        json.raw("\n")
    }

    private static func quoted(_ bytes: [UInt8]) -> [UInt8] {
        let text = Array(String(decoding: bytes, as: UTF8.self).utf8)
        let quote = UInt8(ascii: "\"")
        guard text.contains(where: { $0 == quote || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D })
        else { return text }
        return [quote] + text.flatMap { $0 == quote ? [quote, quote] : [$0] } + [quote]
    }
}

/// The forms that scores are listed in.
public enum ScoreFormat: String, Sendable, CaseIterable {
    /// A JSON object a line.
    case jsonl
    /// A header, then a line of values each.
    case csv
}

/// Turns lines such as `{"id": "a", "chunk": 3, "value": 0.7}` into values.
///
/// As strict as ``DocumentParser``; without `chunk`, or with null, the value is the document's.
struct ColumnParser: Sendable {
    /// The fields of a line; any may be dotted.
    struct Fields: Sendable, Equatable {
        /// The field with the document's id.
        var id = "id"
        /// The field that counts the document's chunks, from 0.
        var chunk = "chunk"
        /// The field with the value.
        var value = "value"
    }

    /// What a line turned out to be.
    enum Outcome {
        /// Empty or white space: nothing, and no reject.
        case blank
        /// A value.
        case value(ColumnLine)
        /// Not taken.
        case reject(Reject)
    }

    private let id: FieldPath
    private let chunk: FieldPath
    private let value: FieldPath

    /// A parser of lines with these fields.
    init(_ fields: Fields) {
        id = FieldPath(fields.id)
        chunk = FieldPath(fields.chunk)
        value = FieldPath(fields.value)
    }

    /// Parses one line, without its line end.
    ///
    /// `hasChunk` becomes true where the line has the field that counts chunks.
    func parse(
        _ line: UnsafeRawBufferPointer, line number: Int, _ hasChunk: inout Bool
    ) -> Outcome {
        if let offset = TextValidation.invalidOffset(line) {
            return .reject(.notUTF8(number, at: offset))
        }
        var scanner = JSONScanner(line)
        scanner.skipSpace()
        guard let first = scanner.next else { return .blank }
        do throws(JSONError) {
            guard first == UInt8(ascii: "{") else {
                let value = try scanner.value()
                try scanner.end()
                return .reject(.notAnObject(number, value.kind))
            }
            return try value(&scanner, number, &hasChunk)
        } catch {
            return .reject(.unreadable(number, error))
        }
    }

    private func value(
        _ scanner: inout JSONScanner, _ number: Int, _ hasChunk: inout Bool
    ) throws(JSONError) -> Outcome {
        var fields = [id, chunk, value].map(FieldLookup.init)
        // The members are shown a scanner of their own, as `scanner` is being changed.
        let reader = scanner
        try scanner.object { member in
            for place in fields.indices { _ = fields[place].see(member, reader) }
        }
        try scanner.end()
        let found = fields.map { $0.find(reader.bytes)?.value }
        hasChunk = hasChunk || found[1] != nil
        let document: [UInt8]
        switch scanner.documentID(found[0]) {
        case .id(let id): document = id
        case .none: return .reject(.missing(id, .missingID, number, scanner.bytes))
        case .wrong(let kind):
            return .reject(.wrongType(id, "a string or an integer", kind, number))
        }
        var ordinal: Int?
        if let chunk = found[1], chunk.kind != .null {
            ordinal = Int(String(decoding: scanner.bytes[chunk.range], as: UTF8.self))
            guard chunk.kind == .number, let ordinal, ordinal >= 0 else {
                return .reject(
                    .wrongType(
                        self.chunk, "a whole number from 0", chunk.kind, number, id: document))
            }
        }
        guard let value = found[2], value.kind != .null else {
            return .reject(
                .missing(self.value, .missingValue, number, scanner.bytes, id: document))
        }
        guard let parsed = scanner.columnValue(value) else {
            return .reject(
                .wrongType(
                    self.value,
                    "a number up to \(ColumnValue.greatest) or a string of 1 to "
                        + "\(ColumnValue.longestCategory) bytes that is not \(DomainName.none) or "
                        + DomainName.others,
                    value.kind, number, id: document))
        }
        return .value(ColumnLine(id: document, ordinal: ordinal, value: parsed, line: number))
    }
}

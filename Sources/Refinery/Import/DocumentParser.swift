/// Turns lines of JSONL into documents.
///
/// The whole line is checked strictly (RFC 8259, valid UTF-8, no half surrogate pairs, at most
/// `JSONScanner.maxDepth` levels); nothing is repaired. Where a key stands twice the last counts,
/// as in Python. Serves `enqueue` and, with `allowEmptyText`, `refinectl score` and `tokenize`.
public struct DocumentParser: Sendable {
    /// What a line turned out to be.
    public enum Outcome: Sendable, Equatable {
        /// Empty or white space: nothing, and no reject.
        case blank
        /// A document.
        case document(ImportedDocument)
        /// Not taken.
        case reject(Reject)
    }

    private let text: FieldPath
    private let id: FieldPath
    private let domain: FieldPath
    private let allowEmptyText: Bool
    private let keepFields: Bool
    private let readsID: Bool

    /// A parser of lines with these fields.
    ///
    /// `allowEmptyText` takes texts that are empty or white space only; without `keepFields` the
    /// lines' other fields are dropped.
    public init(
        fields: FieldNames = FieldNames(), allowEmptyText: Bool = false, keepFields: Bool = true
    ) {
        text = FieldPath(fields.text)
        id = FieldPath(fields.id)
        domain = FieldPath(fields.domain)
        self.allowEmptyText = allowEmptyText
        self.keepFields = keepFields
        readsID = fields.readsID
    }

    /// Parses one line, without its line end.
    ///
    /// A line whose id is missing, null or empty gets `file:line`. An integer id becomes its
    /// decimal text. A domain that is missing or null is none.
    public func parse(_ line: UnsafeRawBufferPointer, line number: Int, file: String) -> Outcome {
        var seen = FieldsSeen()
        return parse(line, line: number, file: file, &seen)
    }

    /// Parses one line, without its line end, and takes note of the fields that it has.
    public func parse(
        _ line: UnsafeRawBufferPointer, line number: Int, file: String, _ seen: inout FieldsSeen
    ) -> Outcome {
        if let offset = TextValidation.invalidOffset(line) {
            return .reject(.notUTF8(number, at: offset))
        }
        var scanner = JSONScanner(line)
        scanner.skipSpace()
        guard let first = scanner.next else { return .blank }
        do throws(JSONError) {
            guard first == UInt8(ascii: "{") else { return try notAnObject(&scanner, number) }
            return try document(&scanner, number, file, &seen)
        } catch {
            return .reject(.unreadable(number, error))
        }
    }

    private func notAnObject(
        _ scanner: inout JSONScanner, _ number: Int
    ) throws(JSONError) -> Outcome {
        let value = try scanner.value()
        try scanner.end()
        return .reject(.notAnObject(number, value.kind))
    }

    private func document(
        _ scanner: inout JSONScanner, _ number: Int, _ file: String, _ seen: inout FieldsSeen
    ) throws(JSONError) -> Outcome {
        var textField = FieldLookup(text)
        var idField = FieldLookup(id)
        var domainField = FieldLookup(domain)
        var others: [Range<Int>] = []
        // The members are shown a scanner of their own, as `scanner` is being changed.
        let reader = scanner
        try scanner.object { member in
            var isOurs = textField.see(member, reader)
            if readsID { isOurs = idField.see(member, reader) || isOurs }
            isOurs = domainField.see(member, reader) || isOurs
            if !isOurs && keepFields {
                others.append(member.key.lowerBound - 1..<member.value.range.upperBound)
            }
        }
        try scanner.end()

        let foundID = idField.find(scanner.bytes)?.value
        seen.lines = true
        seen.id = seen.id || foundID != nil
        seen.domain = seen.domain || domainField.find(scanner.bytes) != nil
        let documentID: [UInt8]
        switch scanner.documentID(foundID) {
        case .id(let id): documentID = id
        case .none: documentID = Array("\(file):\(number)".utf8)
        case .wrong(let kind):
            return .reject(.wrongType(self.id, "a string or an integer", kind, number))
        }
        guard let (value, nested) = textField.find(scanner.bytes) else {
            return .reject(
                .missing(text, .missingText, number, scanner.bytes, id: documentID))
        }
        guard value.kind == .string else {
            return .reject(.wrongType(text, "a string", value.kind, number, id: documentID))
        }
        var documentDomain: [UInt8]?
        if let (value, _) = domainField.find(scanner.bytes), value.kind != .null {
            guard value.kind == .string else {
                return .reject(
                    .wrongType(domain, "a string or null", value.kind, number, id: documentID))
            }
            documentDomain = scanner.text(value)
        }
        let bytes = scanner.text(value)
        if !allowEmptyText && bytes.withUnsafeBytes(TextValidation.isBlank) {
            let what = bytes.isEmpty ? "is empty" : "is white space only"
            return .reject(
                Reject(
                    line: number, id: documentID, reason: .emptyText,
                    detail: "\(Reject.quoted(text.name)) \(what)"))
        }
        return .document(
            ImportedDocument(
                id: documentID, text: bytes, domain: documentDomain,
                fields: fields(others, without: nested, scanner.bytes), line: number))
    }

    /// The other fields as one JSON object, `nested` cut out of the one that holds it.
    private func fields(
        _ members: [Range<Int>], without nested: Range<Int>?, _ bytes: UnsafeRawBufferPointer
    ) -> [UInt8]? {
        guard !members.isEmpty else { return nil }
        var object: [UInt8] = []
        object.reserveCapacity(members.reduce(1) { $0 + $1.count + 1 })
        for member in members {
            object.append(object.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
            if let nested, member.contains(nested.lowerBound) {
                object.append(contentsOf: bytes[member.lowerBound..<nested.lowerBound])
                object.append(contentsOf: bytes[nested.upperBound..<member.upperBound])
            } else {
                object.append(contentsOf: bytes[member])
            }
        }
        object.append(UInt8(ascii: "}"))
        return object
    }
}

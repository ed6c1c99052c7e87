extension Reject {
    /// A line that is no JSON.
    static func unreadable(_ line: Int, _ error: JSONError) -> Reject {
        Reject(
            line: line, reason: error.kind == .loneSurrogate ? .invalidUnicode : .invalidJSON,
            detail: "\(error.message) at column \(error.offset + 1)")
    }

    /// A line that is not UTF-8.
    static func notUTF8(_ line: Int, at offset: Int) -> Reject {
        Reject(
            line: line, reason: .invalidUTF8, detail: "not UTF-8 at byte \(offset + 1) of the line")
    }

    /// A line that is no object.
    static func notAnObject(_ line: Int, _ found: JSONScanner.Kind) -> Reject {
        Reject(
            line: line, reason: .notAnObject,
            detail: "expected an object, found \(found.withArticle)")
    }

    /// A line without a field; `bytes` are the line's, checked.
    static func missing(
        _ field: FieldPath, _ reason: RejectReason, _ line: Int, _ bytes: UnsafeRawBufferPointer,
        id: [UInt8]? = nil
    ) -> Reject {
        Reject(
            line: line, id: id, reason: reason,
            detail: "no field \(quoted(field.name)); \(names(bytes))")
    }

    /// A line with a field of another type than it must have.
    static func wrongType(
        _ field: FieldPath, _ wanted: String, _ found: JSONScanner.Kind, _ line: Int,
        id: [UInt8]? = nil
    ) -> Reject {
        Reject(
            line: line, id: id, reason: .wrongType,
            detail: "\(quoted(field.name)) is \(found.withArticle), expected \(wanted)")
    }

    /// A name in quotes, cut if it is long.
    static func quoted(_ name: some Sequence<UInt8>) -> String {
        let start = Array(name.prefix(41))
        let shown = String(decoding: start.prefix(40), as: UTF8.self)
        return "\"\(shown)\(start.count > 40 ? "…" : "")\""
    }

    /// What the fields of a checked line are called, the first few.
    private static func names(_ bytes: UnsafeRawBufferPointer) -> String {
        var names: [String] = []
        var count = 0
        var scanner = JSONScanner(bytes)
        scanner.skipSpace()
        try? scanner.object { member in
            count += 1
            if count <= 8 { names.append(quoted(bytes[member.key])) }
        }
        guard count > 0 else { return "the line has no fields" }
        let more = count > 8 ? " and \(count - 8) more" : ""
        return "the line has \(names.joined(separator: ", "))\(more)"
    }
}

extension JSONScanner.Kind {
    /// The kind for people.
    fileprivate var withArticle: String {
        switch self {
        case .null: "null"
        case .array, .object: "an \(rawValue)"
        default: "a \(rawValue)"
        }
    }
}

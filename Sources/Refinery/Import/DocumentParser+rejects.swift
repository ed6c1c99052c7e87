extension DocumentParser {
    /// A reject of line `number`.
    func reject(
        _ number: Int, _ reason: RejectReason, _ detail: String, _ id: [UInt8]? = nil
    ) -> Outcome {
        .reject(Reject(line: number, id: id, reason: reason, detail: detail))
    }

    /// A reject for a field of another type than it must have.
    func wrongType(
        _ number: Int, _ id: [UInt8]?, _ field: FieldPath, _ wanted: String,
        _ found: JSONScanner.Kind
    ) -> Outcome {
        let detail = "\(quoted(field.name)) is \(article(found)), expected \(wanted)"
        return reject(number, .wrongType, detail, id)
    }

    /// A kind of value for people.
    func article(_ kind: JSONScanner.Kind) -> String {
        switch kind {
        case .null: "null"
        case .array, .object: "an \(kind.rawValue)"
        default: "a \(kind.rawValue)"
        }
    }

    /// A name in quotes, cut if it is long.
    func quoted(_ name: some Sequence<UInt8>) -> String {
        let start = Array(name.prefix(41))
        let shown = String(decoding: start.prefix(40), as: UTF8.self)
        return "\"\(shown)\(start.count > 40 ? "…" : "")\""
    }

    /// What the fields of a checked line are called, the first few.
    func names(_ bytes: UnsafeRawBufferPointer) -> String {
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

/// Where one field stands in a line, found while the line's members pass by.
///
/// Of members with the same key the last counts, as in Python.
struct FieldLookup {
    /// What is looked for.
    let path: FieldPath
    /// The last field whose whole name is the path's.
    private var exact: JSONScanner.Value?
    /// The last field that the path's first part names.
    private var head: JSONScanner.Value?

    /// A lookup that has seen nothing.
    init(_ path: FieldPath) {
        self.path = path
    }

    /// Takes note of a member; whether its whole name is the path's.
    @inline(__always)
    mutating func see(_ member: JSONScanner.Member, _ scanner: JSONScanner) -> Bool {
        if scanner.isKey(member, path.name) {
            exact = member.value
            return true
        }
        if path.parts.count > 1 && scanner.isKey(member, path.parts[0]) { head = member.value }
        return false
    }

    /// The value, and for one inside an object the bytes of its member with one comma.
    func find(_ bytes: UnsafeRawBufferPointer) -> (value: JSONScanner.Value, nested: Range<Int>?)? {
        if let exact { return (exact, nil) }
        guard var value = head else { return nil }
        var nested: Range<Int>?
        for part in path.parts.dropFirst() {
            guard value.kind == .object else { return nil }
            var scanner = JSONScanner(bytes)
            scanner.at = value.range.lowerBound
            var found: JSONScanner.Value?
            var previousEnd: Int?
            // Members are shown by a copy, as `scanner` moves on; and the line has been checked, so
            // that this cannot throw.
            let reader = scanner
            try? scanner.object { member in
                if reader.isKey(member, part) {
                    found = member.value
                    nested =
                        (previousEnd ?? member.key.lowerBound - 1)..<member.value.range.upperBound
                }
                previousEnd = member.value.range.upperBound
            }
            guard let found else { return nil }
            value = found
        }
        // The first member of its object: the comma behind it goes, where there is one.
        if let start = nested?.lowerBound, var end = nested?.upperBound,
            bytes[start] == UInt8(ascii: "\"")
        {
            var scanner = JSONScanner(bytes)
            scanner.at = end
            scanner.skipSpace()
            if scanner.next == UInt8(ascii: ",") { end = scanner.at + 1 }
            nested = start..<end
        }
        return (value, nested)
    }
}

extension JSONScanner {
    /// Whether a member's key, its escapes undone, is `name` byte for byte.
    @inline(__always)
    func isKey(_ member: Member, _ name: [UInt8]) -> Bool {
        if member.isKeyEscaped { return unescaped(member.key) == name }
        return member.key.count == name.count && bytes[member.key].elementsEqual(name)
    }

    /// The bytes that a checked string value stands for.
    func text(_ value: Value) -> [UInt8] {
        unescaped(value.range.lowerBound + 1..<value.range.upperBound - 1)
    }
}

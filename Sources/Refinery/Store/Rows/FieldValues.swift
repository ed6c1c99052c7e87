/// The values of a document's fields that become columns.
struct FieldValues {
    /// What a document has in one field.
    struct Value {
        /// The field's name.
        var name: String
        /// The value; nil where a column cannot hold it, such as a list or a string of 300 bytes.
        var value: ColumnValue?
    }

    /// Fields that one document may have without their being named.
    private static let most = 1000

    private let names: [String]
    private let takesAll: Bool
    /// Lookups that have seen nothing, one a name.
    private let fresh: [FieldLookup]
    /// By the hash of a key: the names that it may be of.
    private let places: [Int: [Int]]

    /// The values of fields of these names, which may be dotted; with `takesAll` also of all others
    /// that are scalars.
    init(_ names: [String], takesAll: Bool) {
        self.names = names
        self.takesAll = takesAll
        fresh = names.map { FieldLookup(FieldPath($0)) }
        var places: [Int: [Int]] = [:]
        for (place, lookup) in fresh.enumerated() {
            var keys = [lookup.path.name]
            if lookup.path.parts.count > 1 { keys.append(lookup.path.parts[0]) }
            for key in keys {
                places[key.withUnsafeBytes(Self.hash), default: []].append(place)
            }
        }
        self.places = places
    }

    /// Whether no document has any.
    var isEmpty: Bool { names.isEmpty && !takesAll }

    /// The values in a document's other fields, one JSON object that was checked; a field that is
    /// missing or null has none.
    ///
    /// Of members with the same key the last counts.
    func values(_ fields: [UInt8]) -> [Value] {
        fields.withUnsafeBytes { bytes in
            var scanner = JSONScanner(bytes)
            var lookups = fresh
            var others: [(name: [UInt8], value: JSONScanner.Value)] = []
            // The members are shown a scanner of their own, as `scanner` is being changed; and the
            // fields were checked, so that this cannot throw.
            let reader = scanner
            try? scanner.object { member in
                let key = member.isKeyEscaped ? reader.unescaped(member.key) : nil
                if !names.isEmpty {
                    let hash =
                        key?.withUnsafeBytes(Self.hash)
                        ?? Self.hash(UnsafeRawBufferPointer(rebasing: bytes[member.key]))
                    for place in places[hash] ?? [] { _ = lookups[place].see(member, reader) }
                }
                guard takesAll, others.count < Self.most, member.value.kind.isScalar else { return }
                others.append((key ?? Array(bytes[member.key]), member.value))
            }
            return values(lookups, others, reader)
        }
    }

    private func values(
        _ lookups: [FieldLookup], _ others: [(name: [UInt8], value: JSONScanner.Value)],
        _ scanner: JSONScanner
    ) -> [Value] {
        var values: [Value] = []
        for (name, lookup) in zip(names, lookups) {
            guard let value = lookup.find(scanner.bytes)?.value, value.kind != .null else {
                continue
            }
            values.append(Value(name: name, value: scanner.fieldValue(value)))
        }
        var seen = Set(names)
        for (key, value) in others.reversed() {
            let name = String(decoding: key, as: UTF8.self)
            guard Column.canBeField(name), seen.insert(name).inserted else { continue }
            values.append(Value(name: name, value: scanner.fieldValue(value)))
        }
        return values
    }

    private static func hash(_ key: UnsafeRawBufferPointer) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes: key)
        return hasher.finalize()
    }
}

extension JSONScanner {
    /// A checked value as a column holds it; true and false are 1 and 0.
    fileprivate func fieldValue(_ value: Value) -> ColumnValue? {
        guard value.kind == .boolean else { return columnValue(value) }
        return .number(bytes[value.range.lowerBound] == UInt8(ascii: "t") ? 1 : 0)
    }
}

extension JSONScanner.Kind {
    /// Whether a column may hold it.
    fileprivate var isScalar: Bool { self == .number || self == .string || self == .boolean }
}

/// Which of the other fields of a line become columns of the store, `field.NAME`.
public struct KeptFields: Sendable, Equatable {
    /// Fields by name, which may be dotted.
    public var names: [String] = []
    /// Whether each number, string, true and false of the line itself is kept, too; not those
    /// within objects.
    public var takesAll = false

    /// Keeps none.
    public init() {}

    /// Reads names with commas between them, or `all`.
    ///
    /// - Throws: ``RefineryError`` for a name that no column can have.
    public init(_ text: String) throws {
        guard text != "all" else {
            takesAll = true
            return
        }
        names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        for name in names where !Column.canBeField(name) {
            throw RefineryError(
                .invalid, "no column can be called \"field.\(name.prefix(80))\"",
                hint: "a field's name has 1 to 58 letters, digits, _, - and .; give names with "
                    + "commas between them, or all")
        }
    }

    /// The fields as they are written.
    public var text: String { takesAll ? "all" : names.joined(separator: ",") }

    /// Whether the column of that name comes of these fields.
    func makes(column name: String) -> Bool {
        name.hasPrefix(Column.fieldPrefix)
            && (takesAll || names.contains(String(name.dropFirst(Column.fieldPrefix.count))))
    }

    /// Keeps other fields, too.
    mutating func add(_ others: [String]) {
        names += others.filter { !names.contains($0) }
    }
}

/// The values of a line's fields that become columns, found while the line's members pass by.
struct FieldValues {
    /// A field of that name, which stands at that path.
    typealias Path = (name: String, path: FieldPath)

    private var lookups: [(name: String, lookup: FieldLookup)]
    private let takesAll: Bool
    private var found: [(name: [UInt8], value: JSONScanner.Value)] = []

    /// The values of fields at these paths; with `takesAll` also of all that are scalars.
    init(_ paths: [Path], takesAll: Bool) {
        lookups = paths.map { ($0.name, FieldLookup($0.path)) }
        self.takesAll = takesAll
    }

    /// Takes note of a member, which with `isOurs` is the document's text, id or domain.
    mutating func see(_ member: JSONScanner.Member, _ scanner: JSONScanner, isOurs: Bool) {
        for place in lookups.indices { _ = lookups[place].lookup.see(member, scanner) }
        guard takesAll, !isOurs, !member.isKeyEscaped else { return }
        switch member.value.kind {
        case .number, .string, .boolean:
            found.append((Array(scanner.bytes[member.key]), member.value))
        case .null, .array, .object: return
        }
    }

    /// The values; a field that is missing or null has none.
    func values(_ scanner: JSONScanner) -> [FieldValue] {
        var values: [FieldValue] = []
        for (name, lookup) in lookups {
            guard let value = lookup.find(scanner.bytes)?.value, value.kind != .null else {
                continue
            }
            values.append(FieldValue(name: name, value: scanner.fieldValue(value)))
        }
        // Of members with the same key the last counts.
        for (key, value) in found.reversed() {
            let name = String(decoding: key, as: UTF8.self)
            guard Column.canBeField(name), !values.contains(where: { $0.name == name }) else {
                continue
            }
            values.append(FieldValue(name: name, value: scanner.fieldValue(value)))
        }
        return values
    }
}

extension JSONScanner {
    /// A checked value as a column holds it; true and false are 1 and 0.
    fileprivate func fieldValue(_ value: Value) -> ColumnValue? {
        guard value.kind == .boolean else { return columnValue(value) }
        return .number(bytes[value.range.lowerBound] == UInt8(ascii: "t") ? 1 : 0)
    }
}

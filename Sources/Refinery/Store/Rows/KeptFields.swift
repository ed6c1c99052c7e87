/// Which of the other fields of a document become columns of the store, `field.NAME`.
public struct KeptFields: Sendable, Equatable {
    /// Fields by name, which may be dotted.
    public private(set) var names: [String] = []
    /// Whether each number, string, true and false of the line itself is kept, too; not those
    /// within objects.
    public private(set) var takesAll = false

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
        let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        for name in names where !Column.canBeField(name) || name == "all" {
            throw RefineryError(
                .invalid, "no column can be called \"field.\(name.prefix(80))\"",
                hint: "a field's name has 1 to 58 letters, digits, _, - and .; give names with "
                    + "commas between them, or all by itself")
        }
        add(names)
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
        for name in others where !names.contains(name) { names.append(name) }
    }
}

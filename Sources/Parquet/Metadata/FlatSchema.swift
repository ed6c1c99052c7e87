/// The columns of a schema that have one value a row, and those that have not.
struct FlatSchema {
    /// Columns that are read, in the file's order.
    private(set) var columns: [ParquetColumn] = []
    /// Columns that are not.
    private(set) var skipped: [ParquetSkippedColumn] = []

    /// Walks the tree, which the elements list depth first (parquet.thrift, `SchemaElement`).
    init(_ elements: [SchemaElement]) throws(ParquetError) {
        guard let root = elements.first, root.type == nil else {
            throw Self.damaged("the schema has no root")
        }
        var index = 1
        var leaf = 0
        for _ in 0..<max(0, root.children) {
            guard index < elements.count else { throw Self.damaged("the schema ends too early") }
            let element = elements[index]
            if element.type == nil || element.children > 0 {
                let leaves = try Self.pass(&index, elements)
                skipped.append(ParquetSkippedColumn(name: element.name, reason: "it is nested"))
                leaf += leaves
                continue
            }
            add(element, leaf)
            leaf += 1
            index += 1
        }
        guard index == elements.count else {
            throw Self.damaged("the schema has \(elements.count - index) fields too many")
        }
    }

    private mutating func add(_ element: SchemaElement, _ leaf: Int) {
        guard element.repetition != .repeated else {
            skipped.append(
                ParquetSkippedColumn(name: element.name, reason: "it is nested (repeated)"))
            return
        }
        switch ColumnType.of(element) {
        case .success(let type):
            columns.append(
                ParquetColumn(
                    name: element.name, isOptional: element.repetition == .optional, leaf: leaf,
                    type: type))
        case .failure(let unreadable):
            skipped.append(ParquetSkippedColumn(name: element.name, reason: unreadable.reason))
        }
    }

    /// Passes over a group and all below it; returns how many leaves that has.
    ///
    /// It counts instead of descending: no depth of nesting takes stack.
    private static func pass(
        _ index: inout Int, _ elements: [SchemaElement]
    ) throws(ParquetError) -> Int {
        var due = 1
        var leaves = 0
        while due > 0 {
            guard index < elements.count else { throw damaged("the schema ends too early") }
            let element = elements[index]
            guard (0...elements.count).contains(element.children) else {
                throw damaged("the field \"\(element.name)\" has \(element.children) children")
            }
            guard element.type == nil || element.children == 0 else {
                throw damaged("the field \"\(element.name)\" is both a leaf and a group")
            }
            due += element.children - 1
            leaves += element.type == nil ? 0 : 1
            index += 1
        }
        return leaves
    }

    private static func damaged(_ what: String) -> ParquetError {
        ParquetError("the metadata are damaged: \(what)", hint: ParquetError.truncated)
    }
}

import GRDB

/// Reads documents beside a query over their chunks, whose documents ascend but for few.
final class DocumentRows {
    /// What a selection asks of a document.
    struct Place {
        let corpus: Int64
        /// Row id in `domain`, 0 for none.
        let domain: Int32
    }

    private static let columns = "id, corpus, domain, sha256"

    private let all: RowStream
    private let one: RowStream
    private var current: RowStream
    private var isOpen: Bool

    /// The documents, from the first on.
    init(_ snapshot: Snapshot) throws {
        all = try RowStream(snapshot.db, sql: "SELECT \(Self.columns) FROM document ORDER BY id")
        one = try RowStream(snapshot.db, sql: "SELECT \(Self.columns) FROM document WHERE id = ?")
        current = all
        isOpen = try all.next()
    }

    /// A document, nil where there is none.
    func find(_ id: Int64) throws -> Place? {
        while isOpen, all.integer(0) < id { isOpen = try all.next() }
        current = all
        if !isOpen || all.integer(0) != id {
            current = one
            try one.begin(id)
            guard try one.next() else { return nil }
        }
        return Place(corpus: current.integer(1), domain: try current.small(2))
    }

    /// SHA-256 of the text of the document found last.
    func withSHA256<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try current.withBytes(3, body)
    }
}

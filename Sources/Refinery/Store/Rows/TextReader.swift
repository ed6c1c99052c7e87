/// Reads documents' texts within one transaction; the last one stays inflated, so that the
/// chunks of a document in a row cost one inflation.
struct TextReader {
    private let rows: RowStream
    private let inflater: Inflater
    private let snapshot: Snapshot
    private var document: Int64?
    private var text: [UInt8] = []

    /// A reader that has read nothing.
    init(_ snapshot: Snapshot) throws {
        self.snapshot = snapshot
        rows = try RowStream(
            snapshot.db,
            sql: """
                SELECT d.bytes, t.deflated FROM document d JOIN document_text t ON t.document = d.id
                WHERE d.id = ?
                """)
        inflater = try Inflater()
    }

    /// The whole text of a document.
    mutating func text(of document: Int64) throws -> [UInt8] {
        if document == self.document { return text }
        try snapshot.checkCancellation()
        try rows.begin(document)
        defer { rows.end() }
        guard try rows.next() else {
            throw RefineryError(.unusable, "document \(document) has no text in the store")
        }
        let count = Int(rows.integer(0))
        text = try rows.withBytes(1) { try inflater.inflate($0, count: count) }
        self.document = document
        return text
    }

    /// Some bytes of a document's text.
    mutating func text(of document: Int64, _ range: Range<Int>) throws -> [UInt8] {
        let whole = try text(of: document)
        guard range.upperBound <= whole.count else {
            throw RefineryError(.unusable, "a chunk of document \(document) lies beyond its text")
        }
        return range.count == whole.count ? whole : Array(whole[range])
    }
}

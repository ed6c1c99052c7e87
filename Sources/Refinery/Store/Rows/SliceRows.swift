extension Snapshot {
    /// Hands over every document with the SHA-256 of its text.
    func documentTexts(_ body: (_ document: Int64, _ sha256: UnsafeRawBufferPointer) -> Void) throws
    {
        let rows = try RowStream(db, sql: "SELECT id, sha256 FROM document ORDER BY id")
        while try rows.next() {
            let document = rows.integer(0)
            rows.withBytes(1) { body(document, $0) }
        }
    }

    /// Hands over every chunk's document and the first chunk of the same text.
    func chunkOriginals(_ body: (_ document: Int64, _ original: Int64) -> Void) throws {
        let rows = try chunks()
        while try rows.next() {
            body(rows.integer(1), rows.isNull(2) ? rows.integer(0) : rows.integer(2))
        }
    }
}

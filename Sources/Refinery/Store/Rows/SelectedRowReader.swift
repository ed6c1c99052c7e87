/// Reads what an export says of chunks or documents, by their row ids, within one transaction.
struct SelectedRowReader {
    private let byDocument: Bool
    private let chunks: RowStream
    private let documents: RowStream
    private let fields: RowStream?
    private var texts: TextReader

    /// What counts of a document: chunks that the teacher scored or did not read.
    private static let isOfDocument =
        "c.document = ?1 AND r.nll >= 0 AND (t.nll >= 0 OR t.outcome IS NULL)"

    /// A reader of items scored by a pair of models.
    ///
    /// - Parameters:
    ///   - snapshot: the store.
    ///   - models: row ids of the pair.
    ///   - unit: what the items are.
    ///   - scoresTokens: whether both models see the same tokens.
    ///   - fields: whether documents' other fields are read.
    /// - Throws: ``RefineryError`` where the store cannot be read.
    init(
        _ snapshot: Snapshot, models: ByRole<Int64>, unit: ItemUnit, scoresTokens: Bool,
        fields: Bool
    ) throws {
        byDocument = unit == .document
        chunks = try RowStream(
            snapshot.db,
            sql: """
                SELECT c.id, c.document, c.ordinal, c.start, c."end", t.nll, r.nll,
                    coalesce(t.tokens, CASE ?4 WHEN 1 THEN r.tokens ELSE c.tokens END)
                FROM chunk c
                CROSS JOIN score r ON r.chunk = coalesce(c.duplicate_of, c.id) AND r.model = ?3
                LEFT JOIN score t ON t.chunk = coalesce(c.duplicate_of, c.id) AND t.model = ?2
                WHERE \(byDocument ? Self.isOfDocument : "c.id = ?1")
                ORDER BY c.id
                """)
        try chunks.bind(models.teacher, at: 2)
        try chunks.bind(models.reference, at: 3)
        try chunks.bind(scoresTokens ? 1 : 0, at: 4)
        documents = try RowStream(
            snapshot.db,
            sql: """
                SELECT d.key, m.name, d.bytes FROM document d
                LEFT JOIN domain m ON m.id = d.domain WHERE d.id = ?
                """)
        self.fields =
            fields
            ? try RowStream(
                snapshot.db, sql: "SELECT fields FROM document_text WHERE document = ?") : nil
        texts = try TextReader(snapshot)
    }

    /// The row of a chunk or document with its rank and score; nil where it has none.
    mutating func row(_ place: (id: Int64, rank: Int, score: Double)) throws -> ExportRow? {
        try chunks.begin(place.id)
        defer { chunks.end() }
        guard try chunks.next() else { return nil }
        let (chunk, document) = (chunks.integer(0), chunks.integer(1))
        let ordinal = byDocument ? nil : Int(chunks.integer(2))
        let (start, end) = (Int(chunks.integer(3)), Int(chunks.integer(4)))
        var (teacherNLL, referenceNLL, tokens) = (0.0, 0.0, 0)
        repeat {
            teacherNLL += chunks.real(5)
            referenceNLL += chunks.real(6)
            tokens += Int(chunks.integer(7))
        } while try chunks.next()
        try documents.begin(document)
        defer { documents.end() }
        guard try documents.next() else { return nil }
        let bytes = Int(documents.integer(2))
        let range = byDocument ? 0..<bytes : start..<end
        return ExportRow(
            chunkID: chunk, documentID: document, document: documents.bytes(0),
            ordinal: ordinal, text: try texts.text(of: document, range),
            domain: documents.isNull(1) ? nil : documents.bytes(1), score: place.score,
            teacherNLL: teacherNLL, referenceNLL: referenceNLL, tokens: tokens,
            rank: place.rank, range: range, isFinal: range.upperBound == bytes,
            fields: try fields(of: document))
    }

    private func fields(of document: Int64) throws -> [UInt8]? {
        guard let fields else { return nil }
        try fields.begin(document)
        defer { fields.end() }
        guard try fields.next(), !fields.isNull(0) else { return nil }
        return fields.bytes(0)
    }
}

/// What became of one field that becomes a column.
public struct FieldCounts: Sendable, Equatable, Codable {
    /// Documents that have a value.
    public var values = 0
    /// Documents whose field no column can hold, or is of another kind than those before.
    public var leftOut = 0

    /// Counts of nothing.
    public init() {}

    /// Adds other counts of the field.
    mutating func add(_ other: FieldCounts) {
        values += other.values
        leftOut += other.leftOut
    }

    private enum CodingKeys: String, CodingKey {
        case values
        case leftOut = "left_out"
    }
}

/// What became of one batch of documents.
public struct ImportCounts: Sendable, Equatable, Codable {
    /// Documents that are new.
    public var added = 0
    /// Documents that stood already, with the same text.
    public var unchanged = 0
    /// Documents whose new version took the place of the old one.
    public var replaced = 0
    /// Documents with the same text whose domain or other fields were taken over.
    public var updated = 0
    /// Of those unchanged, how many have another domain or other fields in the store.
    public var differing = 0
    /// Lines rejected in this batch, repeated ids included, whether or not recorded before.
    public var rejected = 0
    /// What became of the fields that become columns, by name.
    public var fields: [String: FieldCounts] = [:]
    /// The lowest document (row id) that the batch added, replaced or found unchanged.
    public var firstDocument: Int64?
    /// The highest document (row id) that the batch added, replaced or found unchanged.
    public var lastDocument: Int64?

    /// Counts of nothing.
    public init() {}

    /// Adds the counts of another batch.
    public mutating func add(_ other: ImportCounts) {
        added += other.added
        unchanged += other.unchanged
        replaced += other.replaced
        rejected += other.rejected
        updated += other.updated
        differing += other.differing
        for (field, counts) in other.fields {
            fields[field, default: FieldCounts()].add(counts)
        }
        if let first = other.firstDocument { touch(first) }
        if let last = other.lastDocument { touch(last) }
    }

    /// Widens the range of documents by one.
    mutating func touch(_ document: Int64) {
        firstDocument = min(firstDocument ?? document, document)
        lastDocument = max(lastDocument ?? document, document)
    }

    private enum CodingKeys: String, CodingKey {
        case added, unchanged, replaced, rejected, updated, differing, fields
        case firstDocument = "first_document"
        case lastDocument = "last_document"
    }
}

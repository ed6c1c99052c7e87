/// The fields of a line that hold a document's text, id and domain.
///
/// A name may be dotted: `meta.pile_set_name` is the member `pile_set_name` of the object `meta`,
/// unless the line has a field of exactly that name, which wins.
public struct FieldNames: Sendable, Equatable {
    /// The field with the text.
    public var text: String
    /// The field with the id.
    public var id: String
    /// The field with the domain.
    public var domain: String
    /// Whether ids are read from lines; without, they are made from file and line, and a field of
    /// that name is kept as any other.
    public var readsID = true

    /// Names of the three fields.
    public init(text: String = "text", id: String = "id", domain: String = "domain") {
        self.text = text
        self.id = id
        self.domain = domain
    }
}

/// Which of the fields that may be missing any line of a file has had.
public struct FieldsSeen: Sendable, Equatable {
    /// Whether any line was an object.
    public var lines = false
    /// Whether any had the field with the id.
    public var id = false
    /// Whether any had the field with the domain.
    public var domain = false

    /// Nothing was seen yet.
    public init() {}
}

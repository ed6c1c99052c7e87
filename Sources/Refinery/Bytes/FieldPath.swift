/// A field's name and the path it may stand for, as bytes.
struct FieldPath: Sendable {
    /// The whole name, which a field of the line may have.
    let name: [UInt8]
    /// Its parts between dots; one if there is no dot.
    let parts: [[UInt8]]

    /// The path that `name` stands for.
    init(_ name: String) {
        self.name = Array(name.utf8)
        parts = self.name.split(separator: 0x2E, omittingEmptySubsequences: false).map(Array.init)
    }
}

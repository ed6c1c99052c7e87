/// The name of a corpus or a selection: 1 to 200 bytes without control characters.
public struct Name: Sendable, Equatable {
    /// The name.
    public let text: String

    /// A name that can be `thing`'s.
    ///
    /// - Throws: ``RefineryError`` for any other.
    public init(_ text: String, of thing: RefineryError.Thing) throws {
        guard (1...200).contains(text.utf8.count),
            text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f })
        else {
            throw RefineryError(
                .invalid,
                "the name of a \(thing.rawValue) is 1 to 200 bytes without control characters")
        }
        self.text = text
    }
}

/// A chunk that a current model has not scored yet.
public struct PendingChunk: Sendable, Equatable {
    /// Row id in `chunk`.
    public var id: Int64
    /// The text, UTF-8 bytes.
    public var text: [UInt8]
    /// How many tokens the chunker's tokenizer counted.
    public var tokens: Int
    /// Whether the current teacher has yet to score it.
    public var needsTeacher: Bool
    /// Whether the current reference has yet to score it; false where both are one model.
    public var needsReference: Bool

    /// Whether the current model in a role has yet to score it.
    func needs(_ role: ModelRole) -> Bool {
        role == .teacher ? needsTeacher : needsReference
    }
}

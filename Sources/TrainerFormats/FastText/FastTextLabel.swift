/// What a line for fastText says of its text.
public enum FastTextLabel: String, Sendable, CaseIterable {
    /// A text that the selection keeps.
    case keep
    /// A text from the other end of the order.
    case drop
}

/// An error that a person can act on: what failed, and what to do about it.
public protocol ExplainedError: Error, CustomStringConvertible {
    /// What failed, expected and found.
    var message: String { get }
    /// What the user can do about it; nil where there is nothing to say.
    var hint: String? { get }
}

extension ExplainedError {
    /// The message, with the hint on a line of its own.
    public var description: String { rendered }

    /// The message, with the hint on a line of its own.
    public var rendered: String {
        hint.map { "\(message)\nhint: \($0)" } ?? message
    }
}

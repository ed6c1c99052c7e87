/// Why a model or one of its files cannot be used: what, where, expected and found, and what to do.
public struct ModelError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What failed, with the file, the thing in it, what was expected and what was found.
    public var message: String

    /// What the user can do about it.
    public var hint: String?

    /// An error with an optional hint.
    public init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }

    /// The message, with the hint on a line of its own.
    public var description: String {
        hint.map { "\(message)\nhint: \($0)" } ?? message
    }
}

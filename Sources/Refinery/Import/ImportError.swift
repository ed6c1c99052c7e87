/// Why an import cannot start or go on: what, where, and what to do about it.
///
/// Lines that are not taken are no errors but `Reject`s.
public struct ImportError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What failed, with the file.
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

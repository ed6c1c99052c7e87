/// The body of every answer with a 4xx or 5xx status, and `--json`'s form of an error.
public struct WireError: Error, Codable, Sendable, Equatable, CustomStringConvertible {
    /// What failed, expected and found.
    public var error: String
    /// What the user can do about it.
    @NullEncoded public var hint: String?

    /// An error with an optional hint.
    public init(_ error: String, hint: String? = nil) {
        self.error = error
        self.hint = hint
    }

    /// The message, with the hint on a line of its own.
    public var description: String {
        hint.map { "\(error)\nhint: \($0)" } ?? error
    }
}

import TeacherInference

/// The body of every answer with a 4xx or 5xx status, and `--json`'s form of an error.
public struct WireError: ExplainedError, Codable, Sendable, Equatable {
    /// What failed, expected and found.
    public var error: String
    /// What the user can do about it.
    @NullEncoded public var hint: String?

    /// An error with an optional hint.
    public init(_ error: String, hint: String? = nil) {
        self.error = error
        self.hint = hint
    }

    /// What failed.
    public var message: String { error }

    /// The message, with the hint on a line of its own.
    public var description: String { rendered }
}

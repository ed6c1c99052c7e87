import TeacherInference

/// Why a reference model cannot be trained: what, where, expected and found, and what to do.
public struct TrainingError: ExplainedError, Sendable, Equatable {
    /// What failed, with the file or the setting, what was expected and what was found.
    public let message: String

    /// What the user can do about it.
    public let hint: String?

    /// An error with an optional hint.
    ///
    /// Words of a file may stand in it, so it is made safe to print as ``ModelError`` is.
    public init(_ message: String, hint: String? = nil) {
        let printable = ModelError(message, hint: hint)
        self.message = printable.message
        self.hint = printable.hint
    }
}

/// Why a prediction cannot be made or used, and what to do about it.
public struct PredictionError: Error, Sendable, Equatable {
    /// What failed, expected and found.
    public let message: String
    /// What the user can do about it; nil where there is nothing to say.
    public let hint: String?

    /// An error with an optional hint.
    public init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }
}

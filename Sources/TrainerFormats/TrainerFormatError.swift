/// Why a trainer's files cannot be written or read: what, where, and what to do.
public struct TrainerFormatError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What failed, with the file's path where there is one.
    public let message: String
    /// What the user can do about it; nil where there is nothing to say.
    public let hint: String?

    /// An error with an optional hint.
    public init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }

    /// The message, with the hint on a line of its own.
    public var description: String { hint.map { "\(message)\nhint: \($0)" } ?? message }
}

/// Why the store refused something: what, expected and found, and what to do about it.
public struct StoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds that callers tell apart.
    public enum Kind: String, Sendable {
        /// The file cannot be opened or used: newer than the binary, network file system, damaged.
        case unusable
        /// A named thing does not exist.
        case notFound
        /// What was asked for contradicts the rules or the present state.
        case refused
        /// What was handed over is malformed.
        case invalid
    }

    /// What kind of failure this is.
    public var kind: Kind

    /// What failed.
    public var message: String

    /// What the user can do about it.
    public var hint: String?

    /// An error with an optional hint.
    public init(_ kind: Kind, _ message: String, hint: String? = nil) {
        self.kind = kind
        self.message = message
        self.hint = hint
    }

    /// The message, with the hint on a line of its own.
    public var description: String {
        hint.map { "\(message)\nhint: \($0)" } ?? message
    }
}

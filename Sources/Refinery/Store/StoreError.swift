/// Why the store refused something: what, expected and found, and what to do about it.
public struct StoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds that callers tell apart.
    public enum Kind: String, Sendable {
        /// The file cannot be opened or used: newer than the binary, network file system, damaged.
        case unusable
        /// The disk is full, or what this user may have of it: it works again once there is room.
        case full
        /// Another process holds the lock: it works again once that one has let go.
        case locked
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

    /// Kind and message in one line, the kind first: `disk full: cannot write store s.db`.
    public var reason: String {
        switch kind {
        case .full: "disk full: \(message)"
        case .locked: "store locked: \(message)"
        default: message
        }
    }

    /// Whether it passes by itself, or by what a user does elsewhere.
    public var isPassing: Bool { kind == .full || kind == .locked }

    /// The message, with the hint on a line of its own.
    public var description: String {
        hint.map { "\(message)\nhint: \($0)" } ?? message
    }
}

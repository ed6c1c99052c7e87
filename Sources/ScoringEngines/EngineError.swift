/// Why an engine did not score something: what failed, where, and what to do about it.
///
/// What a server says may stand in the message. So it is made safe to print, and cut at
/// ``longest`` characters.
public struct EngineError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What a caller does about it.
    public enum Kind: Sendable, Equatable {
        /// The endpoint is not there, is busy, or fails: ask again, not before the time it named.
        case unavailable(retryAfter: Duration?)
        /// An answer failed a check. Nothing of it counts. Ask again, and stop if it goes on.
        case wrongAnswer
        /// The engine cannot score a sequence of the request: one too long, or a log-prob that is
        /// not finite. Ask once more with that sequence by itself, then give it up.
        case sequence
        /// Nothing more will be scored until a person has mended it: a wrong key, another model.
        case refused
        /// What the caller handed over cannot be used: an address, a file, an id.
        case invalid
    }

    /// What a caller does about it.
    public let kind: Kind

    /// What failed, expected and found.
    public let message: String

    /// What the user can do about it; nil where there is nothing to say.
    public let hint: String?

    /// The status of HTTP that says so, where one does.
    let status: Int?

    /// Whether the time for the answer was over.
    let isTimeout: Bool

    /// Unicode scalars that a message or a hint has at most.
    public static let longest = 600

    /// An error with an optional hint.
    public init(_ kind: Kind, _ message: String, hint: String? = nil) {
        self.init(kind, message, hint: hint, status: nil)
    }

    /// An error that a status of HTTP says, or a clock.
    init(
        _ kind: Kind, _ message: String, hint: String? = nil, status: Int?, isTimeout: Bool = false
    ) {
        self.kind = kind
        self.status = status
        self.isTimeout = isTimeout
        self.message = Self.printable(message)
        self.hint = hint.map(Self.printable)
    }

    /// The message, with the hint on a line of its own.
    public var description: String {
        hint.map { "\(message)\nhint: \($0)" } ?? message
    }

    /// The same error, its message preceded by where it happened.
    func at(_ place: String) -> EngineError {
        EngineError(
            kind, "\(place): \(message)", hint: hint, status: status, isTimeout: isTimeout)
    }

    /// The same error without the key, should a server have sent it back.
    func redacted(_ key: EngineKey) -> EngineError {
        EngineError(
            kind, key.redacting(message), hint: hint.map(key.redacting), status: status,
            isTimeout: isTimeout)
    }

    private static func printable(_ text: String) -> String {
        var result = ""
        for (count, scalar) in text.unicodeScalars.enumerated() {
            guard count < longest else { return result + " …" }
            if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) {
                result += scalar.escaped(asASCII: true)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

/// Why a line is not JSON that can be taken: a kind, what was wrong, and at which byte.
struct JSONError: Error, Equatable {
    /// The kinds that have a reject reason of their own.
    enum Kind {
        /// Not in RFC 8259's grammar, or nested too deep.
        case syntax
        /// An escape of half a surrogate pair.
        case loneSurrogate
    }

    /// What kind of failure this is.
    var kind: Kind = .syntax
    /// What was expected, for people.
    var message: String
    /// Bytes from the start of the line, from 0.
    var offset: Int
}

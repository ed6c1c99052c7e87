import TeacherInference

/// Why a stage or the store refused something: what failed, and what to do about it.
public struct RefineryError: ExplainedError, Sendable, Equatable {
    /// The kinds that callers tell apart.
    public enum Kind: String, Sendable {
        /// The file cannot be opened or used: newer than the binary, network file system, damaged.
        case unusable
        /// The disk is full, or what this user may have of it: it works again once there is room.
        case full
        /// Another process holds the lock: it works again once that one has let go.
        case locked
        /// No endpoint of an engine answers: it goes on once one does.
        case engineAway
        /// An engine refuses to score, or serves another model: a person has to mend it.
        case engineRefused
        /// A named thing does not exist.
        case notFound
        /// What was asked for contradicts the rules or the present state.
        case refused
        /// What was handed over is malformed.
        case invalid
        /// A file that is read is missing, damaged or of the wrong form.
        case input
        /// A file cannot be written, or must not be replaced.
        case output
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

    /// The message, with the hint on a line of its own.
    public var description: String { rendered }

    /// Whether it passes by itself, or by what a user does elsewhere.
    public var isPassing: Bool { kind == .full || kind == .locked }
}

extension RefineryError {
    /// What a store holds under names or numbers.
    public enum Thing: String, Sendable {
        case corpus, selection, chunk, job
        case column = "imported column"
    }

    /// There is nothing of that name or number; the hint says what lists them.
    ///
    /// - Parameters:
    ///   - thing: what there is none of.
    ///   - name: the name that was given.
    ///   - names: what there is; the hint names the one that may have been meant.
    /// - Returns: The error.
    public static func missing(
        _ thing: Thing, _ name: String, among names: [String] = []
    ) -> RefineryError {
        let near = NearestName.of(name, among: names)
        return RefineryError(
            .notFound, "there is no \(thing.rawValue) \"\(name)\"",
            hint: (near.map { "did you mean \($0)? " } ?? "") + "`refinectl \(thing.listing)")
    }

    /// There is nothing of that number.
    public static func missing(_ thing: Thing, _ number: Int64) -> RefineryError {
        var error = missing(thing, "\(number)")
        error.message = "there is no \(thing.rawValue) \(number)"
        return error
    }
}

extension RefineryError.Thing {
    /// The command that lists what there is of it, and what it does.
    fileprivate var listing: String {
        switch self {
        case .corpus: "corpora` lists them"
        case .selection: "selections` lists them"
        case .chunk: "scores` lists them, as chunk_id"
        case .job: "jobs` lists them"
        case .column: "columns` lists them"
        }
    }
}

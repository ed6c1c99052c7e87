import GRDB

/// Changes of counters, gathered over a transaction and written at its end.
struct Tally {
    /// What is counted; the raw value is `counter.name`.
    enum Name: String, CaseIterable {
        case documents, unchunked, bytes, chunks, duplicates, rejects, tokens
        case unchunkedBytes = "unchunked_bytes"
        // by model
        case scored, failed, pending, unread
        case tooShort = "too_short"
        case doneTokens = "done_tokens"
        case pendingTokens = "pending_tokens"

        /// Whether there is one for each model.
        var isByModel: Bool {
            switch self {
            case .scored, .failed, .pending, .unread, .tooShort, .doneTokens, .pendingTokens: true
            default: false
            }
        }
    }

    /// Which counter.
    struct Key: Hashable {
        var corpus: Int64
        var model: Int64
        var name: Name
    }

    /// What to add to each counter.
    private(set) var changes: [Key: Int64] = [:]

    /// Adds to a counter; model 0 for those of the corpus alone.
    mutating func add(_ name: Name, _ value: Int64, corpus: Int64, model: Int64 = 0) {
        changes[Key(corpus: corpus, model: model, name: name), default: 0] += value
    }

    /// Counts the scores of a chunk in (sign 1) or out (sign -1).
    mutating func addOutcome(
        _ outcome: String, sign: Int64, tokens: Int64, corpus: Int64, model: Int64
    ) throws {
        guard let name = Name(rawValue: outcome), name.isByModel else {
            throw RefineryError(.unusable, "score has unknown outcome \(outcome)")
        }
        add(name, sign, corpus: corpus, model: model)
        add(.doneTokens, sign * tokens, corpus: corpus, model: model)
    }

    /// Counts a pending chunk in (sign 1) or out (sign -1).
    mutating func addPending(sign: Int64, tokens: Int64, corpus: Int64, model: Int64) {
        add(.pending, sign, corpus: corpus, model: model)
        add(.pendingTokens, sign * tokens, corpus: corpus, model: model)
    }

    /// Counts a chunk that a model is not to read in (sign 1) or out (sign -1).
    mutating func addUnread(sign: Int64, corpus: Int64, model: Int64) {
        add(.unread, sign, corpus: corpus, model: model)
    }

    /// Writes the changes.
    func write(_ db: Database) throws {
        let update = try db.cachedStatement(
            sql: """
                UPDATE counter SET value = value + ?1 WHERE corpus = ?2 AND model = ?3 AND name = ?4
                """)
        let insert = try db.cachedStatement(
            sql: "INSERT INTO counter (value, corpus, model, name) VALUES (?1, ?2, ?3, ?4)")
        for (key, value) in changes where value != 0 {
            let arguments: StatementArguments = [value, key.corpus, key.model, key.name.rawValue]
            try update.execute(arguments: arguments)
            if db.changesCount == 0 { try insert.execute(arguments: arguments) }
        }
    }
}

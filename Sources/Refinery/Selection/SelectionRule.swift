/// What decides a selection: the same stored scores and the same rule give the same chunks.
public struct SelectionRule: Sendable, Equatable {
    /// How much is kept.
    public enum Size: Sendable, Equatable {
        /// The n best chunks.
        case topK(Int)
        /// ⌊R × candidates⌋ chunks, R a decimal number from 0 to 1, read exactly.
        case ratio(DecimalFraction)
        /// The best chunks, until the next would take the sum of their tokens over n.
        case tokenBudget(Int)
        /// Every chunk whose score is at least x.
        case minScore(Double)
    }

    /// How much is kept.
    public var size: Size
    /// The one corpus to choose from; nil for all.
    public var corpus: String?
    /// Whether exact duplicates are candidates too, with their original's scores.
    public var keepDuplicates: Bool
    /// Whether the guards are off (there are none yet).
    public var noGuards: Bool
    /// Whether chunks that are not scored yet are passed over instead of refusing.
    public var partial: Bool

    /// A rule of the given parts.
    public init(
        size: Size, corpus: String? = nil, keepDuplicates: Bool = false, noGuards: Bool = false,
        partial: Bool = false
    ) {
        self.size = size
        self.corpus = corpus
        self.keepDuplicates = keepDuplicates
        self.noGuards = noGuards
        self.partial = partial
    }

    /// Throws where a number makes no sense.
    public func validate() throws {
        switch size {
        case .topK(let n) where n < 1:
            throw StoreError(.invalid, "top-k must be at least 1, not \(n)")
        case .tokenBudget(let n) where n < 1:
            throw StoreError(.invalid, "token budget must be at least 1, not \(n)")
        case .minScore(let x) where !x.isFinite:
            throw StoreError(.invalid, "min-score must be a finite number, not \(x)")
        default: break
        }
    }

    /// The rule's beginning of a name, such as `default-top-k-100`.
    public var suggestedName: String {
        let scope = corpus ?? "all"
        switch size {
        case .topK(let n): return "\(scope)-top-k-\(n)"
        case .ratio(let r): return "\(scope)-ratio-\(r)"
        case .tokenBudget(let n): return "\(scope)-token-budget-\(n)"
        case .minScore(let x): return "\(scope)-min-score-\(x)"
        }
    }

    /// The rule as JSON with sorted keys, no white space and every key present.
    public var canonicalJSON: String {
        var json = JSONBytes()
        json.raw("{\"corpus\":")
        if let corpus { json.string(corpus.utf8) } else { json.raw("null") }
        json.raw(",\"keep_duplicates\":\(keepDuplicates),\"no_guards\":\(noGuards)")
        json.raw(",\"partial\":\(partial),\"size\":{")
        switch size {
        case .topK(let n): json.raw("\"top_k\":\(n)")
        case .ratio(let r): json.raw("\"ratio\":\"\(r)\"")
        case .tokenBudget(let n): json.raw("\"token_budget\":\(n)")
        case .minScore(let x): json.raw("\"min_score\":\(x)")
        }
        json.raw("}}")
        return String(decoding: json.bytes, as: UTF8.self)
    }
}

/// What a model says of one sequence.
public struct SequenceScore: Sendable, Equatable {
    /// Scored tokens: all with a context token in front, else all but the first.
    public var tokens: Int
    /// Σ −ln p, nats.
    public var nll: Double
    /// Σ (ln p)², nats².
    public var nllSquared: Double
    /// Targets that the model ranked first; nil where the ranks are not known.
    public var top1: Int?
    /// Targets among the model's first ten; nil where the ranks are not known.
    public var top10: Int?
    /// −ln p of each scored token, nats.
    ///
    /// One that is not finite says that the model's arithmetic broke down on this text; it must not
    /// be stored as a score.
    public var tokenNLL: [Float]

    /// A score of its parts.
    public init(
        tokens: Int, nll: Double, nllSquared: Double, top1: Int?, top10: Int?, tokenNLL: [Float]
    ) {
        self.tokens = tokens
        self.nll = nll
        self.nllSquared = nllSquared
        self.top1 = top1
        self.top10 = top10
        self.tokenNLL = tokenNLL
    }

    /// Whether every NLL is a finite number.
    public var isFinite: Bool { nll.isFinite && nllSquared.isFinite }
}

/// Scores batches of sequences with one model.
///
/// One a thread: it owns the memory that it works in.
///
/// A sequence's score has the same bits in any batch, wherever it stands and on any thread.
public struct BatchScorer: ~Copyable {
    private let model: LanguageModel
    private var transformer: Transformer

    /// Tokens that one batch may hold, context tokens included.
    public let maxTokens: Int

    /// Allocates for batches of up to `maxTokens` tokens.
    public init(model: LanguageModel, maxTokens: Int) {
        self.model = model
        self.maxTokens = maxTokens
        transformer = model.makeTransformer(maxTokens: maxTokens)
    }

    /// Seconds spent so far by part of the forward pass.
    public var partSeconds: [ForwardPart: Double] {
        Dictionary(
            uniqueKeysWithValues: ForwardPart.allCases.map { ($0, transformer.clock[$0]) })
    }

    /// Scores `sequences`: ids of the model's own tokenizer, without the context token, which is
    /// put in front here.
    ///
    /// - Parameters:
    ///   - sequences: as above; an empty one has nothing to score.
    ///   - isCancelled: asked between layers; true gives the batch up.
    ///   - hiddenStates: called once for each sequence that has something to score, with its index
    ///     and its last hidden states; nil costs nothing.
    /// - Returns: a score a sequence, in order.
    /// - Throws: ``ModelError`` if a sequence is longer than the model's context, the batch than
    ///   ``maxTokens``, or an id is not in the vocabulary; `CancellationError`.
    public mutating func score(
        _ sequences: [[TokenID]], isCancelled: () -> Bool = { false },
        hiddenStates: ((_ sequence: Int, _ rows: HiddenRows) throws -> Void)? = nil
    ) throws -> [SequenceScore] {
        let context = model.contextToken.map { [$0] } ?? []
        var ids: [TokenID] = []
        var spans: [Range<Int>] = []
        var scored: [Int32] = []
        var scoredSpans: [Range<Int>] = []
        var targets: [TokenID] = []
        for sequence in sequences {
            let whole = context + sequence
            try check(whole)
            let first = ids.count, firstScored = scored.count
            if whole.count > 1 {
                ids += whole
                spans.append(first..<ids.count)
                scored += (first..<ids.count - 1).map(Int32.init)
                targets += whole.dropFirst()
            }
            scoredSpans.append(firstScored..<scored.count)
        }
        guard ids.count <= maxTokens else {
            throw ModelError("a batch of \(ids.count) tokens, room for \(maxTokens)")
        }
        guard !targets.isEmpty else { return sequences.map { _ in Self.sum([], []) } }
        let states = try transformer.hiddenStates(
            ids: ids, spans: spans, scored: scored, isCancelled: isCancelled)
        if let hiddenStates {
            for (index, rows) in scoredSpans.enumerated() where !rows.isEmpty {
                try hiddenStates(index, transformer.rows(rows, of: states))
            }
        }
        let head = try transformer.head(
            states: states, targets: targets, spans: scoredSpans.filter { !$0.isEmpty },
            isCancelled: isCancelled)
        return scoredSpans.map { Self.sum(head.nll[$0], head.above[$0]) }
    }

    private func check(_ sequence: [TokenID]) throws {
        guard sequence.count <= model.maxContext else {
            throw ModelError(
                "\(sequence.count) tokens, but the model's context is \(model.maxContext)")
        }
        let vocabulary = model.configuration.vocabularySize
        for id in sequence where id < 0 || Int(id) >= vocabulary {
            throw ModelError(
                "token id \(id) is outside the model's embedding of \(vocabulary) rows",
                hint: "the tokenizer does not belong to these weights")
        }
    }

    private static func sum(
        _ nll: some Collection<Double>, _ above: some Collection<Int32>
    ) -> SequenceScore {
        var score = SequenceScore(
            tokens: nll.count, nll: 0, nllSquared: 0, top1: nil, top10: nil, tokenNLL: [])
        score.top1 = above.count(where: { $0 == 0 })
        score.top10 = above.count(where: { $0 < 10 })
        for value in nll {
            score.nll += value
            score.nllSquared += value * value
            score.tokenNLL.append(Float(value))
        }
        return score
    }
}

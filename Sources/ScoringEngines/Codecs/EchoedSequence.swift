import Glibc

/// What an answer says of one sequence, gathered as it arrives and checked at its end.
struct EchoedSequence {
    /// Log-probs that are no better than −∞: vLLM writes −9999 for it.
    static let least = -9000.0
    /// How far above 0 the rounding of a float32 log-softmax may take a log-prob.
    static let rounding = 1e-4
    /// Entries of no vocabulary: a rank is below it, and the first of so many has at least 1 / this.
    static let mostEntries = 1 << 22

    /// Ids of the longest sequence that was sent.
    private let most: Int
    private var ids: [Int32] = []
    private var logProbs: [Double] = []
    private var ranks: [Int32] = []
    private var nulls = 0

    /// Room for sequences of up to `most` ids.
    init(most: Int) {
        self.most = most
    }

    /// Forgets everything, to be used for the next sequence.
    mutating func clear() {
        ids.removeAll(keepingCapacity: true)
        logProbs.removeAll(keepingCapacity: true)
        ranks.removeAll(keepingCapacity: true)
        nulls = 0
    }

    /// Takes the next log-prob with its id; nil for a null, which the first must be.
    mutating func append(id: Int32?, logProb: Double?) throws(EngineError) {
        guard ids.count < most else { throw Self.wrong("has more log-probs than ids were sent") }
        if id == nil || logProb == nil { nulls += 1 }
        ids.append(id ?? -1)
        logProbs.append(logProb ?? .nan)
    }

    /// Takes the next rank; nil for a null, which the first must be.
    mutating func append(rank: Double?) throws(EngineError) {
        guard ranks.count < most else { throw Self.wrong("has more ranks than ids were sent") }
        guard let rank else {
            ranks.append(0)
            return
        }
        guard rank >= 1, rank < Double(Self.mostEntries), rank == rank.rounded() else {
            throw Self.wrong("has the rank \(rank)")
        }
        ranks.append(Int32(rank))
    }

    /// The same, without ranks where there is none but the first entry's null.
    var withoutMissingRanks: EchoedSequence {
        guard ranks.count == 1, ids.count > 1 else { return self }
        var copy = self
        copy.ranks = []
        return copy
    }

    /// Compares with what was sent, and gives what remains after every check.
    ///
    /// - Parameters:
    ///   - sent: the ids.
    ///   - name: names the sequence in errors.
    ///   - echoesFirst: whether the first id comes back, too.
    /// - Returns: Log-probs and ranks of all ids but the first.
    /// - Throws: ``EngineError``: wrongAnswer for another number of log-probs, another id, what is
    ///   no log-prob, or ranks that do not go with them; sequence for one that is not finite.
    func checked(
        against sent: [Int32], name: String, echoesFirst: Bool
    ) throws(EngineError) -> EngineScore {
        guard ids.count == sent.count else {
            throw Self.wrong("\(name) has \(ids.count) log-probs for \(sent.count) ids")
        }
        for place in sent.indices where place > 0 || echoesFirst {
            guard ids[place] == sent[place] else {
                throw Self.wrong(
                    "\(name) has a log-prob of the id \(ids[place]) at place \(place), "
                        + "\(sent[place]) was sent")
            }
        }
        guard nulls > 0, let first = logProbs.first, first.isNaN else {
            throw Self.wrong("\(name) has a log-prob at place 0, which has nothing before it")
        }
        guard ranks.isEmpty || ranks.count == sent.count && ranks[0] == 0 else {
            throw Self.wrong("\(name) has \(ranks.count) ranks for \(sent.count) ids")
        }
        let scored = try Self.checked(logProbs[1...], name: name)
        guard !ranks.isEmpty else { return EngineScore(logProbs: scored, ranks: nil) }
        try Self.check(ranks[1...], scored, name: name)
        return EngineScore(logProbs: scored, ranks: Array(ranks[1...]))
    }

    /// The log-probs as float32, each finite and at most 0.
    static func checked(
        _ logProbs: some Collection<Double>, name: String
    ) throws(EngineError) -> [Float] {
        var result: [Float] = []
        result.reserveCapacity(logProbs.count)
        for (place, value) in logProbs.enumerated() {
            guard value.isFinite, value > least else {
                throw EngineError(
                    .sequence,
                    "\(name): the log-prob at place \(place + 1) is \(value), not a finite number")
            }
            guard value <= rounding else {
                throw EngineError(
                    .wrongAnswer,
                    "\(name) has \(value) as a log-prob at place \(place + 1), above 0",
                    hint: "the engine serves logits: start vLLM with --logprobs-mode raw_logprobs")
            }
            result.append(Float(min(value, 0)))
        }
        return result
    }

    /// Compares ranks with log-probs.
    ///
    /// Where r logits are at least the id's, its probability is at most 1/r. And the first of V
    /// entries has at least 1/V. Logits keep to neither.
    private static func check(
        _ ranks: ArraySlice<Int32>, _ logProbs: [Float], name: String
    ) throws(EngineError) {
        let lowestFirst = -log(Float(mostEntries))
        for (place, (rank, logProb)) in zip(ranks, logProbs).enumerated() {
            guard rank >= 1 else { throw wrong("\(name) has no rank at place \(place + 1)") }
            let isPossible =
                rank == 1 ? logProb >= lowestFirst : logProb <= 0.01 - log(Float(rank))
            guard isPossible else {
                throw EngineError(
                    .wrongAnswer,
                    "\(name) has the log-prob \(logProb) with the rank \(rank) at place "
                        + "\(place + 1), which cannot be",
                    hint: "the engine serves logits: start vLLM with --logprobs-mode raw_logprobs")
            }
        }
    }

    static func wrong(_ message: String) -> EngineError {
        EngineError(.wrongAnswer, "the answer is wrong: \(message)")
    }
}

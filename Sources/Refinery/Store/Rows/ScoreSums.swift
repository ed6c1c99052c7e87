import GRDB

/// The sums over the scored tokens of a chunk by one model.
public struct ScoreSums: Sendable, Equatable, BitwiseCopyable {
    /// Scored tokens.
    public var tokens: Int
    /// Bytes of text that they cover.
    public var bytes: Int
    /// Σ NLL, nats.
    public var nll: Double
    /// Σ NLL², nats².
    public var nllSquared: Double
    /// Tokens that the model ranked first; nil where its engine gives no ranks.
    public var top1: Int?
    /// Tokens that the model ranked among the first ten; nil where its engine gives no ranks.
    public var top10: Int?
    /// Σ adapted NLL, nats, as ``AdaptedNLL`` has it; nil where it was not computed.
    public var nllAdapted: Double?
    /// Share of repeated windows, as ``RepeatedWindows`` has it; nil where it was not computed.
    public var repetition: Double?

    /// Sums of the given parts.
    public init(
        tokens: Int, bytes: Int, nll: Double, nllSquared: Double, top1: Int?, top10: Int?,
        nllAdapted: Double? = nil, repetition: Double? = nil
    ) {
        self.tokens = tokens
        self.bytes = bytes
        self.nll = nll
        self.nllSquared = nllSquared
        self.top1 = top1
        self.top10 = top10
        self.nllAdapted = nllAdapted
        self.repetition = repetition
    }

    /// The columns of the table `score` that hold them, in the order of ``values``.
    static let columns = "tokens, bytes, nll, nll_squared, top1, top10, nll_adapted, repetition"

    /// The values of ``columns``.
    var values: StatementArguments {
        [tokens, bytes, nll, nllSquared, top1, top10, nllAdapted, repetition]
    }

    /// The values of ``columns`` where nothing was scored.
    static let noValues: StatementArguments = [nil, nil, nil, nil, nil, nil, nil, nil]

    /// What cannot be true of them, in words behind `score of chunk 7`; nil where all can be.
    var problem: String? {
        guard [nll, nllSquared, nllAdapted ?? 0].allSatisfy({ $0.isFinite && $0 >= 0 }) else {
            return "is not a finite number from 0: nll \(nll), nll_squared \(nllSquared), "
                + "nll_adapted \(nllAdapted ?? 0)"
        }
        // What is read of them is 32 bits wide.
        guard (1...Int(Int32.max)).contains(tokens), (1...Int(Int32.max)).contains(bytes),
            hasPossibleRanks, (0...1).contains(repetition ?? 0)
        else {
            return "contradicts itself: tokens \(tokens), bytes \(bytes), "
                + "top1 \(top1.map(String.init) ?? "unknown"), "
                + "top10 \(top10.map(String.init) ?? "unknown")"
        }
        return nil
    }

    /// - Throws: ``RefineryError`` for a number that is negative or not finite, or that
    ///   contradicts another; `tokenNLL16` are the values that come with them.
    func check(chunk: Int64, tokenNLL16: [UInt8]?) throws {
        if let problem {
            throw RefineryError(
                .invalid, "score of chunk \(chunk) \(problem)",
                hint: "record it as failed, with the reason")
        }
        guard tokenNLL16.map({ $0.count == 2 * tokens }) ?? true else {
            throw RefineryError(
                .invalid,
                "score of chunk \(chunk) contradicts itself: it has \(tokens) tokens, and values "
                    + "of \((tokenNLL16?.count ?? 0) / 2)")
        }
    }

    /// Whether the ranks are both there, in order and within the tokens, or both missing.
    private var hasPossibleRanks: Bool {
        guard let top1, let top10 else { return top1 == nil && top10 == nil }
        return 0 <= top1 && top1 <= top10 && top10 <= tokens
    }
}

import Foundation

/// How much lower the reference's loss is on what it was trained on, where selections choose from
/// that all the same.
///
/// Both means are over the same domains, weighted by the tokens that were trained on, so that they
/// differ by what the reference remembers and not by what the texts are.
public struct SliceBias: Codable, Sendable, Equatable {
    /// Candidates whose documents the reference was trained on, of the domains compared.
    public var seen: Int
    /// Candidates that it never saw, of the same domains.
    public var unseen: Int
    /// Mean NLL by the reference of those seen, nats a token (of the reference).
    public var seenLoss: Double
    /// Mean NLL by the reference of those unseen.
    public var unseenLoss: Double

    /// What a seen chunk's difference is too low by, in the mean.
    public var bias: Double { unseenLoss - seenLoss }

    private enum CodingKeys: String, CodingKey {
        case seen, unseen
        case seenLoss = "seen_loss"
        case unseenLoss = "unseen_loss"
    }

    private struct Sums {
        var count = 0
        var nll = 0.0
        var tokens = 0
        var loss: Double { nll / Double(tokens) }
    }

    /// Measures it on the candidates of a rule; nil where no domain has both kinds.
    ///
    /// - Throws: ``RefineryError`` where the store cannot be read.
    init?(_ slice: CorpusSlice, over candidates: CandidateSet, in snapshot: Snapshot) throws {
        var (trained, texts) = (IDSet(), IDSet())
        try snapshot.documentTexts { document, sha256 in
            if slice.part(ofText: sha256) == .trained { trained.insert(document) }
        }
        // A text that was trained on is known wherever it is.
        try snapshot.chunkOriginals { document, original in
            if trained.contains(document) { texts.insert(original) }
        }
        var domains: [Int32: (seen: Sums, unseen: Sums)] = [:]
        try candidates.forEach { item in
            guard item.referenceTokens > 0 else { return }
            func add(_ sums: inout Sums) {
                sums.count += 1
                sums.nll += item.referenceNLL
                sums.tokens += Int(item.referenceTokens)
            }
            if trained.contains(item.document) || texts.contains(item.original) {
                add(&domains[item.domain, default: (Sums(), Sums())].seen)
            } else {
                add(&domains[item.domain, default: (Sums(), Sums())].unseen)
            }
        }
        let both = domains.sorted { $0.key < $1.key }.map(\.value)
            .filter { $0.seen.tokens > 0 && $0.unseen.tokens > 0 }
        let weight = both.reduce(0) { $0 + $1.seen.tokens }
        guard weight > 0 else { return nil }
        seen = both.reduce(0) { $0 + $1.seen.count }
        unseen = both.reduce(0) { $0 + $1.unseen.count }
        seenLoss = both.reduce(0) { $0 + $1.seen.nll } / Double(weight)
        unseenLoss =
            both.reduce(0) { $0 + $1.unseen.loss * Double($1.seen.tokens) } / Double(weight)
    }

    /// What it means, for people.
    public var words: String {
        func number(_ value: Double) -> String { String(format: "%.3f", value) }
        return "the reference was trained on \(seen) of the candidates in domains with others: its "
            + "loss there is \(number(seenLoss)) nats a token, and \(number(unseenLoss)) on the "
            + "\(unseen) others"
            + (bias > 0
                ? ", so the differences of those seen are too low by about \(number(bias))" : "")
    }
}

import Foundation
import Prediction

/// How much of a selection's candidates the teacher read, and how near the selection comes to that
/// of a teacher that reads everything.
public struct PredictionSummary: Sendable, Equatable, Codable {
    /// What the prediction sees of a chunk.
    public enum Sight: String, Sendable, Codable {
        /// Statistics of the reference's NLLs alone: an engine shows nothing else.
        case nll
        /// Those, and mean and deviation of its last hidden state.
        case nllAndStates = "nll_and_states"
    }

    /// The share of the chunks that the teacher was to read, a decimal number.
    public var share: String
    /// Different chunks that it read.
    public var read: Int
    /// Different chunks in all.
    public var chunks: Int
    /// Candidates that are in its sample: what the quality is measured on.
    public var sample: Int
    /// What the prediction sees.
    public var sees: Sight
    /// Rank correlation, overlap and gain; nil where there is nothing to judge.
    public var quality: PredictionQuality?
    /// What to beware of.
    public var warnings: [String] = []

    /// What was read and seen, and the quality of the whole, a line each, for people.
    public var lines: [String] {
        let seen =
            sees == .nll ? "the reference's NLLs alone" : "the reference's NLLs and hidden states"
        var lines = [
            "the teacher read \(NumberText.count(read)) of \(NumberText.count(chunks)) chunks "
                + "(\(NumberText.share(read, of: chunks))); what it would say of the rest is "
                + "expected by \(seen)"
        ]
        if let quality {
            lines.append(
                "measured on \(NumberText.count(sample)) chunks of its sample: "
                    + Self.words(quality.whole))
        }
        return lines
    }

    /// The quality of each domain that is judged by itself, a line each, for people.
    public var domainLines: [String] {
        guard let domains = quality?.domains, domains.count > 1 else { return [] }
        return domains.sorted { $0.key < $1.key }.map { "\($0.key): \(Self.words($0.value))" }
    }

    /// The measures of a domain, or of all of them.
    private static func words(_ measures: QualityMeasures) -> String {
        func estimate(_ found: QualityEstimate) -> String {
            "\(NumberText.fixed(found.value, 2)) (\(NumberText.fixed(found.lower, 2)) to "
                + "\(NumberText.fixed(found.upper, 2)))"
        }
        return "rank correlation \(estimate(measures.rankCorrelation)), overlap with the full "
            + "selection \(estimate(measures.overlap)), gain captured \(estimate(measures.gain))"
    }
}

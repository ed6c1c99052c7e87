import Foundation

/// How many bits a byte one arm's students gain over another's on the judging documents.
///
/// Students are paired by seed. The interval is for other seeds and for other documents of the same
/// kind: the squared standard errors of both add up, and the degrees of freedom are those of
/// Welch and Satterthwaite. docs/method.md has the formulas.
public struct ProofContrast: Codable, Sendable, Equatable {
    /// The arm that is judged.
    public var arm: ProofArm
    /// The arm that it is compared with.
    public var baseline: ProofArm
    /// Bits a byte of the baseline minus those of the arm; above 0 the arm is better.
    public var gain: Double
    /// The gain as a share of the baseline's bits a byte.
    public var share: Double
    /// The lower end of the 95 % interval of the gain.
    public var lower: Double
    /// Its upper end.
    public var upper: Double
    /// The chance of a gain as far from 0 where there is none; for contrasts beside the primary one
    /// adjusted by Holm's method (1979).
    public var p: Double
    /// Standard error over seeds.
    public var seedError: Double
    /// Standard error over documents.
    public var documentError: Double

    private enum CodingKeys: String, CodingKey {
        case arm, baseline, gain, share, lower, upper, p
        case seedError = "seed_error"
        case documentError = "document_error"
    }

    /// Compares two arms.
    ///
    /// - Parameters:
    ///   - arm: the arm that is judged, and Σ NLL in nats of each document by its students.
    ///   - baseline: the other arm, with the students of the same seeds in the same order.
    ///   - bytes: bytes of each document that the NLLs cover.
    init(
        _ arm: (ProofArm, nll: [[Double]]), over baseline: (ProofArm, nll: [[Double]]),
        bytes: [Double]
    ) {
        let (seeds, documents) = (arm.nll.count, bytes.count)
        precondition(seeds > 1 && documents > 1 && baseline.nll.count == seeds)
        let unit = bytes.reduce(0, +) * M_LN2
        let gains = zip(baseline.nll, arm.nll).map { base, own in
            zip(base, own).reduce(0) { $0 + ($1.0 - $1.1) } / unit
        }
        let gain = gains.reduce(0, +) / Double(seeds)
        let spread = gains.reduce(0) { $0 + ($1 - gain) * ($1 - gain) }
        let bySeed = spread / Double(seeds - 1) / Double(seeds)
        // The gain is a ratio of sums over documents: its error follows from the residuals.
        var residuals = 0.0
        for document in 0..<documents {
            let mean =
                zip(baseline.nll, arm.nll).reduce(0) { $0 + $1.0[document] - $1.1[document] }
                / Double(seeds) / M_LN2
            let residual = mean - gain * bytes[document]
            residuals += residual * residual
        }
        let total = bytes.reduce(0, +)
        let byDocument =
            residuals * Double(documents) / Double(documents - 1) / (total * total)
        let error = (bySeed + byDocument).squareRoot()
        let level =
            baseline.nll.reduce(0) { $0 + $1.reduce(0, +) } / unit / Double(seeds)
        self.arm = arm.0
        self.baseline = baseline.0
        self.gain = gain
        share = gain / level
        seedError = bySeed.squareRoot()
        documentError = byDocument.squareRoot()
        guard error > 0 else {
            (lower, upper, p) = (gain, gain, gain == 0 ? 1 : 0)
            return
        }
        let t = Self.distribution(bySeed, seeds, byDocument, documents)
        let half = t.quantile(0.975) * error
        (lower, upper) = (gain - half, gain + half)
        p = t.twoSided(gain / error)
    }

    /// The smallest gain that such students and documents show in four proofs of five.
    ///
    /// Read off a contrast of two arms that are known to differ little: their spread is that of the
    /// others.
    func detectable(seeds: Int, documents: Int) -> Double {
        let (bySeed, byDocument) = (seedError * seedError, documentError * documentError)
        guard bySeed + byDocument > 0 else { return 0 }
        let t = Self.distribution(bySeed, seeds, byDocument, documents)
        return (t.quantile(0.975) + t.quantile(0.8)) * (bySeed + byDocument).squareRoot()
    }

    /// t with the degrees of freedom of a sum of two squared errors.
    private static func distribution(
        _ bySeed: Double, _ seeds: Int, _ byDocument: Double, _ documents: Int
    ) -> StudentT {
        let sum = bySeed + byDocument
        let parts =
            bySeed * bySeed / Double(seeds - 1) + byDocument * byDocument / Double(documents - 1)
        return StudentT(freedom: sum * sum / parts)
    }

    /// The p-values of several contrasts, adjusted so that the chance of one false finding among
    /// them stays what it is for one (Holm 1979).
    static func holm(_ contrasts: [ProofContrast]) -> [ProofContrast] {
        var adjusted = contrasts
        var least = 0.0
        let order = contrasts.indices.sorted { contrasts[$0].p < contrasts[$1].p }
        for (place, index) in order.enumerated() {
            least = max(least, min(1, contrasts[index].p * Double(contrasts.count - place)))
            adjusted[index].p = least
        }
        return adjusted
    }
}

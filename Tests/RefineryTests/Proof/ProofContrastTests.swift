import Foundation
import Testing

@testable import Refinery

/// Gains between arms, computed by hand.
struct ProofContrastTests {
    private let bytes = [100.0, 100, 200]

    /// Σ NLL of each document that makes so many bits a byte.
    private func nll(_ bits: [Double]) -> [Double] { zip(bits, bytes).map { $0 * $1 * M_LN2 } }

    @Test func `the gain is the difference of bits a byte, with errors of seeds and documents`() {
        let baseline = [nll([4, 4, 4]), nll([4, 4, 4])]
        // 0.2 and 0.4 bits a byte better on every document: no error of documents.
        let arm = [nll([3.8, 3.8, 3.8]), nll([3.6, 3.6, 3.6])]
        let found = ProofContrast((.rule, arm), over: (.matched, baseline), bytes: bytes)
        #expect(abs(found.gain - 0.3) < 1e-12 && abs(found.share - 0.075) < 1e-12)
        #expect(abs(found.seedError - 0.1) < 1e-12 && found.documentError < 1e-12)
        // Two seeds leave one degree of freedom.
        #expect(abs(found.upper - (0.3 + 12.7062047361747 * 0.1)) < 1e-9)
        #expect(abs(found.lower - (0.3 - 12.7062047361747 * 0.1)) < 1e-9)
        #expect(abs(found.p - StudentT(freedom: 1).twoSided(3)) < 1e-12)
    }

    @Test func `documents that disagree widen the interval though the seeds agree`() {
        let baseline = [nll([4, 4, 4]), nll([4, 4, 4])]
        let arm = [nll([3, 4, 4]), nll([3, 4, 4])]
        let found = ProofContrast((.rule, arm), over: (.matched, baseline), bytes: bytes)
        #expect(abs(found.gain - 0.25) < 1e-12 && found.seedError < 1e-12)
        // Residuals 100 − 25, −25, −50 bits: (75² + 25² + 50²) · 3 / 2 / 400².
        let error = ((75.0 * 75 + 25 * 25 + 50 * 50) * 1.5 / 160_000).squareRoot()
        #expect(abs(found.documentError - error) < 1e-12)
        let t = StudentT(freedom: 2)
        #expect(abs(found.upper - found.gain - t.quantile(0.975) * error) < 1e-9)
        #expect(
            abs(
                found.detectable(seeds: 2, documents: 3) - (t.quantile(0.975) + t.quantile(0.8))
                    * error)
                < 1e-9)
    }

    @Test func `equal arms gain nothing, and that is certain`() {
        let arm = [nll([4, 3, 2]), nll([4, 3, 2])]
        let found = ProofContrast((.rule, arm), over: (.matched, arm), bytes: bytes)
        #expect(found.gain == 0 && found.lower == 0 && found.upper == 0 && found.p == 1)
    }

    @Test func `Holm's adjustment multiplies by the tests that are left and never falls`() {
        func contrast(_ p: Double) -> ProofContrast {
            var found = ProofContrast(
                (.rule, [nll([1, 1, 1]), nll([1, 1, 1])]),
                over: (.matched, [nll([1, 1, 1]), nll([1, 1, 1])]), bytes: bytes)
            found.p = p
            return found
        }
        let adjusted = ProofContrast.holm([0.04, 0.01, 0.03, 0.5].map(contrast)).map(\.p)
        // Sorted: 0.01 · 4, 0.03 · 3, max(0.04 · 2, 0.09), 0.5.
        for (found, expected) in zip(adjusted, [0.09, 0.04, 0.09, 0.5]) {
            #expect(abs(found - expected) < 1e-12)
        }
    }
}

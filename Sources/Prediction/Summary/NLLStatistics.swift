import Foundation

/// Nine numbers that describe the NLLs which a model gives a chunk's tokens.
public struct NLLStatistics: Sendable, Equatable {
    /// How many numbers there are.
    public static let count = 9
    /// The quantiles that are taken.
    static let quantiles = [0.1, 0.25, 0.5, 0.75, 0.9]

    /// Mean and standard deviation of the NLLs, their quantiles 0.1, 0.25, 0.5, 0.75 and 0.9, in
    /// nats; the share of different tokens; the natural logarithm of the number of NLLs.
    public let values: [Double]

    /// The statistics of one chunk.
    ///
    /// A quantile between two NLLs is interpolated linearly.
    ///
    /// - Parameters:
    ///   - nll: −ln p of each scored token, nats.
    ///   - tokens: the chunk's tokens, as the model's own tokenizer cuts it.
    /// - Throws: ``PredictionError`` where nothing was scored or an NLL is not finite.
    public init(nll: [Float], tokens: [Int32]) throws(PredictionError) {
        guard !nll.isEmpty, !tokens.isEmpty else {
            throw PredictionError("no token of the chunk was scored")
        }
        guard nll.allSatisfy(\.isFinite) else {
            throw PredictionError("an NLL of the chunk is not finite")
        }
        let count = Double(nll.count)
        let mean = nll.reduce(0) { $0 + Double($1) } / count
        let variance =
            nll.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
        let sorted = nll.sorted()
        let quantiles = Self.quantiles.map { share in
            let place = share * Double(sorted.count - 1)
            let below = Int(place), above = min(below + 1, sorted.count - 1)
            let low = Double(sorted[below]), high = Double(sorted[above])
            return low + (high - low) * (place - Double(below))
        }
        let distinct = Double(Set(tokens).count) / Double(tokens.count)
        values = [mean, variance.squareRoot()] + quantiles + [distinct, log(count)]
    }

    /// Statistics that were computed elsewhere.
    ///
    /// - Throws: ``PredictionError`` where they are not nine finite numbers.
    public init(values: [Double]) throws(PredictionError) {
        guard values.count == Self.count, values.allSatisfy(\.isFinite) else {
            throw PredictionError("a chunk has \(Self.count) finite statistics of its NLLs")
        }
        self.values = values
    }
}

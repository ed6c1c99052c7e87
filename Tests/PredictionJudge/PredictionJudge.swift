import Foundation
import Prediction

/// A tool for `scripts/judges/prediction.py`, which is told what to do by a JSON file.
///
/// `fit` prints a regression with all its inputs, for numpy to judge; `run` prints what the whole
/// procedure says of chunks whose true differences are known, a line for each seed and share.
@main
struct PredictionJudge {
    /// What a script asks for.
    struct Order: Decodable {
        let chunks: String
        let withStates: Bool
        /// The share of chunks that the rule keeps.
        let ratio: Double
        /// Teacher's shares in thousandths.
        let shares: [Int]
        let seeds: Int
    }

    /// The regression of all chunks.
    struct Fit: Encodable {
        let features: [[Float]]
        let regression: RidgeRegression
        let outOfFold: [Double]
        let outOfDocument: [Double]
    }

    /// One run of the procedure.
    struct Run: Encodable {
        let seed: Int
        let share: Int
        let sampled: [Int]
        let read: [Bool]
        let predicted: [Double]
        let expected: [Double]
        let quality: PredictionQuality
    }

    static func main() throws {
        guard CommandLine.arguments.count == 3 else {
            print("usage: prediction-judge fit|run ORDER.json")
            exit(64)
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let order = try decoder.decode(
            Order.self, from: Data(contentsOf: URL(fileURLWithPath: CommandLine.arguments[2])))
        let corpus = try Corpus(path: order.chunks, withStates: order.withStates)
        if CommandLine.arguments[1] == "fit" {
            let set = try corpus.learningSet(Array(corpus.chunks.indices))
            let prediction = try DifferencePrediction(set)
            try write(
                Fit(
                    features: corpus.features, regression: prediction.regression,
                    outOfFold: prediction.outOfFold,
                    outOfDocument: prediction.outOfDocument))
            return
        }
        for seed in 0..<order.seeds {
            for share in order.shares {
                if let run = try corpus.run(seed: seed, share: share, ratio: order.ratio) {
                    try write(run)
                }
            }
        }
    }

    private static func write(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        try FileHandle.standardOutput.write(contentsOf: encoder.encode(value) + [0x0A])
    }
}

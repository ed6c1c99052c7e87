import Foundation
import Prediction

/// A line that `scripts/judges/summaries.py` wrote.
struct JudgedChunk: Decodable {
    let sha256: String
    let document: String
    let domain: String?
    let difference: Double
    let statistics: [Double]
    let mean: [Double]
    let deviation: [Double]

    /// Every chunk of the file at `path`.
    static func read(path: String) throws -> [JudgedChunk] {
        let decoder = JSONDecoder()
        return try Data(contentsOf: URL(fileURLWithPath: path)).split(separator: 0x0A).map {
            try decoder.decode(JudgedChunk.self, from: $0)
        }
    }

    /// What a store would hold, read back from its bytes.
    func features(withStates: Bool) throws -> [Float] {
        let summary = try ChunkSummary(
            statistics: NLLStatistics(values: statistics), mean: withStates ? mean : [],
            deviation: withStates ? deviation : [])
        return try ChunkSummary(encoded: summary.encoded).features
    }

    /// The bytes that `hexadecimal` spells.
    static func bytes(_ hexadecimal: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Substring(hexadecimal)
        while rest.count >= 2 {
            bytes.append(UInt8(rest.prefix(2), radix: 16) ?? 0)
            rest = rest.dropFirst(2)
        }
        return bytes
    }
}

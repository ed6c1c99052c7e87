import Foundation
import Logging
import Testing

@testable import ScoringEngines

/// Compares an engine that is running with what refinery itself says of the same texts.
///
/// `REFINERY_TEST_ENGINE` is its address, `REFINERY_TEST_SCORES` a file of
/// `refinectl score --per-token`, `REFINERY_TEST_TOLERANCE` what a token may differ by (1e-3).
@Suite struct RunningEngineTests {
    /// A line of the file.
    struct Line: Decodable {
        var token_ids: [Int32]
        var token_nll: [Float]
    }

    static let environment = ProcessInfo.processInfo.environment

    @Test(.enabled(if: environment["REFINERY_TEST_ENGINE"] != nil))
    func everyTokenIsThatOfTheNativeEngine() async throws {
        let address = try EngineAddress(try #require(Self.environment["REFINERY_TEST_ENGINE"]))
        let path = try #require(Self.environment["REFINERY_TEST_SCORES"])
        let tolerance = Float(Self.environment["REFINERY_TEST_TOLERANCE"] ?? "") ?? 1e-3
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
            try JSONDecoder().decode(Line.self, from: Data($0.utf8))
        }
        let transport = try EngineTransport()
        let clients = EngineClient.all(address, transport: transport)
        print("identity: \(try await clients[0].identity())")
        let clock = ContinuousClock()
        let start = clock.now
        let pool = EnginePool(clients, logger: Logger(label: "test"))
        let outcomes = try await pool.score(lines.map(\.token_ids))
        let seconds = (clock.now - start) / .seconds(1)
        var tokens = 0, sum = 0.0, largest: Float = 0, largestMean = 0.0, ranked = 0
        for (line, outcome) in zip(lines, outcomes) {
            guard case .scored(let score) = outcome else {
                Issue.record("not scored: \(outcome)")
                continue
            }
            #expect(score.logProbs.count == line.token_nll.count)
            ranked += score.ranks?.count ?? 0
            var mean = 0.0
            for (logProb, nll) in zip(score.logProbs, line.token_nll) {
                let difference = abs(-logProb - nll)
                largest = max(largest, difference)
                sum += Double(difference)
                mean += Double(-logProb) - Double(nll)
                tokens += 1
            }
            largestMean = max(largestMean, abs(mean) / Double(max(line.token_nll.count, 1)))
        }
        print(
            "\(lines.count) texts, \(tokens) tokens in \(seconds) s, \(ranked) ranks; a token "
                + "differs by \(sum / Double(max(tokens, 1))) in the mean and \(largest) at most, "
                + "a text's mean by \(largestMean) at most")
        #expect(largest <= tolerance)
        #expect(largestMean <= Double(tolerance) / 10)
        try await transport.shutDown()
    }
}

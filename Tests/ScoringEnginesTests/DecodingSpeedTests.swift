import Foundation
import Logging
import Testing

@testable import ScoringEngines

@Suite struct DecodingSpeedTests {
    /// Tokens a second of a thread's own time, so that other processes do not count.
    static func rate(_ codec: any EngineCodec, _ text: String, _ prompts: [[Int32]]) throws
        -> Double
    {
        let bytes = Array(text.utf8)
        let tokens = prompts.reduce(0) { $0 + $1.count }
        var best = Double.infinity
        for _ in 0..<3 {
            var decoder = codec.decoder(model: EngineAnswers.model, sequences: prompts)
            let start = clock_gettime_nsec()
            var at = 0
            while at < bytes.count {
                let end = min(at + 16384, bytes.count)
                try bytes[at..<end].withUnsafeBytes { try decoder.consume($0) }
                at = end
            }
            _ = try decoder.finish()
            best = min(best, Double(clock_gettime_nsec() - start) / 1e9)
        }
        return Double(tokens) / best
    }

    private static func clock_gettime_nsec() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    /// CPU time of this process, by requests of 64 tokens to a server that answers all alike.
    ///
    /// `REFINERY_TEST_CANNED` is its URL: `python3 Tests/ScoringEnginesTests/canned_engine.py`.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["REFINERY_TEST_CANNED"] != nil))
    func aTokenCostsLittleInSmallRequests() async throws {
        let url = try #require(ProcessInfo.processInfo.environment["REFINERY_TEST_CANNED"])
        let ids = (0..<64).map { Int32($0 * 7) }
        var options = EnginePoolOptions()
        options.requestTokens = 64
        options.tokensInFlight = 1024
        let transport = try EngineTransport()
        let address = try EngineAddress(kind: "vllm", urls: [url], model: "m")
        let pool = EnginePool(
            EngineClient.all(address, transport: transport), options: options,
            logger: Logger(label: "test"))
        let sequences = Array(repeating: ids, count: 20_000)
        let clock = ContinuousClock()
        let start = clock.now, before = Self.processTime()
        let outcomes = try await pool.score(sequences)
        let cost = (Self.processTime() - before) / Double(64 * sequences.count)
        let rate = Double(sequences.count) / ((clock.now - start) / .seconds(1))
        print("\(cost * 1e6) µs of CPU a token, \(Int(rate)) requests/s of 64 tokens")
        #expect(
            outcomes.allSatisfy { outcome in
                if case .scored(let score) = outcome { score.logProbs.count == 63 } else { false }
            })
        try await transport.shutDown()
        #expect(cost < 5e-6)
    }

    private static func processTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    @Test func vllmIsDecodedAt300000TokensASecondOnOneCore() throws {
        let prompts: [[Int32]] = (0..<64).map { (number: Int) -> [Int32] in
            (0..<1024).map { (place: Int) -> Int32 in Int32((place * 7919 + number * 31) % 49152) }
        }
        let cases: [(String, any EngineCodec, String)] = [
            ("vllm", VLLMCodec(), EngineAnswers.vllm(prompts)),
            ("sglang", SGLangCodec(), EngineAnswers.sglang(prompts)),
            ("sglang with ranks", SGLangCodec(), EngineAnswers.sglang(prompts, hasRanks: true)),
        ]
        for (name, codec, text) in cases {
            let rate = try Self.rate(codec, text, prompts)
            let size = Double(text.utf8.count) / Double(64 * 1024)
            print(
                "decoding \(name): \(Int(rate)) tokens/s, \(String(format: "%.1f", size)) bytes a "
                    + "token, \(Int(rate * size / 1e6)) MB/s")
            #if !DEBUG
                #expect(rate > 300_000)
            #endif
        }
        let one = prompts[0]
        let rate = try Self.rate(VLLMCompactCodec(), EngineAnswers.compact(one), [one])
        print("decoding vllm compact: \(Int(rate)) tokens/s")
    }
}

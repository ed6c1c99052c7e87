import Logging
import NIOSSL
import Testing

@testable import ScoringEngines

@Suite(.timeLimit(.minutes(1))) struct EngineClientTests {
    /// Calls `body` with a client of a stand-in.
    static func withClient<Result>(
        kind: EngineKind = .vllm, model: String = "m", key: EngineKey? = nil,
        authorityFile: String? = nil, tls: NIOSSLContext? = nil,
        _ answer: @escaping StandIn.Answer = StandIn.healthy,
        _ body: (EngineClient, StandIn) async throws -> Result
    ) async throws -> Result {
        try await StandIn.with(tls: tls, answer) { server in
            let transport = try EngineTransport(
                key: key, authorityFile: authorityFile, timing: EngineTiming())
            do {
                let client = EngineClient(
                    url: try EngineURL(server.url), kind: kind, model: model, transport: transport)
                let result = try await body(client, server)
                try await transport.shutDown()
                return result
            } catch {
                try await transport.shutDown()
                throw error
            }
        }
    }

    @Test func identityIsWhatTheEngineSays() async throws {
        try await Self.withClient { client, _ in
            let identity = try await client.identity()
            #expect(
                identity
                    == EngineIdentity(
                        model: "m", root: "/models/m", contextLength: 4096, weightVersion: nil,
                        engineVersion: "0.32.0"))
            let ids = try await client.tokenize("a\"b")
            #expect(ids == [1, 2, 3])
        }
        try await Self.withClient(kind: .sglang) { client, _ in
            let identity = try await client.identity()
            #expect(identity.engineVersion == "0.5.23")
        }
        let error = await #expect(throws: EngineError.self) {
            try await Self.withClient(model: "n") { client, _ in try await client.identity() }
        }
        #expect(error?.kind == .refused)
        #expect(error?.message.contains("\"other\", \"m\"") == true)
    }

    @Test func theKeyIsSentAndNeverShown() async throws {
        try await EngineKeyTests.withFile("sk-12345", mode: 0o600) { path in
            let key = try EngineKey(path: path)
            let answer: StandIn.Answer = { request in
                .status(401, body: "{\"error\":\"bad key \(request.authorization ?? "none")\"}")
            }
            try await Self.withClient(key: key, answer) { client, server in
                let error = await #expect(throws: EngineError.self) {
                    try await client.score([[1, 2]])
                }
                #expect(error?.kind == .refused)
                #expect(error?.message.contains("bad key Bearer …") == true)
                #expect(server.requests.first?.authorization == "Bearer sk-12345")
                #expect(!"\(client)".contains("12345"))
            }
        }
    }

    @Test func theKeyIsNeverSentInClear() async throws {
        try await EngineKeyTests.withFile("sk-12345", mode: 0o600) { path in
            let transport = try EngineTransport(key: try EngineKey(path: path))
            let url = try EngineURL("http://192.0.2.1:8000")
            let client = EngineClient(url: url, kind: .vllm, model: "m", transport: transport)
            let error = await #expect(throws: EngineError.self) {
                try await client.score([[1, 2]])
            }
            #expect(error?.kind == .invalid)
            try await transport.shutDown()
        }
    }

    @Test func whatHasNothingToScoreIsNotSent() async throws {
        try await Self.withClient { client, server in
            let scores = try await client.score([[], [5, 6], [7]])
            #expect(scores.map(\.logProbs) == [[], EngineAnswers.logProbs([5, 6]), []])
            #expect(server.scoring.map(\.prompts) == [[[5, 6]]])
        }
    }

    @Test func theCanaryTellsOtherWeights() async throws {
        let ids: [Int32] = [5, 6, 7, 8]
        let mean = EngineScore(logProbs: EngineAnswers.logProbs(ids), ranks: nil).meanNLL
        try await StandIn.with(StandIn.healthy) { server in
            var options = PoolFaultTests.options
            for (shift, isFloat32, isSame) in [
                (0.0, true, true), (5e-5, true, true), (2e-4, true, false), (5e-3, false, true),
                (2e-2, false, false),
            ] {
                options.canary = EngineCanary(ids: ids, meanNLL: mean + shift, isFloat32: isFloat32)
                do {
                    _ = try await PoolFaultTests.outcomes("vllm", [server], options: options)
                    #expect(isSame)
                } catch {
                    #expect(!isSame)
                    #expect((error as? EngineError)?.kind == .refused)
                }
            }
        }
    }

    @Test func aRevisionThatIsNotTheOneNamedIsRefused() async throws {
        let answer: StandIn.Answer = { request in
            .json(EngineAnswers.vllm(request.prompts, fingerprint: "sha256:aa"))
        }
        try await StandIn.with(answer) { server in
            var options = PoolFaultTests.options
            options.revision = "sha256:aa"
            _ = try await PoolFaultTests.outcomes("vllm", [server], options: options)
            options.revision = "sha256:bb"
            let other = options
            let error = await #expect(throws: EngineError.self) {
                try await PoolFaultTests.outcomes("vllm", [server], options: other)
            }
            #expect(error?.message.contains("sha256:bb") == true)
        }
    }

    @Test func aCancelledRunEndsItsRequests() async throws {
        try await Self.withClient({ _ in .silence }) { client, server in
            let clock = ContinuousClock()
            let start = clock.now
            let options = PoolFaultTests.options
            await withTaskGroup(of: Bool.self) { group in
                group.addTask {
                    var timing = EngineTiming()
                    timing.base = .seconds(600)
                    let pool = EnginePool(
                        [client], options: options, timing: timing,
                        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
                    do {
                        _ = try await pool.score([[1, 2, 3]])
                        return false
                    } catch {
                        return error is CancellationError
                    }
                }
                while server.scoring.isEmpty, clock.now - start < .seconds(20) {
                    try? await Task.sleep(for: .milliseconds(2))
                }
                group.cancelAll()
                #expect(await group.next() == true)
            }
        }
    }

    @Test func windowsAreAskedForAndRecordedAsTheyEnd() async throws {
        try await Self.withClient { client, _ in
            let pool = EnginePool(
                [client], options: PoolFaultTests.options, timing: PoolFaultTests.timing,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let source = WindowSource()
            var recorded: [Int64: EngineOutcome] = [:]
            var calls = 0
            try await pool.run(next: { await source.next() }) { results in
                calls += 1
                for result in results {
                    #expect(recorded.updateValue(result.outcome, forKey: result.id) == nil)
                }
            }
            #expect(calls > 10)
            #expect(recorded.count == 300)
            for (id, outcome) in recorded {
                let ids = WindowSource.tokens(id)
                #expect(
                    outcome
                        == .scored(
                            EngineScore(
                                logProbs: EngineAnswers.logProbs(ids),
                                ranks: EngineAnswers.ranks(ids))))
            }
        }
    }

    /// Ten windows of thirty sequences.
    actor WindowSource {
        private var given = 0

        static func tokens(_ id: Int64) -> [Int32] {
            (0..<Int32(2 + id % 20)).map { $0 * 3 + Int32(id) }
        }

        func next() -> [EngineSequence]? {
            guard given < 10 else { return nil }
            given += 1
            let first = Int64(given - 1) * 30
            return (first..<first + 30).map { EngineSequence(id: $0, tokens: Self.tokens($0)) }
        }
    }
}

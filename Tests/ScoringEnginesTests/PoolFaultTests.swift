import Foundation
import Logging
import NIOConcurrencyHelpers
import Testing

@testable import ScoringEngines

@Suite(.timeLimit(.minutes(2))) struct PoolFaultTests {
    /// 60 sequences of 2 to 40 ids.
    static let sequences: [[Int32]] = (0..<60).map { (number: Int) -> [Int32] in
        let length = 2 + number * 7 % 39
        return (0..<length).map { (place: Int) -> Int32 in
            Int32((number * 131 + place * 17) % 5000)
        }
    }

    static var timing: EngineTiming {
        var timing = EngineTiming()
        timing.base = .milliseconds(800)
        timing.slowestTokensPerSecond = 1e6
        timing.firstBackoff = .milliseconds(5)
        timing.longestBackoff = .milliseconds(40)
        return timing
    }

    static var options: EnginePoolOptions {
        var options = EnginePoolOptions()
        options.requestTokens = 64
        options.tokensInFlight = 256
        options.patience = .seconds(60)
        return options
    }

    /// Runs a pool over stand-ins and gives what it recorded, in the order of `sequences`.
    static func outcomes(
        _ kind: String, _ servers: [StandIn], options: EnginePoolOptions = options,
        key: EngineKey? = nil, sequences: [[Int32]] = sequences
    ) async throws -> [EngineOutcome] {
        let transport = try EngineTransport(key: key, timing: timing)
        do {
            let address = try EngineAddress(kind: kind, urls: servers.map(\.url), model: "m")
            let pool = EnginePool(
                EngineClient.all(address, transport: transport), options: options,
                timing: timing, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let outcomes = try await pool.score(sequences)
            try await transport.shutDown()
            return outcomes
        } catch {
            try await transport.shutDown()
            throw error
        }
    }

    static func expected(_ kind: String, _ sequences: [[Int32]] = sequences) -> [EngineOutcome] {
        sequences.map { ids in
            .scored(
                EngineScore(
                    logProbs: EngineAnswers.logProbs(ids),
                    ranks: kind == "vllm" ? EngineAnswers.ranks(ids) : nil))
        }
    }

    /// A fault that some of the requests meet.
    enum Passing: String, CaseIterable, Sendable {
        case busy, tooMany, internalError, short, lowest, wrongID, wrongOrder, silence, stall, drop
        case cut, endless, announcedHuge, garbage, logits, empty, html, badRequest, halfJSON

        func reply(_ request: StandIn.Request) -> StandIn.Reply {
            let isVLLM = request.path != "/generate"
            func right(_ prompts: [[Int32]]) -> String {
                isVLLM ? EngineAnswers.vllm(prompts) : EngineAnswers.sglang(prompts)
            }
            let text = right(request.prompts)
            let number = isVLLM ? "\"logprob\":-" : ",[-"
            switch self {
            case .busy: return .status(503, headers: ["retry-after": "0"])
            case .tooMany: return .status(429, body: "{\"error\":{\"message\":\"slow down\"}}")
            case .internalError: return .status(500, body: "oops")
            case .short: return .json(right(request.prompts.map { Array($0.dropLast()) }))
            case .lowest:
                return .json(text.replacing(number, with: number + "9999", maxReplacements: 1))
            case .wrongID:
                return .json(right(request.prompts.map { $0.dropLast() + [9000] }))
            case .wrongOrder:
                return .json(right(request.prompts.count > 1 ? request.prompts.reversed() : []))
            case .silence: return .silence
            case .stall: return .stall(text)
            case .drop: return .drop
            case .cut: return .cut(text)
            case .endless: return .endless
            case .announcedHuge:
                return .status(200, headers: ["content-length": "2147483648"], body: "{")
            case .garbage: return .json(String(repeating: "\u{1}\u{7F}}{", count: 50))
            case .logits:
                return .json(text.replacing(number, with: String(number.dropLast()) + "1"))
            case .empty: return .json("")
            case .html: return .json("<html>502</html>")
            case .badRequest: return .status(400, body: "{\"message\":\"no\"}")
            case .halfJSON: return .json(String(text.prefix(text.count / 2)))
            }
        }
    }

    @Test(arguments: Passing.allCases, ["vllm", "sglang"])
    func passingFaultsChangeNothing(fault: Passing, kind: String) async throws {
        // Of the two endpoints one has the fault in its first requests, and now and then later.
        let faulty: StandIn.Answer = { request in
            let hasFault = request.number < 2 || request.number % 7 == 5
            return hasFault ? fault.reply(request) : StandIn.healthy(request)
        }
        let outcomes = try await StandIn.with(faulty) { one in
            try await StandIn.with(StandIn.healthy) { other in
                try await Self.outcomes(kind, [one, other])
            }
        }
        #expect(outcomes == Self.expected(kind))
    }

    @Test(arguments: Passing.allCases)
    func aSingleEndpointRecovers(fault: Passing) async throws {
        let faulty: StandIn.Answer = { request in
            request.number % 5 == 1 ? fault.reply(request) : StandIn.healthy(request)
        }
        let sequences = Array(Self.sequences.prefix(12))
        let outcomes = try await StandIn.with(faulty) { server in
            try await Self.outcomes("vllm", [server], sequences: sequences)
        }
        #expect(outcomes == Self.expected("vllm", sequences))
    }

    /// A fault that stays.
    enum Lasting: String, CaseIterable, Sendable {
        case unauthorised, forbidden, notFound, redirect, wrongID, logits, garbage, fingerprint
        case otherModel, badRequest

        func reply(_ request: StandIn.Request) -> StandIn.Reply {
            switch self {
            case .unauthorised: .status(401)
            case .forbidden: .status(403)
            case .notFound: .status(404, body: "{\"message\":\"The model does not exist\"}")
            case .redirect: .status(307, headers: ["location": "http://localhost:1/"])
            case .wrongID: Passing.wrongID.reply(request)
            case .logits: Passing.logits.reply(request)
            case .garbage: Passing.garbage.reply(request)
            case .fingerprint:
                .json(
                    EngineAnswers.vllm(
                        request.prompts, fingerprint: request.number < 3 ? "vllm-1" : "vllm-2"))
            case .otherModel: .json(EngineAnswers.vllm(request.prompts, model: "n"))
            case .badRequest: .status(400, body: "{\"message\":\"unknown field\"}")
            }
        }
    }

    @Test(arguments: Lasting.allCases)
    func lastingFaultsEndTheRun(fault: Lasting) async throws {
        let error = await #expect(throws: EngineError.self) {
            try await StandIn.with({ fault.reply($0) }) { server in
                _ = try await Self.outcomes("vllm", [server])
            }
        }
        #expect(error?.kind == .refused)
    }

    @Test func oneSequenceThatIsRefusedFailsAlone() async throws {
        let bad = Self.sequences[7]
        let answer: StandIn.Answer = { request in
            request.prompts.contains(bad)
                ? .status(400, body: "{\"error\":{\"message\":\"too long\"}}")
                : StandIn.healthy(request)
        }
        let (outcomes, tries) = try await StandIn.with(answer) { server in
            let outcomes = try await Self.outcomes("vllm", [server])
            return (outcomes, server.scoring.filter { $0.prompts == [bad] }.count)
        }
        var expected = Self.expected("vllm")
        guard case .failed(let reason) = outcomes[7] else {
            Issue.record("it was scored")
            return
        }
        expected[7] = .failed(reason)
        #expect(reason.contains("too long"))
        #expect(outcomes == expected)
        #expect(tries == 2)
    }

    @Test("an engine that comes back with a shorter context fails no sequence: it is refused")
    func shorterContext() async throws {
        var options = Self.options
        options.longestSequence = 4095
        let outcomes = try await StandIn.with(StandIn.healthy) { server in
            try await Self.outcomes("vllm", [server], options: options)
        }
        #expect(outcomes == Self.expected("vllm"))
        options.longestSequence = 4096
        let error = await #expect(throws: EngineError.self) {
            try await StandIn.with(StandIn.healthy) { server in
                _ = try await Self.outcomes("vllm", [server], options: options)
            }
        }
        #expect(error?.kind == .refused)
        #expect(
            error?.message.contains("takes sequences of 4095 tokens, before it took 4096") == true)
    }

    @Test("what refused eight sequences in a row refuses the next run at its first one")
    func refusalsAreCountedAcrossRuns() async throws {
        let answer: StandIn.Answer = { _ in .status(400, body: "{\"message\":\"no\"}") }
        try await StandIn.with(answer) { server in
            let transport = try EngineTransport(timing: Self.timing)
            let address = try EngineAddress(kind: "vllm", urls: [server.url], model: "m")
            let pool = EnginePool(
                EngineClient.all(address, transport: transport), options: Self.options,
                timing: Self.timing, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            var given: [Int] = []
            for _ in 0..<2 {
                let results = NIOLockedValueBox(0)
                let work = Self.sequences.enumerated().map {
                    EngineSequence(id: Int64($0.offset), tokens: $0.element)
                }
                let windows = NIOLockedValueBox([work])
                let error = await #expect(throws: EngineError.self) {
                    try await pool.run {
                        windows.withLockedValue { $0.popLast() }
                    } record: { found in
                        results.withLockedValue { $0 += found.count }
                    }
                }
                #expect(error?.kind == .refused)
                given.append(results.withLockedValue { $0 })
            }
            #expect(given == [7, 0])
            try await transport.shutDown()
        }
    }

    @Test("a request that was not answered in time is given twice the time")
    func slowEngine() async throws {
        var timing = Self.timing
        timing.base = .milliseconds(400)
        timing.slowestTokensPerSecond = 500
        // 400 tokens: 1.2 s are granted at first, and the answer takes 1.7 s.
        let ids = (0..<400).map { Int32($0) }
        let answer: StandIn.Answer = { .late(1.7, StandIn.healthy($0)) }
        try await StandIn.with(answer) { server in
            let transport = try EngineTransport(timing: timing)
            let address = try EngineAddress(kind: "vllm", urls: [server.url], model: "m")
            let pool = EnginePool(
                EngineClient.all(address, transport: transport), options: Self.options,
                timing: timing, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let outcomes = try await pool.score([ids])
            #expect(outcomes == Self.expected("vllm", [ids]))
            #expect(server.scoring.count == 2)
            try await transport.shutDown()
        }
    }

    @Test("the key is taken out of all that a server says", arguments: ["model", "fingerprint"])
    func redaction(place: String) async throws {
        let file = FileManager.default.temporaryDirectory.appending(
            path: "refinery-key-\(UUID().uuidString)")
        try Data("sekrit-key\n".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        let key = try EngineKey(path: file.path)
        let answer: StandIn.Answer = { request in
            let text = EngineAnswers.vllm(
                request.prompts, model: place == "model" ? "sekrit-key" : "m",
                fingerprint: place == "model" ? "a" : "\(request.number) sekrit-key")
            return .json(text)
        }
        let error = await #expect(throws: EngineError.self) {
            try await StandIn.with(answer) { server in
                _ = try await Self.outcomes("vllm", [server], key: key)
            }
        }
        #expect(error?.kind == .refused)
        #expect(error.map { !"\($0)".contains("sekrit") } == true, "\(error as Any)")
        #expect(error.map { "\($0)".contains("…") } == true, "\(error as Any)")
    }

    @Test("a key is taken out before an answer's text is cut")
    func redactionBeforeCutting() throws {
        let body = Array((String(repeating: "x", count: 295) + "sekrit-key").utf8)
        let text = EngineStatus.message(in: body) { $0.replacing("sekrit-key", with: "…") }
        #expect(text == String(repeating: "x", count: 295) + "…")
    }

    @Test func retryAfterIsFollowed() async throws {
        let clock = ContinuousClock()
        let start = clock.now
        let answer: StandIn.Answer = { request in
            request.number == 0
                ? .status(503, headers: ["retry-after": "1"]) : StandIn.healthy(request)
        }
        let outcomes = try await StandIn.with(answer) { server in
            try await Self.outcomes("vllm", [server])
        }
        #expect(outcomes == Self.expected("vllm"))
        #expect(clock.now - start >= .seconds(1))
    }

    @Test func anEngineThatIsNotThereIsWaitedForAsLongAsPatienceLasts() async throws {
        var options = Self.options
        options.patience = .milliseconds(300)
        // Held and not listened at: nobody else can come to answer there.
        let held = try HeldPort()
        let transport = try EngineTransport(timing: Self.timing)
        let address = try EngineAddress(
            kind: "vllm", urls: ["http://127.0.0.1:\(held.port)"], model: "m")
        let pool = EnginePool(
            EngineClient.all(address, transport: transport), options: options,
            timing: Self.timing, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let error = await #expect(throws: EngineError.self) { try await pool.score([[1, 2]]) }
        #expect(error?.kind == .unavailable(retryAfter: nil))
        try await transport.shutDown()
        withExtendedLifetime(held) {}
    }
}

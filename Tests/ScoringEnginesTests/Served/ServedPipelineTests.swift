import Foundation
import NIOConcurrencyHelpers
import Prediction
import TeacherInference
import Testing

@testable import Refinery
@testable import ScoringEngines

/// The pipeline with a teacher that a stand-in serves.
@Suite(.timeLimit(.minutes(5))) struct ServedPipelineTests {
    /// What a run without faults records and exports.
    struct Undisturbed {
        var teacher: [String]
        var reference: [String]
        var export: [String]
    }

    /// Calls `body` with stand-ins that answer by `answers`, one an endpoint.
    private func with<Result>(
        _ answers: [StandIn.Answer], _ body: ([StandIn]) async throws -> Result
    ) async throws -> Result {
        guard let first = answers.first else { return try await body([]) }
        return try await StandIn.with(tokenize: ServedFixture.tokenize, first) { server in
            try await with(Array(answers.dropFirst())) { try await body([server] + $0) }
        }
    }

    private func undisturbed(_ kind: String = "vllm") async throws -> Undisturbed {
        let fixture = try ServedFixture()
        try await with([StandIn.healthy]) { servers in
            try await fixture.pipeline(
                ServedFixture.configuration(servers.map(\.url), kind: kind)
            ).drain()
        }
        return Undisturbed(
            teacher: try fixture.scores(.teacher), reference: try fixture.scores(.reference),
            export: try fixture.export())
    }

    @Test("a served teacher scores every chunk as its engine says, beside a native reference")
    func scores() async throws {
        let fixture = try ServedFixture()
        try await with([StandIn.healthy]) { servers in
            try await fixture.pipeline(ServedFixture.configuration(servers.map(\.url))).drain()
        }
        #expect(try !fixture.store.hasWork())
        let model = try #require(try fixture.store.status().teacher)
        let served = try #require(model.served)
        #expect(model.architecture == "vllm" && served.model == "m" && served.root == "/models/m")
        #expect(served.engineVersion == "0.32.0" && served.canaryNLL > 0)
        let chunks = try fixture.store.nextPending(after: 0, limit: 999)
        #expect(chunks.isEmpty)
        // Every sum is that of the answers, whose log-probs are a function of the ids.
        let texts = try fixture.teacherTexts()
        #expect(texts.count > 20)
        for text in texts {
            let ids = text.bytes.withUnsafeBytes { ServedFixture.tokenizer.encode($0) }
            let logProbs = EngineAnswers.logProbs(ids)
            let nll = logProbs.reduce(0) { $0 - Double($1) }
            #expect(text.tokens == ids.count - 1 && abs(text.nll - nll) < 1e-9)
            #expect(text.top1 == EngineAnswers.ranks(ids).count(where: { $0 == 1 }))
        }
        #expect(try fixture.count("SELECT count(*) FROM score") == 2 * texts.count)
    }

    @Test("of a served reference a prediction sees its NLLs alone, and the result says so")
    func referenceOfAShare() async throws {
        let fixture = try ServedFixture(documents: 200)
        try await with([StandIn.healthy]) { servers in
            var configuration = ServedFixture.configuration(servers.map(\.url))
            (configuration.teacher, configuration.reference) = (
                configuration.reference, configuration.teacher
            )
            configuration.teacherShare = try DecimalFraction("0.6")
            try await fixture.pipeline(configuration).drain()
        }
        let unread = try fixture.count("SELECT count(*) FROM unread")
        #expect(unread > 50)
        var rule = SelectionRule(size: .topK(20))
        rule.score = .column(.expectedDifference)
        rule.trustsPrediction = true
        let selection = try SelectionStage(fixture.store).select(rule, name: nil)
        let prediction = try #require(selection.prediction)
        #expect(prediction.sees == .nll && prediction.chunks - prediction.read == unread)
        // Nine statistics and nothing else.
        #expect(selection.rule.prediction?.coefficients.count == 9)
    }

    @Test("an engine without ranks leaves them out, and selections do not need them")
    func withoutRanks() async throws {
        let fixture = try ServedFixture()
        try await with([StandIn.healthy]) { servers in
            try await fixture.pipeline(
                ServedFixture.configuration(servers.map(\.url), kind: "sglang")
            ).drain()
        }
        let all = try fixture.count("SELECT count(*) FROM score WHERE outcome = 'scored'")
        #expect(
            try fixture.count("SELECT count(*) FROM score WHERE top1 IS NULL AND top10 IS NULL")
                == all / 2)
        #expect(try fixture.export().count == 20)
    }

    @Test(
        "passing faults of one of two endpoints change nothing",
        arguments: PoolFaultTests.Passing.allCases)
    func passingFaults(_ fault: PoolFaultTests.Passing) async throws {
        let expected = try await undisturbed()
        let fixture = try ServedFixture()
        let faulty: StandIn.Answer = { request in
            let hasFault = request.number == 1 || request.number % 7 == 5
            return hasFault ? fault.reply(request) : StandIn.healthy(request)
        }
        try await with([faulty, StandIn.healthy]) { servers in
            try await fixture.pipeline(ServedFixture.configuration(servers.map(\.url))).drain()
        }
        #expect(try fixture.scores(.teacher) == expected.teacher)
        #expect(try fixture.scores(.reference) == expected.reference)
        #expect(try fixture.export() == expected.export)
    }

    /// A fault that a person has to mend.
    enum Lasting: String, CaseIterable, Sendable {
        case unauthorised, forbidden, notFound, fingerprint, otherModel, logits

        func reply(_ request: StandIn.Request) -> StandIn.Reply {
            switch self {
            case .unauthorised: .status(401)
            case .forbidden: .status(403)
            case .notFound: .status(404, body: "{\"message\":\"no such model\"}")
            case .fingerprint:
                // Not before an answer of the old one is there.
                request.number < 3
                    ? StandIn.healthy(request)
                    : .json(EngineAnswers.vllm(request.prompts, fingerprint: "vllm-other"))
            case .otherModel: .json(EngineAnswers.vllm(request.prompts, model: "n"))
            case .logits: PoolFaultTests.Passing.logits.reply(request)
            }
        }
    }

    @Test(
        "a lasting fault stops the teacher with the reason, and once it is mended all is scored",
        arguments: Lasting.allCases)
    func lastingFaults(_ fault: Lasting) async throws {
        let expected = try await undisturbed()
        let fixture = try ServedFixture()
        let isMended = NIOLockedValueBox(false)
        // The first scoring request is the canary.
        let answer: StandIn.Answer = { request in
            isMended.withLockedValue { $0 } || request.number == 0
                ? StandIn.healthy(request) : fault.reply(request)
        }
        try await with([answer]) { servers in
            let pipeline = fixture.pipeline(ServedFixture.configuration(servers.map(\.url)))
            async let end: Void = pipeline.drain()
            try await ServedFixture.wait(for: pipeline) { state, reason in
                state == .waiting && reason?.contains("http://localhost:") == true
            }
            // The reference does not wait for the teacher.
            while try fixture.scores(.reference).count < expected.reference.count {
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(try fixture.scores(.teacher).count < expected.teacher.count)
            isMended.withLockedValue { $0 = true }
            try await end
        }
        #expect(try fixture.scores(.teacher) == expected.teacher)
        #expect(try fixture.export() == expected.export)
    }

    @Test("a key that is mended in its file is taken without a restart")
    func mendedKey() async throws {
        let expected = try await undisturbed()
        let fixture = try ServedFixture()
        let file = FileManager.default.temporaryDirectory.appending(
            path: "refinery-key-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        func write(_ key: String) throws {
            try Data(key.utf8).write(to: file)
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o600], ofItemAtPath: file.path)
        }
        try write("old")
        let wanted = NIOLockedValueBox("Bearer old")
        // The canary is scored by the old key; then the engine is started with another.
        let answer: StandIn.Answer = { request in
            wanted.withLockedValue { wanted in
                guard request.authorization == wanted else { return .status(401) }
                wanted = "Bearer new"
                return StandIn.healthy(request)
            }
        }
        try await with([answer]) { servers in
            let pipeline = fixture.pipeline(
                ServedFixture.configuration(servers.map(\.url)) { $0.keyFile = file.path })
            async let end: Void = pipeline.drain()
            try await ServedFixture.wait(for: pipeline) { state, reason in
                state == .waiting && reason?.contains("401") == true
            }
            try write("new")
            try await end
        }
        #expect(try fixture.scores(.teacher) == expected.teacher)
    }

    @Test("what is no engine at all is refused at the start, and not waited for")
    func noEngine() async throws {
        let fixture = try ServedFixture()
        let error = await #expect(throws: RefineryError.self) {
            try await with([{ _ in .json("<html>It works!</html>") }]) { servers in
                var configuration = ServedFixture.configuration(servers.map(\.url))
                configuration.waitsForEngines = false
                try await fixture.pipeline(configuration).drain()
            }
        }
        #expect(error?.kind == .engineRefused)
    }

    @Test("weights of another name are refused before their canary is recorded")
    func otherRevision() async throws {
        let fixture = try ServedFixture()
        let other: StandIn.Answer = {
            .json(EngineAnswers.vllm($0.prompts, fingerprint: "sha256:other"))
        }
        let error = await #expect(throws: RefineryError.self) {
            try await with([other]) { servers in
                var configuration = ServedFixture.configuration(servers.map(\.url)) {
                    $0.revision = "sha256:named"
                }
                configuration.waitsForEngines = false
                try await fixture.pipeline(configuration).drain()
            }
        }
        #expect(error?.kind == .engineRefused && error?.message.contains("sha256:other") == true)
        #expect(try fixture.count("SELECT count(*) FROM model") == 0)
    }

    @Test("where nobody mends it, a refusal is an error and nothing wrong is recorded")
    func refusal() async throws {
        let fixture = try ServedFixture()
        let error = await #expect(throws: RefineryError.self) {
            try await with([
                { $0.number == 0 ? StandIn.healthy($0) : .status(401) }
            ]) { servers in
                var configuration = ServedFixture.configuration(servers.map(\.url))
                configuration.waitsForEngines = false
                try await fixture.pipeline(configuration).drain()
            }
        }
        #expect(error?.kind == .engineRefused && error?.message.contains("401") == true)
        #expect(try fixture.scores(.teacher).isEmpty)
    }

    @Test("an engine that is not there at the start is waited for, and status says so")
    func absence() async throws {
        let fixture = try ServedFixture()
        let port = try await with([StandIn.healthy]) { servers in
            try EngineURL(servers[0].url).port
        }
        let pipeline = fixture.pipeline(
            ServedFixture.configuration(["http://localhost:\(port)"]))
        let end = Task { try await pipeline.drain() }
        try await ServedFixture.wait(for: pipeline) { state, reason in
            state == .waiting
                && reason?.contains("the connection failed: Connection refused") == true
        }
        try await StandIn.with(
            port: port, tokenize: ServedFixture.tokenize, StandIn.healthy
        ) { _ in try await end.value }
        #expect(try !fixture.store.hasWork())
    }

    @Test("weights that changed between two starts fail the canary, and are not mixed in")
    func canary() async throws {
        let fixture = try ServedFixture()
        try await with([StandIn.healthy]) { servers in
            try await fixture.pipeline(ServedFixture.configuration(servers.map(\.url))).drain()
        }
        let before = try fixture.scores(.teacher)
        try fixture.add(50..<54)
        let other: StandIn.Answer = { request in
            .json(
                EngineAnswers.vllm(request.prompts).replacing(
                    "\"logprob\":-", with: "\"logprob\":-1"))
        }
        try await with([other]) { servers in
            // Another port: endpoints are no part of the fingerprint.
            let pipeline = fixture.pipeline(ServedFixture.configuration(servers.map(\.url)))
            async let end: Void = pipeline.run()
            try await ServedFixture.wait(for: pipeline) { state, reason in
                state == .waiting && reason?.contains("canary") == true
            }
            pipeline.stop()
            try await end
        }
        #expect(try fixture.scores(.teacher) == before)
        try await with([StandIn.healthy]) { servers in
            try await fixture.pipeline(ServedFixture.configuration(servers.map(\.url))).drain()
        }
        #expect(try fixture.scores(.teacher).count > before.count)
        #expect(try fixture.count("SELECT count(*) FROM model") == 2)
    }

    @Test("another tokenizer is refused with the first text that differs")
    func tokenizer() async throws {
        let fixture = try ServedFixture()
        let error = await #expect(throws: RefineryError.self) {
            try await StandIn.with(
                tokenize: { $0.contains("fox") ? [5] : ServedFixture.tokenize($0) }, StandIn.healthy
            ) { server in
                var configuration = ServedFixture.configuration([server.url])
                configuration.waitsForEngines = false
                try await fixture.pipeline(configuration).drain()
            }
        }
        #expect(error?.message.contains("The quick brown fox") == true)
        #expect(try fixture.count("SELECT count(*) FROM model") == 0)
    }

    @Test("a context that is too short for the chunks is refused")
    func context() async throws {
        let fixture = try ServedFixture()
        let error = await #expect(throws: RefineryError.self) {
            try await with([StandIn.healthy]) { servers in
                var configuration = ServedFixture.configuration(servers.map(\.url))
                configuration.maxTokens = 4096
                try await fixture.pipeline(configuration).drain()
            }
        }
        #expect(error?.kind == .refused && error?.message.contains("4095") == true)
    }

    @Test("a pipeline that is told to stop does not wait for an engine that is silent")
    func stop() async throws {
        let fixture = try ServedFixture()
        try await with([{ $0.number == 0 ? StandIn.healthy($0) : .silence }]) { servers in
            let pipeline = fixture.pipeline(ServedFixture.configuration(servers.map(\.url)))
            async let end: Void = pipeline.run()
            while servers[0].scoring.count < 2 { try await Task.sleep(for: .milliseconds(5)) }
            let start = ContinuousClock.now
            pipeline.stop()
            try await end
            #expect(ContinuousClock.now - start < .seconds(10))
        }
        #expect(try fixture.scores(.teacher).isEmpty)
    }

    @Test("another dtype, revision, name or engine is another model; another endpoint is not")
    func fingerprint() throws {
        var engine = EngineReference(kind: "vllm", urls: ["http://a"], model: "m")
        let first = ModelFingerprint.served(engine, tokenizerDigest: "t", contextRule: "bos")
        engine.urls = ["https://b", "https://c"]
        engine.tokensInFlight = 300
        #expect(
            ModelFingerprint.served(engine, tokenizerDigest: "t", contextRule: "bos") == first)
        var all: Set = [
            first, ModelFingerprint.served(engine, tokenizerDigest: "u", contextRule: "bos"),
            ModelFingerprint.served(engine, tokenizerDigest: "t", contextRule: "none"),
        ]
        let changes: [(inout EngineReference) -> Void] = [
            { $0.dtype = "float32" }, { $0.revision = "r" }, { $0.model = "n" },
            { $0.kind = "sglang" },
        ]
        for change in changes {
            var other = engine
            change(&other)
            all.insert(
                ModelFingerprint.served(other, tokenizerDigest: "t", contextRule: "bos"))
        }
        #expect(all.count == 7)
    }

    @Test("a key that others can read, or that would go unencrypted, is refused")
    func keys() async throws {
        let fixture = try ServedFixture(documents: 0)
        let path = fixture.folder.appendingPathComponent("key").path
        try Data("secret-key\n".utf8).write(to: URL(fileURLWithPath: path))
        chmod(path, 0o644)
        let open = ServedFixture.configuration(["http://localhost:1"]) { $0.keyFile = path }
        let error = await #expect(throws: RefineryError.self) {
            try await fixture.pipeline(open).drain()
        }
        #expect(error?.message.contains("others can read") == true)
        chmod(path, 0o600)
        let far = ServedFixture.configuration(["http://gpu.invalid:1"]) { $0.keyFile = path }
        let second = await #expect(throws: RefineryError.self) {
            try await fixture.pipeline(far).drain()
        }
        #expect(second?.hint?.contains("allow_plain_http") == true)
        #expect("\(second as Any)".contains("secret") == false)
    }
}

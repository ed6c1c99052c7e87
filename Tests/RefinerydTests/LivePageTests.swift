import Foundation
import Hummingbird
import Logging
import Refinery
import Testing

@testable import refineryd

/// The live page on a port of its own, asked as a browser or Prometheus asks.
@Suite(.timeLimit(.minutes(2))) struct LivePageTests {
    private static let token = "a-token-of-many-letters"

    /// Calls `body` with the page of an empty store.
    private func withPage(
        token: String? = nil,
        _ body: (_ client: PortClient, _ feed: LiveFeed) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        var configuration = Configuration()
        configuration.store = folder.path("s.db")
        let store = try Store(path: configuration.store)
        var secret: PageToken?
        if let token {
            let path = folder.path("token")
            try Data("\(token)\n".utf8).write(to: URL(fileURLWithPath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            secret = try PageToken(path: path)
        }
        let environment = RouteEnvironment.test(store, configuration)
        let feed = LiveFeed(period: .milliseconds(20))
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let (ports, port) = AsyncStream<Int>.makeStream()
        let address = try #require(PageAddress("127.0.0.1:0"))
        let server = LiveServer(address, token: secret, .test(environment, feed), logger: logger) {
            port.yield($0)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            var iterator = ports.makeAsyncIterator()
            let found = try #require(await iterator.next())
            do {
                try await body(PortClient(port: found), feed)
                group.cancelAll()
            } catch {
                group.cancelAll()
                throw error
            }
            while let result = await group.nextResult() { _ = result }
        }
        try store.close()
        withExtendedLifetime(folder) {}
    }

    @Test("the page is whole, and nothing on it may come from elsewhere")
    func page() async throws {
        try await withPage { client, _ in
            let page = try await client.get("/")
            #expect(page.status == 200 && page.body.contains("<title>refineryd</title>"))
            let policy = try #require(page.headers["content-security-policy"])
            #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"))
            #expect(page.headers["x-content-type-options"] == "nosniff")
            for path in ["/live.css", "/live.js", "/icon.svg"] {
                #expect(page.body.contains("\"\(path)\""))
                let status = try await client.get(path).status
                #expect(status == 200)
            }
            // No markup is made of what comes from the daemon, and no handler is inline.
            let script = try await client.get("/live.js").body
            #expect(!script.contains("innerHTML") && !script.contains("eval("))
            #expect(!page.body.contains("style=") && !page.body.contains("onclick"))
        }
    }

    @Test func `what a screen reader says by itself is a place of its own, not the numbers`()
        async throws
    {
        try await withPage { client, _ in
            let page = try await client.get("/").body
            #expect(page.components(separatedBy: "aria-live=").count == 2)
            #expect(page.contains(#"<p id="spoken" class="spoken" aria-live="polite"></p>"#))
            #expect(!page.contains("role=\"status\""))
            let script = try await client.get("/live.js").body
            #expect(script.components(separatedBy: #""spoken""#).count == 2)
        }
    }

    @Test(
        "nothing that changes state answers there",
        arguments: ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
    func readOnly(_ method: String) async throws {
        try await withPage { client, _ in
            for path in ["/", "/v1/pause", "/metrics", "/v1/corpora/a"] {
                let status = try await client.send(method, path).status
                #expect(status == 405)
            }
            let status = try await client.get("/v1/status").status
            #expect(status == 404)
            let head = try await client.send("HEAD", "/")
            #expect(head.status == 200 && head.body.isEmpty)
        }
    }

    @Test("a request for another host is refused, so that no name of a stranger leads here")
    func foreignHost() async throws {
        try await withPage { client, _ in
            for host in ["evil.example", "evil.example:8517", "localhost.evil.example", ""] {
                let status = try await client.get("/", host: host).status
                #expect(status >= 400, "\(host)")
            }
            for host in ["localhost", "localhost:8517", "127.0.0.1:9", "[::1]:8517", "10.0.0.7"] {
                let status = try await client.get("/", host: host).status
                #expect(status == 200, "\(host)")
            }
        }
    }

    @Test("where there is a token, it is asked for, as a bearer token or a password")
    func token() async throws {
        try await withPage(token: Self.token) { client, _ in
            let refused = try await client.get("/metrics")
            #expect(refused.status == 401)
            #expect(refused.headers["www-authenticate"]?.hasPrefix("Basic") == true)
            let basic = Data("me:\(Self.token)".utf8).base64EncodedString()
            for (header, status) in [
                ("Bearer \(Self.token)", 200), ("bearer \(Self.token)", 200),
                ("Basic \(basic)", 200), ("Bearer \(Self.token)x", 401), ("Bearer ", 401),
                ("Basic \(Self.token)", 401), ("Bearer a-token-of-many-letterz", 401),
            ] {
                let answer = try await client.get("/metrics", authorization: header)
                #expect(answer.status == status, "\(header)")
            }
        }
    }

    @Test("metrics name everything with its type, and labels are spelled out safely")
    func metrics() async throws {
        try await withPage { client, _ in
            let answer = try await client.get("/metrics")
            #expect(answer.headers["content-type"]?.hasPrefix("text/plain; version=0.0.4") == true)
            let lines = answer.body.split(separator: "\n")
            #expect(lines.contains("refinery_state{state=\"loading\"} 1"))
            #expect(lines.contains("# TYPE refinery_scored_tokens_total counter"))
            #expect(lines.contains("refinery_scored_tokens_total{role=\"teacher\"} 0"))
        }
        var status = StatusReport()
        status.version = "1"
        status.tokensPerSecond = 12.5
        var corpus = CorpusStatus(name: "a\"b\\c\nd")
        corpus.documents = 1
        corpus.scored = RoleCounts(teacher: 7, reference: 8)
        status.corpora = [corpus]
        let report = LiveReport(
            time: 0, status: status,
            progress: [.init(corpus: corpus.name, share: corpus.doneShare, secondsLeft: nil)],
            places: [], scoredTokens: RoleCounts(), rejects: [], space: nil,
            process: ProcessUse(started: Date()), jobs: [], selections: [], warnings: [])
        let lines = Metrics(report).text.split(separator: "\n")
        #expect(lines.contains("refinery_documents{corpus=\"a\\\"b\\\\c\\nd\"} 1"))
        #expect(
            lines.contains(
                "refinery_chunks_scored{corpus=\"a\\\"b\\\\c\\nd\",role=\"reference\"} 8"))
        #expect(lines.contains("refinery_tokens_per_second 12.5"))
        var typed: Set<Substring> = []
        for line in lines {
            let words = line.split(separator: " ")
            if line.hasPrefix("# TYPE ") {
                #expect(typed.insert(words[2]).inserted, "\(words[2]) is typed twice")
            } else if !line.hasPrefix("#") {
                let name = line.prefix { $0 != "{" && $0 != " " }
                #expect(typed.contains(name), "\(name) has no type before it")
                #expect(words.last.flatMap { Double($0) } != nil)
            }
        }
    }

    @Test("warnings are kept, the newest twenty, and what is below a warning is not")
    func warnings() {
        let warnings = RecentWarnings()
        var logger = Logger(label: "test") { _ in WarningTap(warnings) }
        logger.logLevel = .trace
        logger.notice("quiet")
        for number in 0..<25 { logger.warning("loud", metadata: ["number": "\(number)"]) }
        #expect(warnings.entries.count == 20)
        #expect(warnings.entries.first?.text == "loud number=24")
    }

    @Test("while models are loaded it is alive, and not ready")
    func health() async throws {
        try await withPage { client, _ in
            let alive = try await client.get("/healthz")
            #expect(alive.status == 200 && alive.body == "loading\n")
            let ready = try await client.get("/readyz").status
            #expect(ready == 503)
            let history = try await client.get("/history").body
            #expect(history == "[]\n")
        }
    }

    @Test("a viewer gets one report after another, made once for all, and none without viewers")
    func events() async throws {
        try await withPage { client, feed in
            #expect(feed.viewerCount == 0)
            let text = try await client.stream("/events") {
                $0.components(separatedBy: "data: ").count > 3
            }
            #expect(
                text.contains("content-type: text/event-stream")
                    || text.contains("Content-Type: text/event-stream"))
            #expect(text.contains("\"state\":\"loading\""))
            // Who goes is forgotten at the next report.
            for _ in 0..<200 where feed.viewerCount > 0 {
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(feed.viewerCount == 0)
        }
    }

    @Test("a port that somebody else has ends the daemon with its name, and is not passed over")
    func takenPort() async throws {
        try await withPage { client, _ in
            let folder = try TemporaryFolder()
            let store = try Store(path: folder.path("t.db"))
            let address = try #require(PageAddress("127.0.0.1:\(client.port)"))
            let second = LiveServer(
                address, token: nil, .test(.test(store, Configuration())),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let error = await #expect(throws: RefineryError.self) { try await second.run() }
            #expect(
                error?.message.contains("127.0.0.1:\(client.port): Address already in use") == true)
            try store.close()
            withExtendedLifetime(folder) {}
        }
    }

    @Test("the socket has the metrics, too")
    func socket() async throws {
        try await withServer { client, _ in
            let answer = try await client.send("GET", "/metrics")
            #expect(answer.status == 200 && answer.body.contains("refinery_build_info{version="))
        }
    }

    @Test(
        "an address beyond this machine needs a token",
        arguments: [
            ("127.0.0.1:8517", true), ("localhost:1", true), ("[::1]:8517", true),
            ("0.0.0.0:8517", false), ("gpu7.lan:8517", false), ("[::]:8517", false),
            ("8517", false), ("127.0.0.1", false), ("127.0.0.1:65536", false), (":1", false),
            ("::1:8517", false), ("a b:1", false),
        ])
    func addresses(_ text: String, isFine: Bool) {
        var configuration = Configuration()
        configuration.http = text
        let problems = configuration.problems.filter { $0.hasPrefix("http") }
        #expect(problems.isEmpty == isFine, "\(problems)")
        if PageAddress(text) != nil {
            configuration.httpTokenFile = "t"
            #expect(!configuration.problems.contains { $0.hasPrefix("http") })
        }
    }
}

import Foundation
import Testing

/// Whatever a client does not do, the others are served.
@Suite(.serialized) struct StalledClientTests {
    private static let model = Programs.fixture("pair.gguf")

    private func start(_ folder: Folder, _ settings: String = "") throws -> Daemon {
        try Daemon(
            folder, teacher: Self.model, reference: Programs.fixture("pair"),
            settings: "threads = 1\nmax_tokens = 64\n" + settings)
    }

    private func corpus(_ folder: Folder, _ name: String) throws -> String {
        try folder.write(
            name + ".jsonl",
            (0..<20).map { "{\"id\":\"\(name)\($0)\",\"text\":\"Boat \($0) of \(name).\"}\n" }
                .joined())
    }

    /// `refinectl status` answers, and soon.
    private func expectStatus(_ daemon: Daemon) throws {
        let began = Date()
        let status = try daemon.control("status", "--json")
        #expect(status.status == 0, "\(status.errors)")
        #expect(Date().timeIntervalSince(began) < 10)
    }

    @Test("readers that do not read stop neither status nor scoring")
    func readers() throws {
        let folder = try Folder()
        let daemon = try start(folder)
        // Far more than a socket and the buffers before it take.
        let bad = try folder.write("bad.jsonl", String(repeating: "no json\n", count: 20_000))
        #expect(try daemon.control("enqueue", bad).status == 1)
        let readers = (0..<12).map { _ in RawClient(folder("socket"), get: "/v1/rejects") }
        try expectStatus(daemon)
        let scored = try daemon.control("enqueue", corpus(folder, "a"), "--wait")
        #expect(scored.status == 0, "\(scored.errors)")
        try expectStatus(daemon)
        let whole = try daemon.control("rejects", "--json")
        #expect(whole.output.split(separator: "\n").count == 20_000)
        withExtendedLifetime(readers) {}
    }

    @Test("who sends or takes nothing is cut off after client_seconds, and told where it can be")
    func limit() async throws {
        let folder = try Folder()
        let daemon = try start(folder, "client_seconds = 2\n")
        let bad = try folder.write("bad.jsonl", String(repeating: "no json\n", count: 20_000))
        #expect(try daemon.control("enqueue", bad).status == 1)
        let reader = RawClient(folder("socket"), get: "/v1/rejects")
        let upload = RawClient(
            folder("socket"), upload: "{\"id\":\"u\",\"text\":\"Once.\"}\n{",
            to: "/v1/imports?file=u&corpus=u")
        #expect(try await reader.isHungUp())
        let read = try #require(await reader.readToEnd())
        #expect(read.hasPrefix("HTTP/1.1 200") && !read.hasSuffix("0\r\n\r\n"))
        let answer = try #require(await upload.readToEnd())
        #expect(answer.contains("incomplete after line 1: nothing arrived for 2 s"), "\(answer)")
        #expect(try daemon.control("corpora").output.contains("u "), "what was complete is kept")
    }

    @Test("uploads that stall hold no place that cancel does not free")
    func uploads() async throws {
        let folder = try Folder()
        let daemon = try start(folder)
        let uploads = (0..<16).map {
            RawClient(
                folder("socket"), upload: "{\"id\":\"u\($0)\",\"text\":\"Once.\"}\n{",
                to: "/v1/imports?file=u\($0)&corpus=u\($0)")
        }
        func running() throws -> Int {
            try daemon.control("jobs", "--json").output
                .components(separatedBy: #""state":"running""#).count - 1
        }
        let end = Date() + 300
        while try running() < 16, Date() < end { try await Task.sleep(for: .milliseconds(50)) }
        #expect(try running() == 16)
        try expectStatus(daemon)
        for job in [1, 2] { #expect(try daemon.control("cancel", "\(job)").status == 0) }
        // Whoever waits for a place has those cut off that have stalled for long.
        while try running() > 14, Date() < end { try await Task.sleep(for: .milliseconds(50)) }
        #expect(try running() == 14)
        let enqueued = try daemon.control("enqueue", corpus(folder, "a"))
        #expect(enqueued.status == 0, "\(enqueued.errors)")
        var answers: [String] = []
        for upload in uploads {
            if let answer = try await upload.readToEnd(seconds: 0.2) { answers.append(answer) }
        }
        #expect(answers.count == 2, "only two were cancelled: \(answers)")
        #expect(answers.allSatisfy { $0.contains("was cancelled") }, "\(answers)")
        #expect(try running() == 14)
        let jobs = try daemon.control("jobs", "--json").output
        #expect(jobs.contains("incomplete after line 1: cancelled"))
        withExtendedLifetime(uploads) {}
    }

    @Test("fifty imports and listings at once are all served")
    func crowd() async throws {
        let folder = try Folder()
        let daemon = try start(folder)
        let body = "{\"id\":\"a\",\"text\":\"one\"}\n"
        let clients = (0..<50).map { number in
            let client = RawClient(folder("socket"))
            client.send(
                number % 2 == 1
                    ? "GET /v1/rejects HTTP/1.1\r\nConnection: close\r\n\r\n"
                    : "POST /v1/imports?file=f&corpus=c\(number) HTTP/1.1\r\n"
                        + "Connection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
            return client
        }
        for client in clients {
            let answer = try await client.readToEnd() ?? "nothing"
            #expect(answer.hasPrefix("HTTP/1.1 200"), "\(answer)")
        }
        try await daemon.waitForStatus { $0.contains(#""state":"idle""#) }
        #expect(try daemon.control("corpora").output.contains("c48"))
    }

    @Test("three hundred idle connections lock nobody out")
    func idleConnections() async throws {
        let folder = try Folder()
        let daemon = try start(folder)
        var idle = (0..<150).map { _ in RawClient(folder("socket")) }
        // Half a request each, which goes on for ever.
        for client in idle.suffix(50) { client.send("GET /v1/status HTTP/1.1\r\nX: ") }
        for _ in 0..<20 {
            let client = RawClient(folder("socket"))
            client.send("POST /v1/selections HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
            idle.append(client)
        }
        try await Task.sleep(for: .seconds(2))
        idle += (0..<130).map { _ in RawClient(folder("socket")) }
        try expectStatus(daemon)
        let enqueued = try daemon.control("enqueue", corpus(folder, "a"), "--wait")
        #expect(enqueued.status == 0, "\(enqueued.errors)")
        withExtendedLifetime(idle) {}
    }

    @Test("long lines that come at once take no more memory than the budget")
    func memory() async throws {
        let folder = try Folder()
        let daemon = try start(
            folder, "max_line_bytes = 20000000\nrequest_bytes = 67108864\n")
        // Cutting such a text takes memory of its own.
        #expect(try daemon.control("pause").status == 0)
        let before = try daemon.memory("VmRSS")
        let text = String(repeating: "The boats went down the river. ", count: 600_000)
        let socket = folder("socket")
        let answers = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<6 {
                group.addTask {
                    let body = "{\"id\":\"\(number)\",\"text\":\"\(text)\"}\n"
                    let client = RawClient(socket)
                    let head =
                        "POST /v1/imports?file=f\(number) HTTP/1.1\r\nHost: x\r\n"
                        + "Connection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
                    // Blocks while the daemon takes its time, so on a thread of its own.
                    await withCheckedContinuation { continuation in
                        Thread.detachNewThread {
                            client.send(head + body)
                            continuation.resume()
                        }
                    }
                    return try await client.readToEnd() ?? "nothing"
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.allSatisfy { $0.contains(#""added":1"#) }, "\(answers)")
        let grown = try daemon.memory("VmHWM") - before
        // Six lines of 18.6 MB, each four or five times in memory, would be some 500 MB.
        #expect(grown < 256 << 20, "\(grown >> 20) MiB")
    }
}

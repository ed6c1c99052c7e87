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

    @Test("readers that do not read stop neither status nor scoring, and are cut off in the end")
    func readers() throws {
        let folder = try Folder()
        let daemon = try start(folder, "client_seconds = 6\n")
        // Far more than a socket and the buffers before it take.
        let bad = try folder.write("bad.jsonl", String(repeating: "no json\n", count: 30_000))
        #expect(try daemon.control("enqueue", bad).status == 0)
        let readers = (0..<12).map { _ in RawClient(folder("socket"), get: "/v1/rejects") }
        try expectStatus(daemon)
        let scored = try daemon.control("enqueue", corpus(folder, "a"), "--wait")
        #expect(scored.status == 0, "\(scored.errors)")
        try expectStatus(daemon)
        sleep(8)
        for reader in readers {
            let read = try #require(reader.readToEnd(seconds: 30), "it was not cut off")
            #expect(read.hasPrefix("HTTP/1.1 200") && !read.hasSuffix("0\r\n\r\n"))
        }
        let whole = try daemon.control("rejects", "--json")
        #expect(whole.output.split(separator: "\n").count == 30_000)
    }

    @Test("uploads that stall keep nobody out for long, and cancel ends them")
    func uploads() throws {
        let folder = try Folder()
        let daemon = try start(folder, "client_seconds = 10\n")
        let uploads = (0..<16).map {
            RawClient(
                folder("socket"), upload: "{\"id\":\"u\($0)\",\"text\":\"Once.\"}\n{",
                to: "/v1/imports?file=u\($0)&corpus=u\($0)")
        }
        let end = Date() + 30
        while try daemon.control("jobs", "--json").output.components(
            separatedBy: #""state":"running""#
        ).count <= 16, Date() < end { usleep(50_000) }
        try expectStatus(daemon)

        let cancelled = try daemon.control("cancel", "1")
        #expect(cancelled.status == 0, "\(cancelled.errors)")
        var answers: [Int: String] = [:]
        func read(seconds: Double) {
            for (place, upload) in uploads.enumerated() where answers[place] == nil {
                answers[place] = upload.readToEnd(seconds: seconds)
            }
        }
        while answers.isEmpty, Date() < end { read(seconds: 0.05) }
        #expect(answers.count == 1, "only one was cancelled: \(answers)")
        #expect(answers.values.first?.contains("job 1 was cancelled") == true, "\(answers)")
        // What was complete of it is kept, and its place is free.
        let enqueued = try daemon.control("enqueue", corpus(folder, "a"))
        #expect(enqueued.status == 0, "\(enqueued.errors)")
        // The others are given up by themselves.
        read(seconds: 30)
        #expect(answers.count == 16)
        #expect(answers.values.filter { $0.contains("nothing arrived for 10 s") }.count == 15)
        let jobs = try daemon.control("jobs", "--json").output
        #expect(jobs.contains("incomplete after line 1: cancelled"))
        #expect(jobs.contains("incomplete after line 1: nothing arrived for 10 s"))
        #expect(!jobs.contains(#""state":"running""#))
    }

    @Test("three hundred idle connections lock nobody out")
    func idleConnections() throws {
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
        sleep(2)
        idle += (0..<130).map { _ in RawClient(folder("socket")) }
        try expectStatus(daemon)
        let enqueued = try daemon.control("enqueue", corpus(folder, "a"), "--wait")
        #expect(enqueued.status == 0, "\(enqueued.errors)")
        withExtendedLifetime(idle) {}
    }

    @Test("long lines that come at once take no more memory than the budget")
    func memory() throws {
        let folder = try Folder()
        let daemon = try start(
            folder, "max_line_bytes = 20000000\nrequest_bytes = 67108864\n")
        // Cutting such a text takes memory of its own.
        #expect(try daemon.control("pause").status == 0)
        let before = try daemon.memory("VmRSS")
        let text = String(repeating: "The boats went down the river. ", count: 600_000)
        let socket = folder("socket")
        DispatchQueue.concurrentPerform(iterations: 6) { number in
            let body = "{\"id\":\"\(number)\",\"text\":\"\(text)\"}\n"
            let client = RawClient(socket)
            client.send(
                "POST /v1/imports?file=f\(number) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                    + "Content-Length: \(body.utf8.count)\r\n\r\n")
            client.send(body)
            let answer = client.readToEnd(seconds: 60) ?? "none"
            #expect(answer.contains(#""added":1"#), "\(answer.prefix(500))")
        }
        let grown = try daemon.memory("VmHWM") - before
        // Six lines of 18.6 MB, each four or five times in memory, would be some 500 MB.
        #expect(grown < 256 << 20, "\(grown >> 20) MiB")
    }
}

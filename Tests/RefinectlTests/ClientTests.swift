import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@testable import Refinery
@testable import refinectl

@Suite("The client against a small server on a Unix socket")
struct ClientTests {
    private static let imports = Endpoint<Echo>(.post, "imports", "file", "corpus")

    private struct Echo: Codable, Sendable, Equatable {
        var uri: String
        var bytes: Int
    }

    @Test("nobody listening is 69, says where it looked and how to start the daemon")
    func unreachable() async throws {
        let client = Client(socketPath: "/tmp/refinectl-no-such.sock")
        let failure = await #expect(throws: Failure.self) {
            try await client.send(API.status)
        }
        #expect(failure?.exitCode == 69)
        #expect(failure?.message.contains("/tmp/refinectl-no-such.sock") == true)
        #expect(failure?.hint?.contains("systemctl start refineryd") == true)
    }

    @Test("a socket path that no socket can have is 69 as well")
    func longPath() async {
        let client = Client(socketPath: "/tmp/" + String(repeating: "x", count: 200))
        let failure = await #expect(throws: Failure.self) {
            try await client.send(API.status)
        }
        #expect(failure?.exitCode == 69)
    }

    @Test("a streamed upload arrives whole, however many pieces it has")
    func upload() async throws {
        try await TinyServer.with(.echo) { client in
            let piece = ByteBuffer(repeating: 0x61, count: 100_000)
            let answer: Echo = try await client.upload(
                Self.imports, query: [("file", "a b&c=ü.jsonl"), ("corpus", nil)],
                body: { send in for _ in 0..<50 { try await send(piece) } })
            #expect(
                answer == Echo(uri: "/v1/imports?file=a%20b%26c%3D%C3%BC.jsonl", bytes: 5_000_000))
        }
    }

    @Test("a daemon that is too busy is asked again, with the whole body")
    func busy() async throws {
        let asked = Counter()
        try await TinyServer.with(.busy(asked, times: 1)) { client in
            let piece = ByteBuffer(repeating: 0x61, count: 1000)
            let answer: Echo = try await client.upload(
                Self.imports, body: { send in try await send(piece) })
            #expect(answer.bytes == 1000)
            #expect(asked.values == [1000, 1000])
        }
    }

    @Test("what cannot be sent twice is not: the daemon's reason is heard")
    func busyOnce() async throws {
        let asked = Counter()
        try await TinyServer.with(.busy(asked, times: 1)) { client in
            let failure = await #expect(throws: Failure.self) {
                let _: Echo = try await client.upload(
                    Self.imports, repeats: false, body: { _ in })
            }
            #expect(failure?.message == "too busy")
            #expect(asked.values.count == 1)
        }
    }

    @Test("a refusal before the end of an upload is heard at once")
    func earlyRefusal() async throws {
        try await TinyServer.with(.refuse) { client in
            let failure = await #expect(throws: Failure.self) {
                let _: Echo = try await client.upload(
                    Self.imports,
                    body: { send in
                        // Never ends by itself.
                        while true {
                            try await send(ByteBuffer(string: "x"))
                            try await Task.sleep(for: .milliseconds(5))
                        }
                    })
            }
            #expect(failure == Failure("no such corpus", hint: "name another"))
        }
    }

    @Test("what the body's source throws is what the caller sees")
    func sourceFails() async throws {
        try await TinyServer.with(.echo) { client in
            let failure = await #expect(throws: Failure.self) {
                let _: Echo = try await client.upload(
                    Self.imports, body: { _ in throw Failure("disk on fire") })
            }
            #expect(failure == Failure("disk on fire"))
        }
    }

    @Test("a long answer streams through")
    func download() async throws {
        try await TinyServer.with(.stream(pieces: 200)) { client in
            let lines = LineAssembler()
            let counter = Counter()
            try await client.download(API.rejects) { buffer in
                for line in lines.feed(buffer.readableBytesView) { counter.add(line.count) }
            }
            #expect(counter.values == [Int](repeating: 9, count: 20_000))
        }
    }

    @Test("an answer that breaks off is 69, not an end")
    func brokenOff() async throws {
        try await TinyServer.with(.breakOff) { client in
            let failure = await #expect(throws: Failure.self) {
                try await client.download(API.rejects) { _ in }
            }
            #expect(failure?.exitCode == 69)
        }
    }
}

import Foundation
import Testing

@testable import refineryd

struct PipeTests {
    private struct Broken: Error {}

    @Test func `an upload's pieces arrive in order and end`() async throws {
        let pipe = UploadPipe()
        let threads = BlockingThreads()
        async let read: [UInt8] = threads.slot().run {
            var all: [UInt8] = []
            while let bytes = try pipe.next() { all += bytes }
            return all
        }
        for value in 0..<200 { #expect(await pipe.send([UInt8(value)])) }
        pipe.finish()
        #expect(try await read == (0..<200).map { UInt8($0) })
    }

    @Test func `a broken upload throws where it is read`() async throws {
        let pipe = UploadPipe()
        pipe.fail(Broken())
        #expect(throws: Broken.self) { try pipe.next() }
    }

    @Test func `a reader that has gone ends the upload`() async throws {
        let pipe = UploadPipe()
        async let sent = pipe.send([1])
        #expect(try pipe.next() == [1])
        _ = await sent
        pipe.close()
        #expect(await pipe.send([2]) == false)
    }

    @Test func `a download's pieces arrive in order and end`() async throws {
        let pipe = DownloadPipe()
        async let written: Void = BlockingThreads().slot().run {
            for value in 0..<200 { try pipe.write([UInt8(value)]) }
            pipe.finish()
        }
        var all: [UInt8] = []
        while let bytes = try await pipe.next() { all += bytes }
        try await written
        #expect(all == (0..<200).map { UInt8($0) })
    }

    @Test func `a writer learns that the reader has gone`() async throws {
        let pipe = DownloadPipe()
        async let hasEnded: Bool = BlockingThreads().slot().run {
            do {
                while true { try pipe.write([1]) }
            } catch is CancellationError {
                return true
            }
        }
        #expect(try await pipe.next() == [1])
        pipe.close()
        #expect(try await hasEnded)
    }

    @Test func `more long requests than the limit are refused`() throws {
        let threads = BlockingThreads(limit: 1)
        let slot = try threads.slot()
        #expect(throws: RequestError.self) { try threads.slot() }
        withExtendedLifetime(slot) {}
    }

    @Test func `the right to a long request comes back`() throws {
        let threads = BlockingThreads(limit: 1)
        for _ in 0..<3 { _ = try threads.slot() }
    }
}

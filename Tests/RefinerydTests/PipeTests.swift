import Foundation
import Refinery
import Synchronization
import Testing

@testable import refineryd

struct PipeTests {
    private struct Broken: Error {}

    /// Numbers in the order in which threads note them.
    private final class Noted: Sendable {
        let numbers = Mutex<[Int]>([])
    }

    /// A client that is waited for so long.
    private func wait(_ seconds: Double = 10_000, _ job: JobRegistry.Running? = nil) -> ClientWait {
        ClientWait(seconds: seconds, isCrowded: { false }, job: job)
    }

    @Test func `an upload's pieces arrive in order and end`() async throws {
        let pipe = UploadPipe()
        let threads = BlockingThreads()
        let wait = wait()
        async let read: [UInt8] = threads.slot().run {
            var all: [UInt8] = []
            while let bytes = try pipe.next(wait) { all += bytes }
            return all
        }
        for value in 0..<200 { #expect(await pipe.send([UInt8(value)])) }
        pipe.finish()
        #expect(try await read == (0..<200).map { UInt8($0) })
    }

    @Test func `a broken upload throws where it is read`() async throws {
        let pipe = UploadPipe()
        pipe.fail(Broken())
        #expect(throws: Broken.self) { try pipe.next(wait()) }
    }

    @Test func `a reader that has gone ends the upload`() async throws {
        let pipe = UploadPipe()
        async let sent = pipe.send([1])
        #expect(try pipe.next(wait()) == [1])
        _ = await sent
        pipe.close()
        #expect(await pipe.send([2]) == false)
    }

    @Test func `a download's pieces arrive in order and end`() async throws {
        let pipe = DownloadPipe()
        let wait = wait()
        async let written: Void = BlockingThreads().slot().run {
            for value in 0..<200 { try pipe.write([UInt8(value)], wait) }
            pipe.finish()
        }
        var all: [UInt8] = []
        while let bytes = try await pipe.next() { all += bytes }
        try await written
        #expect(all == (0..<200).map { UInt8($0) })
    }

    @Test func `a writer learns that the reader has gone`() async throws {
        let pipe = DownloadPipe()
        let wait = wait()
        async let hasEnded: Bool = BlockingThreads().slot().run {
            do {
                while true { try pipe.write([1], wait) }
            } catch is CancellationError {
                return true
            }
        }
        #expect(try await pipe.next() == [1])
        pipe.close()
        #expect(try await hasEnded)
    }

    @Test func `a client that sends nothing is given up, and a cancelled job is at once`()
        async throws
    {
        let pipe = UploadPipe()
        #expect(throws: SourceBroken.self) { try pipe.next(wait(0.3)) }
        let jobs = JobRegistry()
        let job = jobs.enter(7, corpus: nil)
        #expect(jobs.cancel(7))
        #expect(throws: JobCancelled.self) { try pipe.next(wait(10_000, job)) }
    }

    @Test func `a client that takes nothing is given up, and a cancelled job is at once`() throws {
        let pipe = DownloadPipe()
        try pipe.write([1], wait())
        #expect(throws: ClientStalled.self) { try pipe.write([2], wait(0.3)) }
        let jobs = JobRegistry()
        let job = jobs.enter(7, corpus: nil)
        #expect(jobs.cancel(7))
        #expect(throws: JobCancelled.self) { try pipe.write([2], wait(10_000, job)) }
    }

    @Test func `where others wait, a client is waited for no longer than half a minute`() throws {
        let wait = ClientWait(seconds: 600, isCrowded: { true }, job: nil)
        var spells = 0
        // Time does not pass here: what counts is that the wait goes on below its limit.
        try wait.wait { _ in
            spells += 1
            return spells == 3
        }
        #expect(spells == 3)
        #expect(ClientWait.crowdedSeconds == 30)
    }

    @Test func `long requests wait for their turn, in order, and some are refused`() async throws {
        let threads = BlockingThreads(limit: 1, queueLimit: 2)
        var first: BlockingThreads.Slot? = try await threads.slot()
        let order = Noted()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<2 {
                group.addTask {
                    let slot = try await threads.slot()
                    order.numbers.withLock { $0.append(number) }
                    withExtendedLifetime(slot) {}
                }
                while threads.waitingCount <= number { try await Task.sleep(for: .milliseconds(2)) }
            }
            #expect(threads.isCrowded)
            let refusal = await #expect(throws: RequestError.self) { try await threads.slot() }
            #expect(refusal?.retryAfter != nil)
            first = nil
            try await group.waitForAll()
        }
        withExtendedLifetime(first) {}
        #expect(order.numbers.withLock { $0 } == [0, 1])
        #expect(!threads.isCrowded)
    }

    @Test func `who gives up waiting loses its turn to the next`() async throws {
        let threads = BlockingThreads(limit: 1)
        let held = try await threads.slot()
        let waiting = Task { _ = try await threads.slot() }
        while threads.waitingCount < 1 { try await Task.sleep(for: .milliseconds(2)) }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        #expect(threads.waitingCount == 0)
        withExtendedLifetime(held) {}
    }

    @Test func `the right to a long request comes back`() async throws {
        let threads = BlockingThreads(limit: 1)
        for _ in 0..<3 { _ = try await threads.slot() }
    }

    @Test func `memory beyond the budget waits until some is given back`() async throws {
        let budget = MemoryBudget(bytes: 100)
        var first: MemoryBudget.Share? = budget.take(60)
        var small: MemoryBudget.Share? = budget.take(40)
        let taken = Noted()
        async let second: Void = BlockingThreads().slot().run {
            // More than there is takes all of it.
            withExtendedLifetime(budget.take(1000)) { taken.numbers.withLock { $0.append(1) } }
        }
        while !budget.isCrowded { try await Task.sleep(for: .milliseconds(2)) }
        #expect(taken.numbers.withLock { $0.isEmpty })
        first = nil
        #expect(budget.isCrowded, "60 of 100 are not enough for one that wants all")
        small = nil
        try await second
        withExtendedLifetime((first, small)) {}
        #expect(taken.numbers.withLock { $0 } == [1])
    }
}

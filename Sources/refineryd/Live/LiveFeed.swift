import NIOCore
import Synchronization

/// Hands one report after another to everybody who looks at the live page.
///
/// A report is made once for all of them, and none while nobody looks. Who takes a report too slowly
/// gets the next one instead.
final class LiveFeed: Sendable {
    private struct State {
        var next = 0
        var viewers: [Int: AsyncStream<ByteBuffer>.Continuation] = [:]
        var isOver = false
    }

    private let state = Mutex(State())
    private let arrivals: AsyncStream<Void>
    private let arrival: AsyncStream<Void>.Continuation
    private let period: Duration

    /// A feed with a report every `period`.
    init(period: Duration = .seconds(2)) {
        self.period = period
        (arrivals, arrival) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// How many look.
    var viewerCount: Int { state.withLock { $0.viewers.count } }

    /// The reports for one viewer, until the viewer goes or the feed ends.
    func reports() -> AsyncStream<ByteBuffer> {
        let (stream, continuation) = AsyncStream<ByteBuffer>.makeStream(
            bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state -> Int? in
            guard !state.isOver else { return nil }
            state.next += 1
            state.viewers[state.next] = continuation
            return state.next
        }
        guard let number else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.viewers.removeValue(forKey: number) }
        }
        arrival.yield()
        return stream
    }

    /// Makes reports while somebody looks, until the feed ends.
    ///
    /// - Parameter make: one report.
    func run(_ make: @Sendable () async -> ByteBuffer) async {
        for await _ in arrivals {
            while viewerCount > 0 {
                let report = await make()
                let viewers = state.withLock { Array($0.viewers.values) }
                for viewer in viewers { viewer.yield(report) }
                do { try await Task.sleep(for: period) } catch { return }
            }
        }
    }

    /// Sends everybody home.
    func end() {
        let viewers = state.withLock { state in
            state.isOver = true
            defer { state.viewers = [:] }
            return Array(state.viewers.values)
        }
        for viewer in viewers { viewer.finish() }
        arrival.finish()
    }
}

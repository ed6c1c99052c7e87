import NIOCore
import Synchronization

/// Hands one report after another to everybody who looks at the live page.
///
/// A report is made once for all of them, and none while nobody looks. Who takes a report too slowly
/// gets the next one instead.
final class LiveFeed: Sendable {
    private struct Viewer {
        let reports: AsyncStream<ByteBuffer>.Continuation
        /// Ends the connection, whatever its client takes.
        let close: @Sendable () -> Void
    }

    private struct State {
        var next = 0
        var viewers: [Int: Viewer] = [:]
        var isOver = false
    }

    /// Viewers at most, so that others who ask for something find a place.
    static let most = 64

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

    /// The reports for one viewer, until the viewer goes or the feed ends; nil where too many look.
    ///
    /// - Parameter close: ends the viewer's connection.
    /// - Returns: The reports.
    func reports(close: @escaping @Sendable () -> Void = {}) -> AsyncStream<ByteBuffer>? {
        let (stream, continuation) = AsyncStream<ByteBuffer>.makeStream(
            bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state -> Int? in
            guard !state.isOver, state.viewers.count < Self.most else { return nil }
            state.next += 1
            state.viewers[state.next] = Viewer(reports: continuation, close: close)
            return state.next
        }
        guard let number else { return nil }
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
                for viewer in viewers { viewer.reports.yield(report) }
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
        for viewer in viewers {
            viewer.reports.finish()
            viewer.close()
        }
        arrival.finish()
    }
}

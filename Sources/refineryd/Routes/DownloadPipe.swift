import Dispatch
import Synchronization

/// Hands pieces from a blocking writer to an async reader, at most one waiting, so that a slow
/// client slows the writer down and memory stays bounded.
final class DownloadPipe: Sendable {
    private enum Event {
        case bytes([UInt8])
        case end
        case failure(any Error)
    }

    private struct State {
        var event: Event?
        var reader: CheckedContinuation<Event, Never>?
        var isClosed = false
    }

    private let state = Mutex(State())
    private let space = DispatchSemaphore(value: 0)

    /// An empty pipe.
    init() {
        space.signal()
    }

    /// Offers a piece; blocks while one is waiting already, for as long as `wait` lets it.
    ///
    /// - Throws: `CancellationError` where the reader has gone; what `wait` throws.
    func write(_ bytes: [UInt8], _ wait: ClientWait) throws {
        try wait.wait { space.wait(timeout: .now() + .milliseconds($0)) == .success }
        guard put(.bytes(bytes)) else { throw CancellationError() }
    }

    /// Ends the stream, with an error or without; blocks while a piece is waiting.
    func finish(_ error: (any Error)? = nil) {
        space.wait()
        _ = put(error.map { .failure($0) } ?? .end)
    }

    /// Hands over an event for which there is space.
    private func put(_ event: Event) -> Bool {
        let (reader, isClosed) = state.withLock { state in
            let reader = state.reader
            state.reader = nil
            if reader == nil, !state.isClosed { state.event = event }
            return (reader, state.isClosed)
        }
        if let reader {
            space.signal()
            reader.resume(returning: event)
        } else if isClosed {
            space.signal()
        }
        return !isClosed
    }

    /// The next piece, nil at the end; for one reader at a time.
    func next() async throws -> [UInt8]? {
        let event = await withCheckedContinuation { continuation in
            let waiting = state.withLock { state in
                defer { state.event = nil }
                if state.event == nil { state.reader = continuation }
                return state.event
            }
            if let waiting {
                space.signal()
                continuation.resume(returning: waiting)
            }
        }
        switch event {
        case .bytes(let bytes): return bytes
        case .failure(let error): throw error
        case .end: return nil
        }
    }

    /// The reader reads no more.
    func close() {
        state.withLock {
            $0.isClosed = true
            $0.event = nil
        }
        space.signal()
    }
}

import Dispatch
import Refinery
import Synchronization

/// Hands the pieces of an upload from an async sender to a blocking reader, one at a time, so
/// that a slow reader slows the sender down.
final class UploadPipe: Sendable {
    private enum Event {
        case bytes([UInt8])
        case end
        case failure(any Error)
    }

    private struct State {
        var event: Event?
        var sender: CheckedContinuation<Void, Never>?
        var isClosed = false
    }

    private let state = Mutex(State())
    private let arrived = DispatchSemaphore(value: 0)

    /// Offers a piece and waits until it was taken; false where the reader has gone.
    func send(_ bytes: [UInt8]) async -> Bool {
        await withCheckedContinuation { continuation in
            let isClosed = state.withLock { state in
                if state.isClosed { return true }
                state.event = .bytes(bytes)
                state.sender = continuation
                return false
            }
            if isClosed { continuation.resume() } else { arrived.signal() }
        }
        return state.withLock { !$0.isClosed }
    }

    /// The upload is complete.
    func finish() {
        state.withLock { $0.event = .end }
        arrived.signal()
    }

    /// The upload broke.
    func fail(_ error: any Error) {
        state.withLock { $0.event = .failure(error) }
        arrived.signal()
    }

    /// The next piece, nil at the end; blocks for as long as `wait` lets it.
    ///
    /// - Throws: `SourceBroken` where the rest will not come, `JobCancelled` once the job is.
    func next(_ wait: ClientWait) throws -> [UInt8]? {
        do {
            try wait.wait { arrived.wait(timeout: .now() + .milliseconds($0)) == .success }
        } catch let error as ClientStalled {
            throw SourceBroken("nothing arrived for \(Int(error.seconds.rounded())) s")
        }
        let (event, sender) = state.withLock { state in
            defer {
                state.event = nil
                state.sender = nil
            }
            return (state.event, state.sender)
        }
        sender?.resume()
        switch event {
        case .bytes(let bytes): return bytes
        case .failure(let error): throw error
        case .end, nil: return nil
        }
    }

    /// The reader reads no more.
    func close() {
        let sender = state.withLock { state in
            defer { state.sender = nil }
            state.isClosed = true
            return state.sender
        }
        sender?.resume()
    }
}

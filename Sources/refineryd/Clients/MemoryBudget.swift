import Foundation
import Synchronization

/// The memory that all requests may take together; what does not fit waits for its turn.
///
/// Small requests are not counted: there are only so many at once. Whoever holds a share must not
/// ask for another one.
final class MemoryBudget: Sendable {
    /// Some bytes of the budget; given back when nobody holds it any more.
    final class Share: Sendable {
        private let owner: MemoryBudget
        private let bytes: Int

        fileprivate init(_ owner: MemoryBudget, _ bytes: Int) {
            self.owner = owner
            self.bytes = bytes
        }

        deinit {
            owner.giveBack(bytes)
        }
    }

    private struct State {
        var taken = 0
        var waiting: [(bytes: Int, turn: DispatchSemaphore)] = []
    }

    private let bytes: Int
    private let state = Mutex(State())

    /// A budget of so many bytes.
    init(bytes: Int) {
        self.bytes = bytes
    }

    /// Whether somebody waits for a share.
    var isCrowded: Bool { state.withLock { !$0.waiting.isEmpty } }

    /// Takes a share, of all that there is at the most; blocks until it is this one's turn.
    func take(_ wanted: Int) -> Share {
        let wanted = min(max(wanted, 0), bytes)
        let turn = state.withLock { state -> DispatchSemaphore? in
            if state.waiting.isEmpty, state.taken + wanted <= bytes {
                state.taken += wanted
                return nil
            }
            let turn = DispatchSemaphore(value: 0)
            state.waiting.append((wanted, turn))
            return turn
        }
        turn?.wait()
        return Share(self, wanted)
    }

    private func giveBack(_ bytes: Int) {
        state.withLock { state in
            state.taken -= bytes
            while let next = state.waiting.first, state.taken + next.bytes <= self.bytes {
                state.taken += next.bytes
                state.waiting.removeFirst()
                next.turn.signal()
            }
        }
    }
}

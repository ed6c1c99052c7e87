import Foundation
import Synchronization

/// The room that a store has on its disk, and the file beside it that keeps some for a full one.
///
/// On a full disk the reserve is given up, so that a deletion still has room for its transaction.
/// Nothing else grows until there is as much room again and the reserve is made anew.
final class StoreRoom: Sendable {
    /// What the reserve keeps: SQLite's log up to its checkpoint, and a transaction.
    static let reserveBytes = 8 << 20

    private struct State {
        var isFull = false
        var hasReserve = false
    }

    /// The reserve; nil where none is kept.
    private let reserve: String?
    private let store: String
    private let state = Mutex(State())

    /// The room of the store at `store`; with `keepsReserve` the reserve is made if it fits.
    init(store: String, keepsReserve: Bool) {
        self.store = store
        reserve = keepsReserve ? store + "-reserve" : nil
        guard let reserve else { return }
        state.withLock { state in
            state.hasReserve = StoreRoom.isWhole(reserve)
            state.isFull = !state.hasReserve
        }
        _ = restore()
    }

    /// Whether the disk was full, and has not been found to have room since.
    var isFull: Bool { state.withLock { $0.isFull } }

    /// Bytes that this user may still write to the store's disk.
    var freeBytes: Int {
        var status = statvfs()
        guard statvfs(store, &status) == 0 else { return 0 }
        return Int(
            clamping: UInt64(status.f_bavail).multipliedReportingOverflow(
                by: UInt64(status.f_frsize)
            ).partialValue)
    }

    /// Gives the reserve up, since the disk is full.
    func giveUp() {
        state.withLock { state in
            state.isFull = true
            if state.hasReserve, let reserve { unlink(reserve) }
            state.hasReserve = false
        }
    }

    /// Makes the reserve anew where there is room for it and as much again; false where there is
    /// not.
    func restore() -> Bool {
        state.withLock { state in
            if state.isFull, let reserve {
                guard freeBytes >= 2 * StoreRoom.reserveBytes, StoreRoom.make(reserve) else {
                    return false
                }
                state.hasReserve = true
            }
            state.isFull = false
            return true
        }
    }

    private static func isWhole(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
            && status.st_size == reserveBytes && Int(status.st_blocks) * 512 >= reserveBytes
    }

    /// Makes a file that has its blocks; nothing is left of one that does not fit.
    private static func make(_ path: String) -> Bool {
        unlink(path)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        guard posix_fallocate(descriptor, 0, off_t(reserveBytes)) == 0 else {
            unlink(path)
            return false
        }
        return true
    }
}

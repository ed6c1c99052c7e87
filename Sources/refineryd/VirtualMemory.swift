import Foundation
import Refinery

/// The limit on this process's addresses (`ulimit -v`, LimitAS).
///
/// Models are mapped, and each thread has addresses set aside for its stack and its heap, so the
/// limit is reached long before the memory is. What runs into it dies in the midst of something.
enum VirtualMemory {
    /// Addresses that the daemon takes without models and scoring threads.
    private static let base = 1 << 30
    /// Addresses that a thread takes: its stack, and what malloc sets aside (64 MiB, aligned).
    private static let perThread = 136 << 20

    /// Throws where the limit leaves too little for these models and so many scoring threads.
    static func check(models: [String], threads: Int) throws {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0,
            limit.rlim_cur < rlim_t(Int.max)
        else { return }
        let sizes = models.reduce(0) { $0 + size(of: $1) }
        let needed = base + threads * perThread + sizes
        guard Int(limit.rlim_cur) < needed else { return }
        throw DaemonError(
            "the limit on addresses (ulimit -v, LimitAS) is \(Int(limit.rlim_cur) >> 20) MiB: these "
                + "models and \(threads) threads may need \(needed >> 20) MiB",
            hint: "set it to unlimited; MemoryMax of the unit limits memory itself")
    }

    /// Bytes of a file, or of the files in a folder; 0 where there is none.
    private static func size(of path: String) -> Int {
        let files = FileManager.default
        func bytes(_ path: String) -> Int {
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return 0 }
            return Int(status.st_size)
        }
        guard let names = try? files.contentsOfDirectory(atPath: path) else { return bytes(path) }
        return names.reduce(0) { $0 + bytes(path + "/" + $1) }
    }
}

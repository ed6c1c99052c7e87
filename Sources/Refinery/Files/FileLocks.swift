import Foundation

/// Who holds a file's lock, as `/proc/locks` (proc(5)) tells.
///
/// The file is never opened for it: closing any descriptor of a file ends this process's own locks
/// on it, SQLite's among them.
enum FileLocks {
    /// One lock of the table.
    struct Lock: Equatable {
        /// `FLOCK`, `POSIX` or `OFDLCK`.
        var kind: Substring
        /// Whether nobody else may hold one.
        var isExclusive: Bool
        /// The holder; 0 or below where the kernel does not tell.
        var pid: Int32
        /// The file, on whatever device.
        var inode: UInt64
        /// The first byte that is locked.
        var start: UInt64
        /// The last one.
        var end: UInt64
    }

    /// Where SQLite's log has the lock of its writer: the first of eight locks, behind 120 bytes of
    /// the `-shm` file (walformat, "WAL locks").
    private static let writeLock: UInt64 = 120

    /// The process, other than this one, that holds the write lock of the store's log.
    static func writer(ofStore path: String) -> String? {
        guard let inode = FileID(path: path + "-shm")?.inode else { return nil }
        let holder = locks().first {
            $0.inode == inode && $0.isExclusive && $0.kind != "FLOCK"
                && ($0.start...max($0.start, $0.end)).contains(writeLock) && $0.pid != getpid()
        }
        return holder.flatMap { $0.pid > 0 ? describe($0.pid) : nil }
    }

    /// The pid that holds the `flock` of an inode.
    static func flockHolder(inode: UInt64) -> Int32? {
        locks().first { $0.inode == inode && $0.kind == "FLOCK" && $0.pid > 0 }?.pid
    }

    /// A process's number, with its name where /proc has it.
    static func describe(_ pid: Int32) -> String {
        let name = try? String(contentsOfFile: "/proc/\(pid)/comm", encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        return "process \(pid)" + (name.map { " (\($0))" } ?? "")
    }

    /// The locks that the kernel lists.
    static func locks(
        _ table: String? = try? String(contentsOfFile: "/proc/locks", encoding: .utf8)
    ) -> [Lock] {
        (table ?? "").split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            // `->` marks one who waits.
            guard fields.count >= 8, fields[1] != "->", let pid = Int32(fields[4]),
                let inode = fields[5].split(separator: ":").last.flatMap({ UInt64($0) }),
                let start = UInt64(fields[6])
            else { return nil }
            return Lock(
                kind: fields[1], isExclusive: fields[3] == "WRITE", pid: pid, inode: inode,
                start: start, end: UInt64(fields[7]) ?? .max)
        }
    }
}

import Foundation
import GRDB

/// Rejected lines of one reason.
public struct RejectCount: Codable, Sendable, Equatable {
    /// The reason.
    public var reason: String
    /// Lines.
    public var lines: Int64
}

/// What the store takes of its disk, bytes.
public struct StoreSpace: Codable, Sendable, Equatable {
    /// The database and its write-ahead log.
    public var used: Int64
    /// What is free on its file system for this process.
    public var free: Int64
}

extension Store {
    /// Rejected lines by reason, most first; reads every reject.
    public func rejectCounts() throws -> [RejectCount] {
        try query { db in
            try Row.fetchAll(
                db, sql: "SELECT reason, count(*) FROM reject GROUP BY reason ORDER BY 2 DESC, 1"
            ).map { RejectCount(reason: $0[0], lines: $0[1]) }
        }
    }

    /// What it takes of its disk, and what is left there; nil where the system does not say.
    public var space: StoreSpace? {
        var system = statvfs()
        guard statvfs(path, &system) == 0 else { return nil }
        let used = ["", "-wal"].reduce(Int64(0)) { sum, suffix in
            var status = stat()
            guard stat(path + suffix, &status) == 0 else { return sum }
            return sum + Int64(status.st_size)
        }
        return StoreSpace(
            used: used, free: Int64(clamping: UInt64(system.f_bavail) * UInt64(system.f_frsize)))
    }
}

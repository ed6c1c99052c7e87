import Foundation
import Glibc

/// What this process takes of the machine.
struct ProcessUse: Sendable, Encodable {
    /// Bytes of memory that are resident, mapped weights included.
    var residentBytes: Int64
    /// Seconds of all cores, in user code and in the kernel.
    var cpuSeconds: Double
    /// When it began, ms since 1970, UTC.
    var started: Int64
    /// Open files, sockets included.
    var openFiles: Int

    private enum CodingKeys: String, CodingKey {
        case started
        case residentBytes = "resident_bytes"
        case cpuSeconds = "cpu_seconds"
        case openFiles = "open_files"
    }

    /// As it is now.
    ///
    /// - Parameter started: when the process began.
    init(started: Date) {
        let pages =
            (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))
            .flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int64($0) } ?? 0
        residentBytes = pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        cpuSeconds = [usage.ru_utime, usage.ru_stime].reduce(0) {
            $0 + Double($1.tv_sec) + Double($1.tv_usec) * 1e-6
        }
        self.started = Int64(started.timeIntervalSince1970 * 1000)
        openFiles =
            (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?
            .count ?? 0
    }
}

import CMalloc
import Foundation

/// What one case may take of this process: processor time and memory.
struct CaseLimits {
    /// Seconds on a processor; then the process gets SIGPROF, and ends of it.
    var seconds: Int
    /// Bytes of memory whatever the files' size: scratch of scoring, tables of a regex.
    var fixedBytes = 24 << 20
    /// Bytes of memory a byte of the files.
    var bytesPerByte = 32

    /// Memory given back is given back: a case's growth is then its own.
    static func prepare() {
        _ = mallopt(M_MMAP_THRESHOLD, 128 << 10)
        _ = mallopt(M_TRIM_THRESHOLD, 1 << 20)
    }

    /// Runs `body` with the limits, for files of `size` bytes.
    ///
    /// - Returns: the most memory that `body` had resident at once, in bytes.
    func run(size: Int, memory: Bool, _ body: () -> Void) -> Int {
        if memory { setDataLimit(Self.status("VmData:") + allowance(size: size)) }
        setTimer(seconds)
        // Sets the peak to what is resident now.
        try? "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)
        let before = Self.status("VmRSS:")
        body()
        let peak = Self.status("VmHWM:")
        setTimer(0)
        if memory { setDataLimit(nil) }
        return max(0, peak - before)
    }

    /// Bytes that files of `size` bytes may make us allocate.
    func allowance(size: Int) -> Int { fixedBytes + bytesPerByte * size }

    private func setTimer(_ seconds: Int) {
        var timer = itimerval()
        timer.it_value.tv_sec = seconds
        setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &timer, nil)
    }

    private func setDataLimit(_ bytes: Int?) {
        let resource = __rlimit_resource_t(RLIMIT_DATA.rawValue)
        var limit = rlimit()
        getrlimit(resource, &limit)
        limit.rlim_cur = bytes.map { rlim_t($0) } ?? limit.rlim_max
        setrlimit(resource, &limit)
    }

    /// A figure of /proc/self/status in bytes.
    private static func status(_ name: String) -> Int {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix(name) }),
            let kilobytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first
        else { return 0 }
        return (Int(kilobytes) ?? 0) << 10
    }
}

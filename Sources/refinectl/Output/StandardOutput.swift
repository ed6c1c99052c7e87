import Foundation

/// stdout for results, stderr for everything else; both unbuffered, so callers write whole lines.
enum StandardOutput {
    /// Writes results.
    ///
    /// Ends the process quietly, as SIGPIPE does, where the reader has gone.
    static func write(_ text: String) {
        write(Array(text.utf8))
    }

    /// Writes results.
    static func write(_ bytes: [UInt8]) {
        guard writeAll(bytes, to: STDOUT_FILENO) else {
            let reason = errno
            if reason == EPIPE { endBySignal(SIGPIPE) }
            writeError("error: cannot write to stdout: \(String(cString: strerror(reason)))\n")
            exit(1)
        }
    }

    /// Writes words for people; a stderr that is gone is no reason to stop.
    static func writeError(_ text: String) {
        _ = writeAll(Array(text.utf8), to: STDERR_FILENO)
    }

    /// Ends the process as `signal` would have, so that shells see what they are used to.
    static func endBySignal(_ number: Int32) -> Never {
        signal(number, SIG_DFL)
        raise(number)
        exit(128 + number)
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var done = 0
        while done < bytes.count {
            // SAFETY: `done` stays below `bytes.count`, the count is what is left behind it.
            let count = bytes.withUnsafeBytes { buffer in
                Foundation.write(
                    descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done)
            }
            if count < 0 {
                if errno == EINTR { continue }
                if errno == EAGAIN {
                    var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    _ = poll(&wait, 1, -1)
                    continue
                }
                return false
            }
            done += count
        }
        return true
    }
}

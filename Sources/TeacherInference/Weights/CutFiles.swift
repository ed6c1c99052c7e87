import CFaults
import Synchronization

/// The mapped files that SIGBUS can be explained by: one that another process cuts short while it is
/// mapped has pages that can no longer be read.
public enum CutFiles {
    private static let table = Mutex(())

    /// Lets a SIGBUS inside a mapped model file end the process with exit status 1 and a line on
    /// stderr that names the file, instead of by the bare signal.
    ///
    /// It installs a signal handler, so that only a program should call it, once.
    ///
    /// - Parameter program: Stands in front of the line.
    public static func explain(program: String) {
        cfaults_explain(program)
    }

    /// Remembers a mapped file; the entry goes to ``forget(_:)`` before it is unmapped.
    static func remember(_ bytes: UnsafeRawBufferPointer, path: String) -> Int32 {
        table.withLock { _ in cfaults_remember(bytes.baseAddress, bytes.count, path) }
    }

    /// Forgets a mapped file.
    static func forget(_ entry: Int32) {
        table.withLock { _ in cfaults_forget(entry) }
    }
}

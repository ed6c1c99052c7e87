import Foundation
import Logging
import Refinery
import Synchronization

/// The socket's file: who holds it, who may use it, and when it goes.
///
/// Binding replaces whatever socket is at the path, so ``claim()`` looks first. Only a socket that
/// this process has bound is removed.
final class SocketFile: Sendable {
    /// Where it is.
    let path: String
    /// The group that may use it.
    let group: String
    private let logger: Logger
    private let state = Mutex(State())

    private struct State {
        /// The locked folder, between looking and binding.
        var folder: CInt = -1
        /// The socket that this process has bound.
        var bound: FileID?
    }

    /// A socket's file; the logger is told of a missing folder or group.
    init(path: String, group: String, logger: Logger) {
        self.path = path
        self.group = group
        self.logger = logger
    }

    /// Makes the folder if it is missing, and sees that nothing of value is at the path.
    ///
    /// The folder is locked until ``open()`` or ``remove()``, so that of two daemons that start at
    /// once the second finds the socket of the first.
    ///
    /// - Throws: `DaemonError` where a file that is no socket, or a socket that somebody listens
    ///   on, is at the path.
    func claim() throws {
        guard path.utf8.count <= SocketFile.longestPath else {
            throw DaemonError(
                "cannot listen on \(path): the path has \(path.utf8.count) bytes, a Unix socket's "
                    + "has at most \(SocketFile.longestPath)",
                hint: "name a shorter path with --socket")
        }
        try makeFolder(of: path, logger: logger)
        try lockFolder()
        do {
            try removeDeadSocket()
        } catch {
            unlockFolder()
            throw error
        }
    }

    /// Notes which socket was bound, and lets the group use it: 0660.
    ///
    /// A group that is missing, or that this user is not in, is a warning.
    func open() {
        let bound = FileID(path: path, followsLinks: false)
        state.withLock { $0.bound = bound }
        unlockFolder()
        if let entry = getgrnam(group) {
            // Under the shipped unit it is right already, and chown is filtered there.
            var status = stat()
            let isRight = stat(path, &status) == 0 && status.st_gid == entry.pointee.gr_gid
            if !isRight, chown(path, uid_t.max, entry.pointee.gr_gid) != 0 {
                logger.warning(
                    "cannot give the socket to its group",
                    metadata: ["group": "\(group)", "error": "\(String(cString: strerror(errno)))"])
            }
        } else if !group.isEmpty {
            logger.warning(
                "the socket's group does not exist, only this user can use it",
                metadata: ["group": "\(group)"])
        }
        if chmod(path, 0o660) != 0 {
            logger.warning(
                "cannot set the socket's mode",
                metadata: ["error": "\(String(cString: strerror(errno)))"])
        }
    }

    /// Removes the socket if it is the one that this process has bound.
    func remove() {
        unlockFolder()
        let bound = state.withLock { $0.bound }
        guard let bound, FileID(path: path, followsLinks: false) == bound else { return }
        unlink(path)
    }

    /// The bytes of `sockaddr_un.sun_path`, less the NUL at its end.
    private static let longestPath = 107

    private func lockFolder() throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let descriptor = Foundation.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw DaemonError(
                "cannot open the socket's folder \(folder): \(String(cString: strerror(errno)))",
                hint: "name a folder that this user can read and write with --socket")
        }
        for _ in 0..<100 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
                state.withLock { $0.folder = descriptor }
                return
            }
            guard errno == EWOULDBLOCK || errno == EINTR else { break }
            usleep(100_000)
        }
        close(descriptor)
        throw DaemonError(
            "cannot lock the socket's folder \(folder): another process holds it",
            hint: "name a folder of the daemon's own with --socket")
    }

    private func unlockFolder() {
        let folder = state.withLock { state in
            defer { state.folder = -1 }
            return state.folder
        }
        if folder >= 0 { close(folder) }
    }

    private func removeDeadSocket() throws {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw DaemonError(
                "cannot listen on \(path): it is \(SocketFile.kind(status.st_mode)), not a socket; "
                    + "it was left as it is",
                hint: "name another path with --socket")
        }
        switch SocketListener(path: path) {
        case .none:
            // Its process is gone; nobody else can bind it while the folder is locked.
            unlink(path)
        case .process(let pid):
            let name = pid.map { "process \($0)" } ?? "another process"
            throw DaemonError(
                "cannot listen on \(path): \(name) is listening there",
                hint: "stop it first, or name another path with --socket")
        case .unknown(let reason):
            throw DaemonError(
                "cannot tell whether a process is listening on \(path): \(reason)",
                hint: "remove the socket if nothing uses it, or name another path with --socket")
        }
    }

    private static func kind(_ mode: mode_t) -> String {
        switch mode & S_IFMT {
        case S_IFREG: "a regular file"
        case S_IFDIR: "a folder"
        case S_IFLNK: "a symbolic link"
        case S_IFIFO: "a named pipe"
        default: "a device"
        }
    }
}

/// Who answers on a Unix socket.
enum SocketListener: Equatable {
    /// Nobody: the process that bound it is gone.
    case none
    /// A process, with its pid where the kernel tells it.
    case process(Int32?)
    /// It cannot be told, for this reason.
    case unknown(String)

    /// Asks by connecting to `path`, and hangs up at once.
    init(path: String) {
        let descriptor = socket(
            AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else {
            self = .unknown(String(cString: strerror(errno)))
            return
        }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard bytes.count < room.count else { return false }
            // SAFETY: the path fits with the NUL that the zeroed address has behind it.
            room.copyBytes(from: bytes)
            return true
        }
        guard fits else {
            self = .unknown("the path is too long")
            return
        }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        switch result == 0 ? 0 : errno {
        case 0:
            // `struct ucred` (unix(7)), which Glibc's module leaves out: three 32-bit numbers.
            var peer: (pid: Int32, uid: UInt32, gid: UInt32) = (0, 0, 0)
            var size = socklen_t(MemoryLayout.size(ofValue: peer))
            let isKnown =
                getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.pid > 0
            self = .process(isKnown ? peer.pid : nil)
        case ECONNREFUSED, ENOENT: self = .none
        case EAGAIN: self = .process(nil)  // its queue of connections is full
        case let reason: self = .unknown(String(cString: strerror(reason)))
        }
    }
}

/// Makes the folder that `path` lies in if it is missing, 0750, with a warning.
func makeFolder(of path: String, logger: Logger) throws {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    guard !FileManager.default.fileExists(atPath: folder) else { return }
    do {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o750])
        logger.warning("made a missing folder", metadata: ["path": "\(folder)"])
    } catch {
        throw DaemonError(
            "cannot make the folder \(folder): \(String(cString: strerror(errno)))",
            hint: "make it, or name another place with --store and --socket")
    }
}

/// Why the daemon cannot start.
struct DaemonError: Error, CustomStringConvertible {
    var message: String
    var hint: String?

    /// An error with an optional hint.
    init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }

    /// The message, with the hint on a line of its own.
    var description: String { hint.map { "\(message)\nhint: \($0)" } ?? message }
}

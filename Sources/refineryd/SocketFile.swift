import Foundation
import Logging

/// The socket's file: its folder, and who may use it.
struct SocketFile: Sendable {
    /// Where it is.
    var path: String
    /// The group that may use it.
    var group: String
    /// Where a missing folder or group is told.
    var logger: Logger

    /// Makes the folder if it is missing, before the socket is bound.
    func prepare() throws {
        try makeFolder(of: path, logger: logger)
    }

    /// 0660 for the group; a group that is missing, or that this user is not in, is a warning.
    func open() {
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

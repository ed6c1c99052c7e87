import Foundation
import TrainerFormats

/// What a path lies on: SQLite's locks and shared memory need a disk of this machine.
public enum FileSystem {
    /// Throws if `path`, or its folder where it does not exist yet, lies on a network.
    ///
    /// The type is read from `/proc/self/mountinfo` (proc(5)), which names FUSE's drivers too;
    /// without /proc nothing is refused.
    static func refuseNetwork(path: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        guard let real = realPath(path) ?? realPath(folder) else {
            let reason = String(cString: strerror(errno))
            throw RefineryError(
                .unusable, "cannot open store \(path): \(folder): \(reason)",
                hint: "its folder must exist and be writable")
        }
        guard let mounts = try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8),
            let type = mountType(of: real, mounts: mounts), networkTypes.contains(type)
        else { return }
        throw RefineryError(
            .unusable,
            "store \(path) lies on \(type), a network file system: SQLite's locks and shared "
                + "memory do not work there, it would hang or lose data",
            hint: "put the store on a disk of this machine, on a cluster's node in $TMPDIR; corpus "
                + "and exports may lie anywhere")
    }

    /// Types that are shared between machines, as the kernel names them.
    ///
    /// 9p and virtiofs are let through: virtual machines and sandboxes use them for folders of
    /// the same machine, and where they cannot share memory SQLite says so at once.
    static let networkTypes: Set<String> = [
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "coda", "ceph", "lustre", "gpfs",
        "beegfs", "panfs", "pvfs2", "orangefs", "ocfs2", "gfs2", "glusterfs", "acfs", "wekafs",
        "fuse.sshfs", "fuse.s3fs", "fuse.goofys", "fuse.gcsfuse", "fuse.rclone", "fuse.glusterfs",
        "fuse.ceph-fuse", "fuse.ceph", "fuse.juicefs", "fuse.mfs", "fuse.moosefs", "fuse.davfs",
        "fuse.curlftpfs", "fuse.smbnetfs", "fuse.blobfuse", "fuse.blobfuse2", "fuse.mount-s3",
        "fuse.mountpoint-s3", "fuse.seaweedfs", "fuse.weed", "fuse.cvmfs2", "fuse.hdfs",
        "fuse.geesefs", "fuse.s3ql", "fuse.orangefs", "fuse.beegfs", "fuse.dbxfs",
    ]

    /// The type of the mount that an absolute path lies on: of the longest mount points that
    /// lead to it, the last.
    static func mountType(of path: String, mounts: String) -> String? {
        var best: (length: Int, type: String)?
        for line in mounts.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 6, let dash = fields[6...].firstIndex(of: "-"),
                dash + 1 < fields.count
            else { continue }
            let point = unescaped(fields[4])
            guard point == "/" || path == point || path.hasPrefix(point + "/") else { continue }
            if point.utf8.count >= best?.length ?? 0 {
                best = (point.utf8.count, String(fields[dash + 1]))
            }
        }
        return best?.type
    }

    /// A mount point as it is; mountinfo writes blanks and backslashes in octal.
    private static func unescaped(_ field: Substring) -> String {
        [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
            .reduce(String(field)) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
    }

    /// The path of the store's file with every symbolic link followed.
    static func resolved(store path: String) throws -> String {
        guard let real = realPath(path) else {
            throw RefineryError(
                .unusable, "cannot open store \(path): \(String(cString: strerror(errno)))",
                hint: "its folder must exist and be writable")
        }
        return real
    }

    private static func realPath(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    /// Whether anything is at the path, links followed.
    public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The path with symbolic links at its end followed, also where the last leads nowhere yet.
    public static func followingLinks(_ path: String) -> String {
        var path = path
        // As many as Linux follows; a loop is left to whoever opens it.
        for _ in 0..<40 {
            guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path)
            else { break }
            path = target.hasPrefix("/") ? target : FilePath.path(of: target, beside: path)
        }
        return path
    }
}

import Foundation

/// Which file this is, whatever it is called: device and inode.
public struct FileID: Sendable, Hashable {
    /// Device number.
    public let device: UInt64
    /// Inode number.
    public let inode: UInt64

    /// What the file system says.
    public init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }

    /// The file at `path`; nil where there is none.
    public init?(path: String, followsLinks: Bool = true) {
        var status = stat()
        guard (followsLinks ? stat(path, &status) : lstat(path, &status)) == 0 else { return nil }
        self.init(status)
    }
}

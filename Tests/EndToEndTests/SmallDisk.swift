import Foundation

/// A disk of a few megabytes, in memory, that a test may fill; it goes with its last user.
///
/// Only root can mount one.
final class SmallDisk {
    let path: String
    private let filler: String

    /// Why no such disk can be had here; nil where it can.
    static let refusal: String? = {
        do {
            _ = try SmallDisk(megabytes: 1)
            return nil
        } catch {
            return "\(error)"
        }
    }()

    struct Failure: Error { var reason: String }

    /// Mounts a disk of that size.
    init(megabytes: Int) throws {
        path = NSTemporaryDirectory() + "refinery-disk-" + UUID().uuidString.prefix(8)
        filler = path + "/filler"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard mount("none", path, "tmpfs", 0, "size=\(megabytes)m") == 0 else {
            let reason = String(cString: strerror(errno))
            rmdir(path)
            throw Failure(reason: "cannot mount a tmpfs: \(reason)")
        }
    }

    /// Writes until nothing more fits.
    func fill() throws {
        let file = open(filler, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        defer { close(file) }
        for size in [1 << 20, 4096, 1] {
            let bytes = [UInt8](repeating: 0x5A, count: size)
            while write(file, bytes, size) > 0 {}
        }
        guard errno == ENOSPC else {
            throw Failure(reason: "the disk is not full: \(String(cString: strerror(errno)))")
        }
    }

    /// Takes away what fills it.
    func clear() { unlink(filler) }

    deinit {
        umount2(path, Int32(MNT_DETACH))
        rmdir(path)
    }
}

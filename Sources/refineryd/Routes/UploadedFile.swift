import Foundation
import Refinery

/// An upload's bytes in a file without a name, which goes with the process, however that ends.
final class UploadedFile {
    /// Where it can be opened while it is held.
    var path: String { "/proc/self/fd/\(descriptor)" }

    private let descriptor: CInt
    private let folder: String

    /// An empty file in `folder`.
    ///
    /// - Throws: ``RefineryError`` where it cannot be made.
    init(folder: String) throws {
        self.folder = folder
        var template = Array((folder + "/.refinery-upload-XXXXXX").utf8CString)
        descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw Self.failure("make", in: folder) }
        unlink(template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    deinit { close(descriptor) }

    /// Adds bytes at the end.
    ///
    /// - Throws: ``RefineryError`` where the disk takes no more.
    func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            // SAFETY: the buffer is that of `rest`, and no more than its bytes are read.
            let count = rest.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure("write", in: folder) }
            rest = rest.dropFirst(count)
        }
    }

    private static func failure(_ verb: String, in folder: String) -> RefineryError {
        RefineryError(
            .unusable,
            "cannot \(verb) the file in \(folder) that holds the upload: "
                + String(cString: strerror(errno)),
            hint: "make room on the store's disk, then send the file again")
    }
}

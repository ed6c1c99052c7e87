import Foundation
import Parquet

/// A temporary file whose bytes a test changes; gone with the last reference.
final class ScratchFile {
    let path: String
    private let descriptor: CInt

    init(_ bytes: [UInt8] = []) {
        // Memory where there is such a folder: a hundred thousand files are written.
        let folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : NSTemporaryDirectory()
        var template = Array((folder + "/parquet-test-XXXXXX").utf8CString)
        descriptor = mkstemp(&template)
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        replace(with: bytes)
    }

    /// Lends a file of `bytes` to `body`; it is gone afterwards.
    static func with<Result>(
        _ bytes: [UInt8], _ body: (String) throws -> Result
    ) rethrows -> Result {
        let file = ScratchFile(bytes)
        return try withExtendedLifetime(file) { try body(file.path) }
    }

    deinit {
        close(descriptor)
        unlink(path)
    }

    func replace(with bytes: [UInt8]) {
        ftruncate(descriptor, 0)
        var done = 0
        bytes.withUnsafeBytes { buffer in
            while done < buffer.count {
                let some = pwrite(
                    descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done,
                    off_t(done))
                precondition(some > 0)
                done += some
            }
        }
    }

    func set(_ byte: UInt8, at offset: Int) {
        var byte = byte
        pwrite(descriptor, &byte, 1, off_t(offset))
    }

    func cut(to size: Int) { ftruncate(descriptor, off_t(size)) }
}

import Foundation

/// A regular file mapped read-only into memory for as long as the object lives.
final class MappedBytes: Sendable {
    // SAFETY: never written after init; the mapping is read-only and lives until deinit.
    private nonisolated(unsafe) let base: UnsafeRawPointer?
    private let count: Int

    /// Maps `path`.
    ///
    /// - Throws: ``TrainingError`` when it cannot be opened or is no regular file.
    init(path: String) throws(TrainingError) {
        // Without O_NONBLOCK a pipe's open would wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw DurableFile.failure("open", path) }
        defer { close(descriptor) }
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { throw DurableFile.failure("look at", path) }
        guard info.st_mode & S_IFMT == S_IFREG else {
            throw TrainingError("cannot read \(path): not a regular file")
        }
        count = Int(info.st_size)
        guard count > 0 else {
            base = nil
            return
        }
        guard let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0),
            address != MAP_FAILED
        else {
            throw DurableFile.failure("map", path)
        }
        base = UnsafeRawPointer(address)
    }

    deinit {
        if let base { munmap(UnsafeMutableRawPointer(mutating: base), count) }
    }

    /// The file's bytes, valid while `self` lives.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }
}

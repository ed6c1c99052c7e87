import Foundation

/// A file that is being written under a temporary name; its bytes are hashed on their way.
///
/// ``OutputFiles`` opens it and gives it its name. Its bytes are written in order and once.
final class NewFile {
    /// The name that it gets, without its folder.
    let name: String
    /// Where it is written.
    let temporary: String
    /// Where it appears, for messages.
    let path: String
    /// Bytes that it was given.
    private(set) var bytes: Int64 = 0

    private var descriptor: CInt
    private var hash = SHA256Text.Stream()
    private var waiting: [UInt8] = []
    private static let blockSize = 1 << 18

    /// Opens `temporary`, which is not there yet.
    ///
    /// - Throws: ``TrainerFormatError`` where it cannot be made.
    init(name: String, temporary: String, path: String) throws {
        self.name = name
        self.temporary = temporary
        self.path = path
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        if descriptor < 0 { throw SystemError.last("cannot write", path) }
        waiting.reserveCapacity(2 * Self.blockSize)
    }

    deinit {
        if descriptor >= 0 { Foundation.close(descriptor) }
    }

    /// Writes the bytes that `body` appends to a buffer.
    func append(_ body: (inout [UInt8]) throws -> Void) throws {
        let before = waiting.count
        try body(&waiting)
        bytes += Int64(waiting.count - before)
        if waiting.count >= Self.blockSize { try flush() }
    }

    /// Writes bytes.
    func write(_ bytes: some Collection<UInt8>) throws {
        try append { $0.append(contentsOf: bytes) }
    }

    /// Writes bytes.
    func write(_ bytes: UnsafeRawBufferPointer) throws {
        try append { $0.append(contentsOf: bytes) }
    }

    /// Ends the file and syncs it to its disk; it keeps its temporary name.
    func close() throws -> WrittenFile {
        try flush()
        guard fsync(descriptor) == 0 else { throw SystemError.last("cannot sync", path) }
        Foundation.close(descriptor)
        descriptor = -1
        return WrittenFile(name: name, bytes: bytes, sha256: hash.finish())
    }

    private func flush() throws {
        guard descriptor >= 0 else { throw TrainerFormatError("\(path) is closed") }
        try waiting.withUnsafeBytes { all in
            hash.update(all)
            try SystemError.writeAll(all, to: descriptor, path)
        }
        waiting.removeAll(keepingCapacity: true)
    }
}

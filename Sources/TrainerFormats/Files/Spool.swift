import Foundation

/// Bytes that are written once and read back in order: in memory at first, then in a file.
///
/// The file has no name, so that nothing is left behind however the process ends.
final class Spool {
    private let folder: String
    private let inMemory: Int
    private var descriptor: CInt = -1
    private var waiting: [UInt8] = []
    private var spilled = 0

    /// Bytes that it holds.
    var count: Int { spilled + waiting.count }

    /// An empty spool.
    ///
    /// - Parameters:
    ///   - folder: where the file is made.
    ///   - inMemory: bytes that are held in memory at most, about.
    init(folder: String, inMemory: Int = 1 << 20) {
        self.folder = folder.isEmpty ? "." : folder
        self.inMemory = inMemory
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Adds the bytes that `body` appends to a buffer.
    func append(_ body: (inout [UInt8]) -> Void) throws {
        body(&waiting)
        if waiting.count >= inMemory { try spill() }
    }

    /// Adds a number, the lowest byte first.
    func append(_ number: some FixedWidthInteger) throws {
        try append { $0.appendLittleEndian(number) }
    }

    /// Forgets all.
    func removeAll() throws {
        waiting.removeAll(keepingCapacity: true)
        spilled = 0
        guard descriptor >= 0 else { return }
        guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
            throw SystemError.last("cannot use a temporary file in", folder)
        }
    }

    /// Reads up to `limit` bytes from `offset` on; fewer at the end alone.
    func read(at offset: Int, atMost limit: Int) throws -> [UInt8] {
        let end = min(count, offset + limit)
        guard offset < end else { return [] }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(end - offset)
        if offset < spilled {
            let wanted = min(end, spilled) - offset
            bytes = try [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
                while filled < wanted {
                    // SAFETY: `wanted - filled` bytes are left of the buffer behind `filled`.
                    let got = pread(
                        descriptor, buffer.baseAddress.map { $0 + filled }, wanted - filled,
                        off_t(offset + filled))
                    if got < 0, errno == EINTR { continue }
                    guard got > 0 else {
                        throw SystemError.last("cannot read a temporary file in", folder)
                    }
                    filled += got
                }
            }
        }
        if end > spilled {
            bytes.append(contentsOf: waiting[(max(offset, spilled) - spilled)..<(end - spilled)])
        }
        return bytes
    }

    /// Hands over all bytes in order, in pieces of a multiple of 8 bytes.
    func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        var offset = 0
        while offset < count {
            let piece = try read(at: offset, atMost: 1 << 18)
            offset += piece.count
            try piece.withUnsafeBytes(body)
        }
    }

    private func spill() throws {
        if descriptor < 0 {
            let name = folder + "/" + OutputFiles.temporaryName()
            descriptor = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else {
                throw SystemError.last("cannot make a temporary file in", folder)
            }
            unlink(name)
        }
        try waiting.withUnsafeBytes { bytes in
            try SystemError.writeAll(bytes, to: descriptor, "a temporary file in \(folder)")
        }
        spilled += waiting.count
        waiting.removeAll(keepingCapacity: true)
    }
}

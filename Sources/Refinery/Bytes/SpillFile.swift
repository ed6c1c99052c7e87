import Foundation

/// A file of equal records without a name, which goes with the process, however that ends.
final class SpillFile<Record: BitwiseCopyable>: Sendable {
    private let descriptor: CInt
    private let folder: String

    /// A new file in `folder`.
    ///
    /// - Throws: ``RefineryError`` where it cannot be made.
    init(folder: String) throws {
        self.folder = folder
        var template = Array((folder + "/.refinery-spill-XXXXXX").utf8CString)
        descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw Self.failure("make", in: folder) }
        unlink(template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    deinit {
        close(descriptor)
    }

    /// Writes records to a place, counted in records.
    ///
    /// - Throws: ``RefineryError`` where the disk takes no more.
    func write(_ records: [Record], at place: Int) throws {
        var offset = place * MemoryLayout<Record>.stride
        // SAFETY: records are plain bytes, and `rest` is always within the array.
        try records.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let part = UnsafeRawBufferPointer(rebasing: rest)
                let count = pwrite(descriptor, part.baseAddress, part.count, off_t(offset))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw Self.failure("write", in: folder) }
                offset += count
                rest = rest.dropFirst(count)
            }
        }
    }

    /// Reads the records at these places, all of which must have been written.
    ///
    /// - Throws: ``RefineryError`` where the disk fails.
    func read(_ places: Range<Int>) throws -> [Record] {
        let stride = MemoryLayout<Record>.stride
        var missing = places.count * stride
        let found = [Record](unsafeUninitializedCapacity: places.count) { buffer, count in
            // SAFETY: each read stays within `buffer`, and only what was read whole is counted as
            // initialised; records are plain bytes, and these were written as such.
            let bytes = UnsafeMutableRawBufferPointer(buffer)
            while missing > 0 {
                let done = places.count * stride - missing
                let got = pread(
                    descriptor, bytes.baseAddress?.advanced(by: done), missing,
                    off_t(places.lowerBound * stride + done))
                if got < 0, errno == EINTR { continue }
                guard got > 0 else { break }
                missing -= got
            }
            count = missing == 0 ? places.count : 0
        }
        guard missing == 0 else { throw Self.failure("read", in: folder) }
        return found
    }

    private static func failure(_ verb: String, in folder: String) -> RefineryError {
        RefineryError(
            .unusable,
            "cannot \(verb) the file in \(folder) that scores are gathered in: "
                + String(cString: strerror(errno)),
            hint:
                "selecting takes 128 to 300 bytes a scored chunk there, importing scores 260, and finding near duplicates 136 a document"
        )
    }
}

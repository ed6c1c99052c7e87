import Foundation

/// The band hashes of many documents in a file without a name, read back a band at a time in
/// order of hash.
///
/// Blocks of 4,096 documents: their numbers, then each band's hashes, so that a band is read in
/// pieces of 32 kB.
struct BandFile: ~Copyable {
    /// A document's hash in one band.
    struct Entry {
        var hash: UInt64
        var document: Int32
    }

    private static let blockLength = 4096
    /// Entries that are sorted at once.
    private let capacity: Int
    private let descriptor: CInt
    private let folder: String
    private var blocks = 0
    private var count = 0
    private var documents: [Int32] = []
    private var columns = [[UInt64]](repeating: [], count: MinHash.bands)

    /// A new file in `folder`; `capacity` entries are sorted at once.
    ///
    /// - Throws: ``StoreError`` where it cannot be made.
    init(folder: String, capacity: Int = 1 << 23) throws {
        var template = Array((folder + "/.refinery-bands-XXXXXX").utf8CString)
        let made = mkstemp(&template)
        guard made >= 0 else { throw Self.failure("make", in: folder) }
        unlink(template)
        self.folder = folder
        self.capacity = capacity
        descriptor = made
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    deinit {
        close(descriptor)
    }

    /// Adds a document's ``MinHash/bands`` hashes.
    ///
    /// - Throws: ``StoreError`` where the disk takes no more.
    mutating func append(document: Int32, bands: [UInt64]) throws {
        documents.append(document)
        for (band, hash) in bands.enumerated() { columns[band].append(hash) }
        count += 1
        if documents.count == Self.blockLength { try flush() }
    }

    /// Calls `body` with every two or more entries that share their hash in `band`, each bucket's
    /// documents ascending.
    ///
    /// - Throws: what `body` throws, and ``StoreError`` where the disk fails.
    func forEachBucket(of band: Int, _ body: (ArraySlice<Entry>) throws -> Void) throws {
        let passes = max(1, (count + capacity - 1) / capacity)
        for pass in 0..<passes {
            var entries = try entries(of: band) { passes == 1 || Int($0 % UInt64(passes)) == pass }
            entries.sort { ($0.hash, $0.document) < ($1.hash, $1.document) }
            var start = 0
            for end in 1...max(1, entries.count)
            where end >= entries.count || entries[end].hash != entries[start].hash {
                if end - start > 1 { try body(entries[start..<end]) }
                start = end
            }
        }
    }

    private func entries(of band: Int, where isWanted: (UInt64) -> Bool) throws -> [Entry] {
        var entries: [Entry] = []
        for block in 0..<blocks {
            let start = block * Self.blockBytes
            let numbers: [Int32] = try read(at: start, count: Self.blockLength)
            let hashes: [UInt64] = try read(
                at: start + 4 * Self.blockLength + 8 * Self.blockLength * band,
                count: Self.blockLength)
            for (number, hash) in zip(numbers, hashes) where isWanted(hash) {
                entries.append(Entry(hash: hash, document: number))
            }
        }
        for (number, hash) in zip(documents, columns[band]) where isWanted(hash) {
            entries.append(Entry(hash: hash, document: number))
        }
        return entries
    }

    private static let blockBytes = blockLength * (4 + 8 * MinHash.bands)

    private mutating func flush() throws {
        var offset = blocks * Self.blockBytes
        try documents.withUnsafeBytes { try write($0, at: &offset) }
        for column in columns { try column.withUnsafeBytes { try write($0, at: &offset) } }
        blocks += 1
        documents.removeAll(keepingCapacity: true)
        for band in columns.indices { columns[band].removeAll(keepingCapacity: true) }
    }

    private func write(_ bytes: UnsafeRawBufferPointer, at offset: inout Int) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let done = pwrite(descriptor, part.baseAddress, part.count, off_t(offset))
            if done < 0, errno == EINTR { continue }
            guard done > 0 else { throw Self.failure("write", in: folder) }
            offset += done
            rest = rest.dropFirst(done)
        }
    }

    private func read<Number: FixedWidthInteger>(at offset: Int, count: Int) throws -> [Number] {
        let bytes = count * MemoryLayout<Number>.stride
        var done = 0
        let numbers = [Number](unsafeUninitializedCapacity: count) { buffer, initialized in
            // SAFETY: each read stays within `buffer`, and only numbers that were read whole are
            // counted as initialised.
            let raw = UnsafeMutableRawBufferPointer(buffer)
            while done < bytes {
                let got = pread(
                    descriptor, raw.baseAddress?.advanced(by: done), bytes - done,
                    off_t(offset + done))
                if got < 0, errno == EINTR { continue }
                guard got > 0 else { break }
                done += got
            }
            initialized = done == bytes ? count : 0
        }
        guard done == bytes else { throw Self.failure("read", in: folder) }
        return numbers
    }

    private static func failure(_ verb: String, in folder: String) -> StoreError {
        StoreError(
            .unusable,
            "cannot \(verb) the file in \(folder) that near duplicates are found in: "
                + String(cString: strerror(errno)),
            hint: "it takes 132 bytes a document there")
    }
}

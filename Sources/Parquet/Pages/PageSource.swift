import CDeflate

/// The pages of one column chunk, one after the other.
///
/// Holds one page, compressed, and a window of the file for headers.
struct PageSource {
    /// Bytes that are read for a header at first.
    private static let headerBytes = 16 << 10

    /// Bytes that a header has at most: statistics stand in it.
    private static let longestHeader = 16 << 20

    private let file: FileBytes
    private let codec: Codec
    private let limits: ParquetLimits
    /// The chunk's end, and how far its last page may reach beyond it.
    private let end: Int
    private let overhang: Int
    private var offset: Int
    private var window: RawMemory
    private var windowRange = 0..<0
    private var compressed: RawMemory?
    private let decompressor: PageDecompressor
    private let budget: PageBudget

    /// The pages of `chunk`, from its beginning, in memory of `budget`.
    init(
        _ file: FileBytes, _ chunk: ColumnChunk, _ limits: ParquetLimits,
        _ decompressor: PageDecompressor, _ budget: PageBudget
    ) throws(ParquetError) {
        self.budget = budget
        self.file = file
        self.limits = limits
        self.decompressor = decompressor
        guard !chunk.isEncrypted else {
            throw ParquetError(
                "it is encrypted, and encrypted Parquet is not read",
                hint: "write it again without encryption")
        }
        guard !chunk.isElsewhere else {
            throw ParquetError("its values lie in another file, which is not read")
        }
        codec = try PageDecompressor.codec(chunk.codec)
        let range = try chunk.byteRange(fileSize: file.size)
        (offset, end) = (range.lowerBound, range.upperBound)
        // Impala and parquet-mr before 1.2.9 did not count the dictionary's header (PARQUET-816).
        overhang = min(100, max(0, file.size - 8 - end))
        window = try RawMemory(Self.headerBytes, of: budget)
    }

    /// The next page, in `memory` where that has room for it and nobody else holds it; nil at the
    /// chunk's end.
    mutating func next(_ memory: inout RawMemory?) throws(ParquetError) -> Page? {
        while offset < end {
            let header = try readHeader()
            guard header.compressedSize <= end + overhang - offset else {
                throw ParquetError(
                    "a page of \(header.compressedSize) bytes at offset \(offset), where the "
                        + "column chunk has \(max(0, end - offset)) left",
                    hint: ParquetError.truncated)
            }
            guard header.kind != .other else {
                offset += header.compressedSize
                continue
            }
            let largest = max(header.compressedSize, header.uncompressedSize)
            guard largest <= limits.maxPageBytes else {
                throw ParquetError(
                    "a page of \(largest) bytes, at most \(limits.maxPageBytes) are read",
                    hint: "write the file again with smaller pages (1 MiB is usual)")
            }
            return try readBody(header, &memory)
        }
        return nil
    }

    private mutating func readBody(
        _ header: PageHeader, _ memory: inout RawMemory?
    ) throws(ParquetError) -> Page {
        let size = header.uncompressedSize
        let bare = header.kind == .dataV2 ? header.definitionSize + header.repetitionSize : 0
        let isPlain = codec == .uncompressed || !header.isCompressed
        let source = try RawMemory.recycled(
            &compressed, header.compressedSize, of: budget)
        compressed = source
        try read(header.compressedSize, at: offset, to: source.base)
        offset += header.compressedSize
        let stored = UnsafeRawBufferPointer(start: source.base, count: header.compressedSize)
        if let checksum = header.checksum,
            checksum != libdeflate_crc32(0, stored.baseAddress, stored.count)
        {
            throw ParquetError(
                "a page's checksum (CRC-32) does not match", hint: ParquetError.truncated)
        }
        if isPlain {
            guard size == stored.count else {
                throw ParquetError(
                    "an uncompressed page of \(stored.count) bytes whose header says \(size)",
                    hint: ParquetError.truncated)
            }
            // The page is the memory that it was read to; the next one is read to the other.
            swap(&compressed, &memory)
            return Page(header: header, memory: source, size: size)
        }
        let body = UnsafeRawBufferPointer(rebasing: stored[bare...])
        // A page of nulls only may have no body at all.
        if size > bare || !body.isEmpty {
            try PageDecompressor.check(codec, body, size: size - bare)
        }
        let target = try RawMemory.recycled(&memory, size, of: budget)
        memory = target
        // SAFETY: `bare` is at most the size of both, by the header's check.
        let all = UnsafeMutableRawBufferPointer(start: target.base, count: size)
        all.copyMemory(from: UnsafeRawBufferPointer(rebasing: stored[..<bare]))
        try decompressor.decompress(
            codec, body, to: UnsafeMutableRawBufferPointer(rebasing: all[bare...]))
        return Page(header: header, memory: target, size: size)
    }

    /// Reads the header at `offset`, with more and more bytes until they hold it.
    private mutating func readHeader() throws(ParquetError) -> PageHeader {
        var wanted = Self.headerBytes
        while true {
            let bytes = try bytesForHeader(min(wanted, end + overhang - offset))
            var reader = ThriftReader(bytes)
            do {
                let header = try PageHeader(&reader)
                offset += reader.offset
                return header
            } catch {
                guard reader.ranOut, bytes.count < end + overhang - offset,
                    wanted < Self.longestHeader
                else {
                    throw error
                }
                wanted *= 4
            }
        }
    }

    /// `count` bytes at `offset`, or what is there of them in the window if it has a page's worth.
    private mutating func bytesForHeader(_ count: Int) throws(ParquetError)
        -> UnsafeRawBufferPointer
    {
        let isHeld =
            windowRange.contains(offset)
            && (windowRange.upperBound - offset >= min(count, 512))
            && (count <= Self.headerBytes || windowRange.upperBound - offset >= count)
        if !isHeld {
            if window.capacity < count { window = try RawMemory(count, of: budget) }
            windowRange = 0..<0
            try file.read(count, at: offset, to: window.base)
            windowRange = offset..<offset + count
        }
        let held = min(count, windowRange.upperBound - offset)
        return UnsafeRawBufferPointer(
            start: window.base + (offset - windowRange.lowerBound), count: held)
    }

    /// Copies what the window holds, and reads the rest.
    private func read(
        _ count: Int, at start: Int, to target: UnsafeMutableRawPointer
    ) throws(ParquetError) {
        var held = 0
        if windowRange.contains(start) {
            held = min(count, windowRange.upperBound - start)
            // SAFETY: `start` and `held` bytes from it lie in the window.
            target.copyMemory(
                from: window.base + (start - windowRange.lowerBound), byteCount: held)
        }
        if held < count { try file.read(count - held, at: start + held, to: target + held) }
    }
}

import CDeflate
import CZstd

/// Compresses pages with zstd and puts their headers before them.
final class PageCompressor {
    private let context: OpaquePointer
    private let level: CInt
    private var buffer: RawMemory?

    /// A compressor of that level.
    init(level: Int) throws(ParquetError) {
        guard let level = CInt(exactly: level), level <= ZSTD_maxCLevel(), level >= ZSTD_minCLevel()
        else {
            throw ParquetError(
                "zstd has no level \(level)", hint: "1 to \(ZSTD_maxCLevel()) are usual")
        }
        guard let context = ZSTD_createCCtx() else { throw ParquetError("zstd cannot start") }
        (self.context, self.level) = (context, level)
    }

    deinit { ZSTD_freeCCtx(context) }

    /// Appends a page to `pages`; returns the bytes that it has uncompressed, header included.
    ///
    /// `inner` writes what the header says besides sizes and checksum.
    func append(
        _ body: [UInt8], type: Int, to pages: inout [UInt8],
        inner: (inout ThriftWriter) -> Void
    ) throws(ParquetError) -> Int {
        let memory = try RawMemory.recycled(&buffer, ZSTD_compressBound(body.count))
        buffer = memory
        // SAFETY: zstd reads the body and writes at most the memory's capacity.
        let size = body.withUnsafeBytes {
            ZSTD_compressCCtx(
                context, memory.base, memory.capacity, $0.baseAddress, $0.count, level)
        }
        guard ZSTD_isError(size) == 0 else {
            throw ParquetError("zstd failed: \(String(cString: ZSTD_getErrorName(size)))")
        }
        guard size <= Int(Int32.max) else { throw ParquetError("a page of \(size) bytes") }
        var header = ThriftWriter()
        header.int32(1, type)
        header.int32(2, body.count)
        header.int32(3, size)
        header.int32(4, Int(Int32(bitPattern: libdeflate_crc32(0, memory.base, size))))
        inner(&header)
        header.stop()
        pages += header.bytes
        pages += UnsafeRawBufferPointer(start: memory.base, count: size)
        return header.bytes.count + body.count
    }
}

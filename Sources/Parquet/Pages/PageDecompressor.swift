import CBrotli
import CDeflate
import CLZ4
import CSnappy
import CZstd

/// Decompresses pages, whose decompressed size is known beforehand (Compression.md).
final class PageDecompressor {
    private var zstd: OpaquePointer?
    private var deflate: OpaquePointer?

    init() {}

    deinit {
        ZSTD_freeDCtx(zstd)
        libdeflate_free_decompressor(deflate)
    }

    /// Fails where the codec is not read, before anything is decompressed with it.
    static func codec(_ code: Int) throws(ParquetError) -> Codec {
        guard let codec = Codec(rawValue: code) else {
            throw ParquetError("it is compressed with the unknown codec \(code)")
        }
        guard codec != .lzo else {
            throw ParquetError(
                "it is compressed with LZO, which is not read",
                hint: "write it again with zstd or snappy")
        }
        return codec
    }

    /// Fails where `source` cannot inflate to `size` bytes, before memory is taken for them.
    static func check(
        _ codec: Codec, _ source: UnsafeRawBufferPointer, size: Int
    ) throws(ParquetError) {
        let most: Int
        switch codec {
        case .uncompressed, .lzo: most = source.count
        case .snappy:
            var length = 0
            let status = snappy_uncompressed_length(source.baseAddress, source.count, &length)
            guard status == SNAPPY_OK else { throw damaged("snappy") }
            guard length == size else { throw differs("\(length)", size) }
            most = length
        case .gzip: most = source.count * 1040 + 1024  // deflate: 258 bytes for 2 bits
        case .lz4, .lz4Raw: most = source.count * 256 + 1024
        case .zstd:
            let length = ZSTD_getFrameContentSize(source.baseAddress, source.count)
            // Unknown is 2^64 - 1, an error 2^64 - 2; frames may follow each other.
            most = length < UInt64(1) << 62 && length > UInt64(size) ? -1 : size
            guard length != .max - 1 else { throw damaged("zstd") }
        case .brotli: most = size
        }
        guard size <= most else { throw differs("less or more", size) }
    }

    /// Decompresses `source` to `target`, which it has to fill.
    func decompress(
        _ codec: Codec, _ source: UnsafeRawBufferPointer, to target: UnsafeMutableRawBufferPointer
    ) throws(ParquetError) {
        // Some writers compress nothing to nothing.
        if target.isEmpty && source.isEmpty { return }
        let size: Int
        switch codec {
        case .uncompressed, .lzo:
            guard source.count == target.count else {
                throw Self.differs("\(source.count)", target.count)
            }
            target.copyMemory(from: source)
            size = source.count
        case .snappy: size = try Self.snappy(source, target)
        case .gzip: size = try gzip(source, target)
        case .lz4: size = try HadoopLZ4.decompress(source, to: target)
        case .lz4Raw: size = try Self.lz4(source, target)
        case .zstd: size = try zstd(source, target)
        case .brotli: size = try Self.brotli(source, target)
        }
        guard size == target.count else { throw Self.differs("\(size)", target.count) }
    }

    private static func snappy(
        _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer
    ) throws(ParquetError) -> Int {
        var size = target.count
        // SAFETY: snappy reads `source.count` bytes and checks the output's size, `size`, first.
        let status = snappy_uncompress(
            source.baseAddress, source.count, target.baseAddress, &size)
        guard status == SNAPPY_OK else { throw damaged("snappy") }
        return size
    }

    private func zstd(
        _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer
    ) throws(ParquetError) -> Int {
        if zstd == nil { zstd = ZSTD_createDCtx() }
        // SAFETY: zstd reads and writes within the two buffers.
        let size = ZSTD_decompressDCtx(
            zstd, target.baseAddress, target.count, source.baseAddress, source.count)
        guard ZSTD_isError(size) == 0 else {
            throw Self.damaged("zstd", String(cString: ZSTD_getErrorName(size)))
        }
        return size
    }

    /// Members of gzip that follow each other, as RFC 1952 allows, or a stream of zlib, which some
    /// writers took for gzip.
    private func gzip(
        _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer
    ) throws(ParquetError) -> Int {
        if deflate == nil { deflate = libdeflate_alloc_decompressor() }
        let isGzip = source.count >= 2 && source[0] == 0x1F && source[1] == 0x8B
        var (read, written) = (0, 0)
        repeat {
            var (used, made) = (0, 0)
            let input = UnsafeRawBufferPointer(rebasing: source[read...])
            let output = UnsafeMutableRawBufferPointer(rebasing: target[written...])
            // SAFETY: libdeflate reads and writes within the two buffers.
            let result =
                isGzip
                ? libdeflate_gzip_decompress_ex(
                    deflate, input.baseAddress, input.count, output.baseAddress, output.count,
                    &used, &made)
                : libdeflate_zlib_decompress_ex(
                    deflate, input.baseAddress, input.count, output.baseAddress, output.count,
                    &used, &made)
            guard result == LIBDEFLATE_SUCCESS, used > 0 else { throw Self.damaged("gzip") }
            read += used
            written += made
        } while isGzip && read < source.count
        return written
    }

    private static func brotli(
        _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer
    ) throws(ParquetError) -> Int {
        var size = target.count
        // SAFETY: brotli reads and writes within the two buffers.
        let result = BrotliDecoderDecompress(
            source.count, source.bindMemory(to: UInt8.self).baseAddress, &size,
            target.bindMemory(to: UInt8.self).baseAddress)
        guard result == BROTLI_DECODER_RESULT_SUCCESS else { throw damaged("brotli") }
        return size
    }

    /// One block of LZ4.
    static func lz4(
        _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer
    ) throws(ParquetError) -> Int {
        guard let input = CInt(exactly: source.count), let room = CInt(exactly: target.count) else {
            throw damaged("lz4")
        }
        // SAFETY: LZ4_decompress_safe reads `input` and writes at most `room` bytes.
        let size = LZ4_decompress_safe(
            source.bindMemory(to: CChar.self).baseAddress,
            target.bindMemory(to: CChar.self).baseAddress, input, room)
        guard size >= 0 else { throw damaged("lz4") }
        return Int(size)
    }

    static func damaged(_ codec: String, _ reason: String? = nil) -> ParquetError {
        ParquetError(
            "the \(codec) data of a page are damaged" + (reason.map { ": \($0)" } ?? ""),
            hint: ParquetError.truncated)
    }

    private static func differs(_ found: String, _ expected: Int) -> ParquetError {
        ParquetError(
            "a page inflates to \(found) bytes where its header says \(expected)",
            hint: ParquetError.truncated)
    }
}

import CZlib
import CZstd

/// Compresses a stream piece by piece; the same bytes give the same output on any machine with
/// the same libraries, since no time or name is written.
final class Compressor {
    private enum State {
        case none
        case gzip(UnsafeMutablePointer<z_stream>)
        case zstd(OpaquePointer)
    }

    private let state: State
    private var buffer = [UInt8](repeating: 0, count: 1 << 17)

    /// A stream that has compressed nothing.
    init(_ compression: Compression) throws {
        switch compression {
        case .none: state = .none
        case .gzip:
            let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
            stream.initialize(to: z_stream())
            // 15 + 16: the largest window, with gzip's header and no time in it
            guard
                deflateInit2_(
                    stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                    CInt(MemoryLayout<z_stream>.size)) == Z_OK
            else {
                stream.deallocate()
                throw RefineryError(.output, "zlib cannot start")
            }
            state = .gzip(stream)
        case .zstd:
            guard let context = ZSTD_createCCtx() else {
                throw RefineryError(.output, "zstd cannot start")
            }
            ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 3)
            ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
            state = .zstd(context)
        case .xz, .bzip2:
            throw RefineryError(
                .output, "\(compression.rawValue) is read and not written",
                hint: "name the output .gz or .zst")
        }
    }

    deinit {
        switch state {
        case .none: break
        case .gzip(let stream):
            deflateEnd(stream)
            stream.deallocate()
        case .zstd(let context): ZSTD_freeCCtx(context)
        }
    }

    /// Compresses bytes, hands over what is ready; with `isLast`, all of it.
    func compress(
        _ bytes: UnsafeRawBufferPointer, isLast: Bool,
        _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        switch state {
        case .none: if !bytes.isEmpty { try body(bytes) }
        case .gzip(let stream): try gzip(stream, bytes, isLast, body)
        case .zstd(let context): try zstd(context, bytes, isLast, body)
        }
    }

    private func gzip(
        _ stream: UnsafeMutablePointer<z_stream>, _ bytes: UnsafeRawBufferPointer, _ isLast: Bool,
        _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        guard bytes.count <= Int(UInt32.max) else {
            throw RefineryError(.output, "more than 4 GiB in one write")
        }
        // SAFETY: zlib reads `avail_in` bytes from `next_in` and does not write them, and writes
        // at most `avail_out` bytes to the buffer, which outlives the call.
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: bytes.bindMemory(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = UInt32(bytes.count)
        var isDone = false
        while !isDone {
            try buffer.withUnsafeMutableBytes { out in
                stream.pointee.next_out = out.bindMemory(to: UInt8.self).baseAddress
                stream.pointee.avail_out = UInt32(out.count)
                let status = deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
                guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
                    throw RefineryError(.output, "zlib failed: \(status)")
                }
                let count = out.count - Int(stream.pointee.avail_out)
                if count > 0 { try body(UnsafeRawBufferPointer(rebasing: out[..<count])) }
                isDone = isLast ? status == Z_STREAM_END : stream.pointee.avail_out > 0
            }
        }
    }

    private func zstd(
        _ context: OpaquePointer, _ bytes: UnsafeRawBufferPointer, _ isLast: Bool,
        _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
        var isDone = false
        while !isDone {
            try buffer.withUnsafeMutableBytes { out in
                // SAFETY: zstd reads `size` bytes of the input and writes at most the buffer.
                var output = ZSTD_outBuffer(dst: out.baseAddress, size: out.count, pos: 0)
                let left = ZSTD_compressStream2(
                    context, &output, &input, isLast ? ZSTD_e_end : ZSTD_e_continue)
                guard ZSTD_isError(left) == 0 else {
                    throw RefineryError(
                        .output, "zstd failed: \(String(cString: ZSTD_getErrorName(left)))")
                }
                if output.pos > 0 {
                    try body(UnsafeRawBufferPointer(rebasing: out[..<output.pos]))
                }
                isDone = isLast ? left == 0 : input.pos == input.size
            }
        }
    }
}

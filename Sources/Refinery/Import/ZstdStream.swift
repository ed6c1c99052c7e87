import CZstd

/// A zstd stream of one or more frames (RFC 8878) on its way to being inflated by libzstd.
final class ZstdStream {
    private let context: OpaquePointer
    private let buffer: UnsafeMutableRawBufferPointer
    private var isInsideFrame = false
    private var hasInput = false
    /// What errors begin with: the file, where it is known.
    private let place: String

    init(place: String) throws {
        self.place = place
        guard let context = ZSTD_createDCtx() else { throw ImportError("no memory for zstd") }
        self.context = context
        buffer = .allocate(byteCount: Decompressor.outputSize, alignment: 16)
        // 27 is what zstd's own tool accepts: a frame cannot ask for a window above 128 MiB.
        ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, 27)
    }

    deinit {
        ZSTD_freeDCtx(context)
        buffer.deallocate()
    }

    func feed(
        _ input: UnsafeRawBufferPointer, _ output: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        hasInput = true
        // SAFETY: zstd reads `size - pos` bytes inside `input` and writes at most
        // `buffer.count` bytes inside `buffer`; both outlive the calls below.
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        while true {
            var target = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
            let code = ZSTD_decompressStream(context, &target, &source)
            guard ZSTD_isError(code) == 0 else {
                let reason = String(cString: ZSTD_getErrorName(code))
                throw ImportError("\(place)the zstd data are damaged: \(reason)")
            }
            if target.pos > 0 {
                try output(UnsafeRawBufferPointer(rebasing: buffer[..<target.pos]))
            }
            isInsideFrame = code != 0
            // A full output may hide more of it; code 0 says that all of the frame is out.
            if source.pos == source.size && (target.pos < target.size || code == 0) { return }
        }
    }

    func finish() throws {
        guard !isInsideFrame else { throw ImportError("\(place)the zstd data are cut short") }
        // A frame of nothing has a header: 0 bytes are what a broken download leaves.
        guard hasInput else {
            throw ImportError("\(place)the zstd data are cut short: there are 0 bytes of them")
        }
    }
}

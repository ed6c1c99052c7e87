import CZstd

/// A zstd stream of one or more frames (RFC 8878) on its way to being inflated by libzstd.
final class ZstdStream {
    /// Takes memory for a window of so many bytes, before a frame that asks for a large one.
    var admit: ((Int) -> any Sendable)?

    /// The largest window that zstd's format of 64-bit machines knows, 2 GiB.
    static let largestWindow = 1 << 31

    /// A window that every stream may have without asking: zstd's levels up to 19 ask for no more.
    static let ordinaryWindow = 8 << 20

    private var share: (any Sendable)?
    private let context: OpaquePointer
    private let buffer: UnsafeMutableRawBufferPointer
    private var isInsideFrame = false
    private var hasInput = false
    /// What errors begin with: the file, where it is known.
    private let place: String
    private let maxWindow: Int

    /// A stream whose frames may ask for windows of up to `maxWindow` bytes.
    init(place: String, maxWindow: Int = largestWindow) throws {
        self.place = place
        self.maxWindow = maxWindow
        guard let context = ZSTD_createDCtx() else {
            throw RefineryError(.input, "no memory for zstd")
        }
        self.context = context
        buffer = .allocate(byteCount: Decompressor.outputSize, alignment: 16)
        // The power of two above; memory is taken as a frame fills its window.
        let log = Int.bitWidth - (max(maxWindow, 2) - 1).leadingZeroBitCount
        ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, CInt(min(log, 31)))
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
            if !isInsideFrame, source.pos < source.size {
                try takeShare(UnsafeRawBufferPointer(rebasing: input[source.pos...]))
            }
            var target = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
            let code = ZSTD_decompressStream(context, &target, &source)
            guard ZSTD_isError(code) == 0 else {
                let reason = String(cString: ZSTD_getErrorName(code))
                if reason == "Frame requires too much memory for decoding" {
                    throw tooLarge(nil)
                }
                throw RefineryError(.input, "\(place)the zstd data are damaged: \(reason)")
            }
            if target.pos > 0 {
                try output(UnsafeRawBufferPointer(rebasing: buffer[..<target.pos]))
            }
            isInsideFrame = code != 0
            // A full output may hide more of it; code 0 says that all of the frame is out.
            if source.pos == source.size && (target.pos < target.size || code == 0) { return }
        }
    }

    /// Whether memory was taken for the present frame.
    var hasShare: Bool { share != nil }

    private func tooLarge(_ window: Int?) -> RefineryError {
        RefineryError(
            .input,
            "\(place)its zstd window\(window.map { " of \($0 >> 20) MiB" } ?? "") is above "
                + "max_window_bytes, \(maxWindow >> 20) MiB",
            hint: "raise max_window_bytes, or zstd -dc --long=31 FILE | refinectl enqueue - "
                + "--corpus NAME, or `refinectl refine`, which takes it")
    }

    private func takeShare(_ frame: UnsafeRawBufferPointer) throws {
        let window = Self.window(of: frame)
        if let window, window > maxWindow { throw tooLarge(window) }
        guard let admit, window ?? .max > Self.ordinaryWindow else {
            share = nil
            return
        }
        if share == nil { share = admit(min(window ?? .max, maxWindow)) }
    }

    /// The window that the frame beginning with `bytes` asks for (RFC 8878, 3.1.1.1); nil where
    /// they do not tell.
    static func window(of bytes: UnsafeRawBufferPointer) -> Int? {
        guard bytes.count >= 6 else { return nil }
        let magic = UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self))
        if magic & 0xFFFF_FFF0 == 0x184D_2A50 { return 0 }  // skipped, not inflated
        guard magic == 0xFD2F_B528 else { return 0 }  // an error follows
        let descriptor = Int(bytes[4])
        guard descriptor & 0x20 != 0 else {
            let base = 1 << (10 + Int(bytes[5] >> 3))
            return base + base / 8 * Int(bytes[5] & 7)
        }
        // The whole content is the window.
        let start = 5 + [0, 1, 2, 4][descriptor & 3]
        let width = [1, 2, 4, 8][descriptor >> 6]
        guard bytes.count >= start + width else { return nil }
        let size = (0..<width).reduce(UInt64(0)) { $0 | UInt64(bytes[start + $1]) << (8 * $1) }
        return Int(clamping: width == 2 ? size + 256 : size)
    }

    func finish() throws {
        guard !isInsideFrame else {
            throw RefineryError(.input, "\(place)the zstd data are cut short")
        }
        // A frame of nothing has a header: 0 bytes are what a broken download leaves.
        guard hasInput else {
            throw RefineryError(
                .input, "\(place)the zstd data are cut short: there are 0 bytes of them")
        }
    }
}

import CLZMA

/// An xz stream of one or more members on its way to being inflated by liblzma.
final class XZStream {
    /// Bytes that the decoder may take, which the file decides: `xz -9` asks for 65 MB.
    private static let mostMemory = 256 << 20
    /// Members may follow each other: `LZMA_CONCATENATED`, a macro that Swift does not see.
    private static let concatenated: UInt32 = 0x08

    /// On the heap: liblzma keeps a pointer into it, so it must not move.
    private let state: UnsafeMutablePointer<lzma_stream>
    private let buffer: UnsafeMutableRawBufferPointer
    private var isAtEnd = false
    private var hasInput = false
    /// What errors begin with: the file, where it is known.
    private let place: String

    /// A stream whose dictionary may take up to `maxWindow` bytes, and 256 MiB at most.
    init(place: String, maxWindow: Int) throws {
        self.place = place
        state = .allocate(capacity: 1)
        state.initialize(to: lzma_stream())
        buffer = .allocate(byteCount: Decompressor.outputSize, alignment: 16)
        // Beside its dictionary a decoder takes some 100 KB.
        let memory = min(maxWindow, Self.mostMemory) + 1 << 20
        let code = lzma_stream_decoder(state, UInt64(memory), Self.concatenated)
        guard code == LZMA_OK else {
            throw RefineryError(.input, "liblzma cannot start: code \(code.rawValue)")
        }
    }

    deinit {
        lzma_end(state)
        state.deinitialize(count: 1)
        state.deallocate()
        buffer.deallocate()
    }

    func feed(
        _ input: UnsafeRawBufferPointer, _ output: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        // SAFETY: liblzma reads `avail_in` bytes at `next_in`, inside `input`, which outlives the
        // loop, and does not write them.
        state.pointee.next_in = input.bindMemory(to: UInt8.self).baseAddress
        state.pointee.avail_in = input.count
        hasInput = true
        while try step(LZMA_RUN, output) {}
    }

    func finish() throws {
        state.pointee.next_in = nil
        state.pointee.avail_in = 0
        // All that was there came out with the input.
        while try step(LZMA_FINISH, { _ in }) {}
        guard isAtEnd else {
            throw RefineryError(
                .input,
                "\(place)the xz data are cut short"
                    + (hasInput ? "" : ": there are 0 bytes of them"))
        }
    }

    /// Inflates a piece of at most the buffer's size; whether there may be more of it.
    private func step(
        _ action: lzma_action, _ output: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Bool {
        guard !isAtEnd else { return false }
        // SAFETY: liblzma writes at most `avail_out` bytes at `next_out`, inside `buffer`.
        state.pointee.next_out = buffer.bindMemory(to: UInt8.self).baseAddress
        state.pointee.avail_out = buffer.count
        let code = lzma_code(state, action)
        let produced = buffer.count - state.pointee.avail_out
        if produced > 0 { try output(UnsafeRawBufferPointer(rebasing: buffer[..<produced])) }
        switch code {
        case LZMA_OK: return produced == buffer.count || state.pointee.avail_in > 0
        case LZMA_STREAM_END:
            isAtEnd = true
            return false
        // There is no more input, and no output that waits.
        case LZMA_BUF_ERROR: return false
        case LZMA_MEMLIMIT_ERROR:
            throw RefineryError(
                .input,
                "\(place)the xz data ask for \(lzma_memusage(state)) bytes of memory, the limit is "
                    + "\(lzma_memlimit_get(state))",
                hint: "compress them by xz -9 or less, or by zstd")
        default:
            let what =
                code == LZMA_FORMAT_ERROR ? "they are no xz data" : "code \(code.rawValue)"
            throw RefineryError(.input, "\(place)the xz data are damaged: \(what)")
        }
    }
}

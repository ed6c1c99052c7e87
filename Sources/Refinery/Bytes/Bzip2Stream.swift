import CBzip2

/// A bzip2 stream of one or more members on its way to being inflated by libbz2.
final class Bzip2Stream {
    /// On the heap: libbz2 keeps a pointer back to it, so it must not move.
    private let state: UnsafeMutablePointer<bz_stream>
    private let buffer: UnsafeMutableRawBufferPointer
    private var isInsideMember = false
    private var hasMember = false
    /// What errors begin with: the file, where it is known.
    private let place: String

    init(place: String) {
        self.place = place
        state = .allocate(capacity: 1)
        state.initialize(to: bz_stream())
        buffer = .allocate(byteCount: Decompressor.outputSize, alignment: 16)
    }

    deinit {
        if isInsideMember { BZ2_bzDecompressEnd(state) }
        state.deinitialize(count: 1)
        state.deallocate()
        buffer.deallocate()
    }

    func feed(
        _ input: UnsafeRawBufferPointer, _ output: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var rest = input
        while !rest.isEmpty {
            if !isInsideMember {
                // libbz2 starts a member in a fresh state only.
                state.pointee = bz_stream()
                let code = BZ2_bzDecompressInit(state, 0, 0)
                guard code == BZ_OK else {
                    throw RefineryError(.input, "libbz2 cannot start: code \(code)")
                }
                isInsideMember = true
            }
            rest = try inflateSome(rest, output)
        }
    }

    func finish() throws {
        guard !isInsideMember else {
            throw RefineryError(.input, "\(place)the bzip2 data are cut short")
        }
        guard hasMember else {
            throw RefineryError(
                .input, "\(place)the bzip2 data are cut short: there are 0 bytes of them")
        }
    }

    /// Inflates up to the end of the input or of the member; returns the input that is left.
    private func inflateSome(
        _ input: UnsafeRawBufferPointer, _ output: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> UnsafeRawBufferPointer {
        let length = min(input.count, Int(Int32.max))
        // SAFETY: libbz2 reads `avail_in` bytes at `next_in`, inside `input`, and writes at most
        // `avail_out` bytes at `next_out`, inside `buffer`; both outlive the calls below. It does
        // not write to its input.
        state.pointee.next_in = UnsafeMutablePointer(
            mutating: input.bindMemory(to: CChar.self).baseAddress)
        state.pointee.avail_in = UInt32(length)
        while true {
            state.pointee.next_out = buffer.bindMemory(to: CChar.self).baseAddress
            state.pointee.avail_out = UInt32(buffer.count)
            let code = BZ2_bzDecompress(state)
            let produced = buffer.count - Int(state.pointee.avail_out)
            if produced > 0 {
                try output(UnsafeRawBufferPointer(rebasing: buffer[..<produced]))
            }
            let used = length - Int(state.pointee.avail_in)
            switch code {
            case BZ_STREAM_END:
                BZ2_bzDecompressEnd(state)
                isInsideMember = false
                hasMember = true
                return UnsafeRawBufferPointer(rebasing: input[used...])
            case BZ_OK:
                if state.pointee.avail_in == 0, state.pointee.avail_out > 0 {
                    return UnsafeRawBufferPointer(rebasing: input[used...])
                }
            default:
                let what = code == BZ_DATA_ERROR_MAGIC ? "they are no bzip2 data" : "code \(code)"
                throw RefineryError(.input, "\(place)the bzip2 data are damaged: \(what)")
            }
        }
    }
}

import CZlib

/// A gzip stream of one or more members (RFC 1952) on its way to being inflated by zlib.
final class GzipStream {
    /// On the heap: zlib keeps a pointer back to it, so it must not move.
    private let state: UnsafeMutablePointer<z_stream>
    private let buffer: UnsafeMutableRawBufferPointer
    private var isInsideMember = false
    private var hasMember = false
    private var isPadding = false
    /// What errors begin with: the file, where it is known.
    private let place: String

    init(place: String) throws {
        self.place = place
        state = .allocate(capacity: 1)
        state.initialize(to: z_stream())
        buffer = .allocate(byteCount: Decompressor.outputSize, alignment: 16)
        // 15: the largest window; + 16: gzip header and trailer, neither zlib nor raw.
        let code = inflateInit2_(state, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else { throw RefineryError(.input, "zlib cannot start: code \(code)") }
    }

    deinit {
        inflateEnd(state)
        state.deinitialize(count: 1)
        state.deallocate()
        buffer.deallocate()
    }

    func feed(
        _ input: UnsafeRawBufferPointer, _ output: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var rest = input
        while let first = rest.first {
            if !isInsideMember {
                // As gzip does: zero bytes behind the last member are padding.
                if hasMember && first == 0 { isPadding = true }
                if isPadding {
                    guard rest.allSatisfy({ $0 == 0 }) else {
                        throw RefineryError(
                            .input, "\(place)the gzip data are damaged: bytes after the end")
                    }
                    return
                }
                inflateReset(state)
                isInsideMember = true
            }
            rest = try inflateSome(rest, output)
        }
    }

    func finish() throws {
        guard !isInsideMember else {
            throw RefineryError(.input, "\(place)the gzip data are cut short")
        }
        // A gzip file of nothing has a header and a trailer; gzip, too, calls one of 0 bytes damaged.
        guard hasMember else {
            throw RefineryError(
                .input, "\(place)the gzip data are cut short: there are 0 bytes of them")
        }
    }

    /// Inflates up to the end of the input or of the member; returns the input that is left.
    private func inflateSome(
        _ input: UnsafeRawBufferPointer, _ output: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> UnsafeRawBufferPointer {
        // SAFETY: zlib reads `length` bytes at `next_in`, inside `input`, and writes at most
        // `avail_out` bytes at `next_out`, inside `buffer`; both outlive the calls below. zlib
        // does not write to its input.
        let length = min(input.count, Int(Int32.max))
        state.pointee.next_in = UnsafeMutablePointer(
            mutating: input.bindMemory(to: UInt8.self).baseAddress)
        state.pointee.avail_in = UInt32(length)
        while true {
            state.pointee.next_out = buffer.bindMemory(to: UInt8.self).baseAddress
            state.pointee.avail_out = UInt32(buffer.count)
            let code = inflate(state, Z_NO_FLUSH)
            let produced = buffer.count - Int(state.pointee.avail_out)
            if produced > 0 {
                try output(UnsafeRawBufferPointer(rebasing: buffer[..<produced]))
            }
            switch code {
            case Z_STREAM_END:
                isInsideMember = false
                hasMember = true
                return rest(of: input, length)
            case Z_OK, Z_BUF_ERROR:
                if state.pointee.avail_in == 0 && state.pointee.avail_out > 0 {
                    return rest(of: input, length)
                }
            default:
                let reason = state.pointee.msg.map { String(cString: $0) } ?? "code \(code)"
                throw RefineryError(.input, "\(place)the gzip data are damaged: \(reason)")
            }
        }
    }

    private func rest(of input: UnsafeRawBufferPointer, _ length: Int) -> UnsafeRawBufferPointer {
        let used = length - Int(state.pointee.avail_in)
        return UnsafeRawBufferPointer(rebasing: input[used...])
    }
}

/// Inflates a stream that arrives piece by piece.
///
/// Output is handed over in pieces of at most 256 KiB, so that a small input that inflates to
/// much never stands in memory whole.
public struct Decompressor {
    /// How many bytes of output are handed over at once, at most.
    static let outputSize = 256 * 1024

    /// The largest window that a zstd frame can ask for, 2 GiB.
    public static let largestWindow = ZstdStream.largestWindow

    private enum Stream {
        case plain
        case gzip(GzipStream)
        case zstd(ZstdStream)
        case xz(XZStream)
        case bzip2(Bzip2Stream)
    }

    private let stream: Stream

    /// A stream compressed as `compression` says; errors begin with `name` where it is given.
    ///
    /// No zstd frame may ask for a window of more than `maxWindow` bytes, and no xz stream for a
    /// dictionary of more.
    /// Throws `RefineryError` where the library has no memory for it.
    public init(
        _ compression: Compression, name: String? = nil, maxWindow: Int = largestWindow
    ) throws {
        let place = name.map { "\($0): " } ?? ""
        switch compression {
        case .none: stream = .plain
        case .gzip: stream = .gzip(try GzipStream(place: place))
        case .zstd: stream = .zstd(try ZstdStream(place: place, maxWindow: maxWindow))
        case .xz: stream = .xz(try XZStream(place: place, maxWindow: maxWindow))
        case .bzip2: stream = .bzip2(Bzip2Stream(place: place))
        }
    }

    /// Whether what the stream has taken by ``ask(_:line:)`` is held.
    var hasLargeWindow: Bool {
        if case .zstd(let zstd) = stream { zstd.hasShare } else { false }
    }

    /// Has memory taken by `admit` before a frame with a large window, and with it for the lines of
    /// up to `line` bytes that it may hold: whoever holds some must not ask for more.
    func ask(_ admit: (@Sendable (Int) -> any Sendable)?, line: Int) {
        guard case .zstd(let zstd) = stream, let admit else { return }
        // Of a line's length four times as much is taken.
        zstd.admit = { window in admit(line + window / 4) }
    }

    /// Takes the stream's next bytes and hands over what they inflate to.
    ///
    /// Throws `RefineryError` for damaged data, and what `output` throws. The bytes handed over are
    /// valid during the call only.
    public func feed(
        _ input: UnsafeRawBufferPointer, _ output: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        guard !input.isEmpty else { return }
        switch stream {
        case .plain: try output(input)
        case .gzip(let gzip): try gzip.feed(input, output)
        case .zstd(let zstd): try zstd.feed(input, output)
        case .xz(let xz): try xz.feed(input, output)
        case .bzip2(let bzip2): try bzip2.feed(input, output)
        }
    }

    /// Ends the stream; throws `RefineryError` if it stops in the middle of its data or before them.
    public func finish() throws {
        switch stream {
        case .plain: break
        case .gzip(let gzip): try gzip.finish()
        case .zstd(let zstd): try zstd.finish()
        case .xz(let xz): try xz.finish()
        case .bzip2(let bzip2): try bzip2.finish()
        }
    }
}

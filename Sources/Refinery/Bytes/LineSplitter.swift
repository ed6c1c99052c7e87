import Glibc

/// Cuts a stream of bytes into lines, in memory bounded by the longest line allowed.
///
/// Lines end in LF or CR LF, which do not belong to them; the last one may end with the stream.
/// A UTF-8 byte order mark at the start of the stream is left out.
public struct LineSplitter {
    /// One line of the stream.
    public enum Line {
        /// Its bytes, valid during the call only.
        case bytes(UnsafeRawBufferPointer)
        /// It is over the limit, so that only its length in bytes is known.
        case tooLong(Int)
    }

    /// Lines longer than this are worth a look before more of them is taken in.
    static let longLine = 4 << 20

    /// Bytes of the present line that are kept.
    var present: Int { carry.count }

    /// The longest line that is handed over, in bytes.
    public let maxLineBytes: Int
    /// The number of the last line that was complete, from 1; 0 before the first.
    public private(set) var line = 0

    /// The part of the present line that earlier calls brought.
    private var carry: [UInt8] = []
    /// Length of the present line so far; above `carry.count` once it is too long.
    private var length = 0
    private var isAtStart = true

    /// A splitter for a new stream.
    public init(maxLineBytes: Int = 64 << 20) {
        self.maxLineBytes = maxLineBytes
    }

    /// Takes the stream's next bytes and hands over the lines that they complete.
    public mutating func feed(
        _ bytes: UnsafeRawBufferPointer, _ body: (Int, Line) throws -> Void
    ) throws {
        var rest = bytes
        // SAFETY: memchr looks at `rest.count` bytes from `rest`'s base, which is inside `bytes`.
        while let base = rest.baseAddress, !rest.isEmpty,
            let found = memchr(base, 0x0A, rest.count)
        {
            let end = UnsafeRawPointer(found) - base
            try complete(UnsafeRawBufferPointer(rebasing: rest[..<end]), body)
            rest = UnsafeRawBufferPointer(rebasing: rest[(end + 1)...])
        }
        keep(rest)
    }

    /// Ends the stream: what stands behind the last LF is a line as well.
    public mutating func finish(_ body: (Int, Line) throws -> Void) throws {
        guard length > 0 else { return }
        try complete(UnsafeRawBufferPointer(start: nil, count: 0), body)
    }

    /// Hands over the present line, of which `tail` is the last part.
    private mutating func complete(
        _ tail: UnsafeRawBufferPointer, _ body: (Int, Line) throws -> Void
    ) throws {
        line += 1
        if length == 0 {
            try hand(tail, body)
        } else {
            keep(tail)
            if length > carry.count {
                try body(line, .tooLong(length))
            } else {
                try carry.withUnsafeBytes { try hand($0, body) }
            }
            // A buffer of ordinary size is used again, that of a giant line given back.
            carry.removeAll(keepingCapacity: carry.capacity <= 1 << 20)
        }
        length = 0
        isAtStart = false
    }

    private func hand(
        _ bytes: UnsafeRawBufferPointer, _ body: (Int, Line) throws -> Void
    ) throws {
        var bytes = bytes
        if isAtStart && bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            bytes = UnsafeRawBufferPointer(rebasing: bytes[3...])
        }
        if bytes.last == 0x0D { bytes = UnsafeRawBufferPointer(rebasing: bytes.dropLast()) }
        try body(line, bytes.count > maxLineBytes ? .tooLong(bytes.count) : .bytes(bytes))
    }

    /// Remembers a part of the present line, as long as the line is not hopelessly long.
    private mutating func keep(_ part: UnsafeRawBufferPointer) {
        guard !part.isEmpty else { return }
        length += part.count
        // 4: a byte order mark and CR, which do not count.
        if length - 4 <= maxLineBytes {
            carry.append(contentsOf: part)
        } else {
            carry = []
        }
    }
}

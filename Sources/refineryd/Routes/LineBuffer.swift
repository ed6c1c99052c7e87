/// Gathers lines for a download, so that a piece on its way is a few dozen kilobytes.
struct LineBuffer {
    private let pipe: DownloadPipe
    private let wait: ClientWait
    private var bytes: [UInt8] = []
    /// Bytes that are worth waking the client for.
    private static let full = 256 << 10

    /// An empty buffer before `pipe`, whose reader is waited for so long.
    init(_ pipe: DownloadPipe, _ wait: ClientWait) {
        self.pipe = pipe
        self.wait = wait
    }

    /// Adds a line, without its newline.
    mutating func append(_ line: some Sequence<UInt8>) {
        bytes += line
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Adds bytes that end in a newline.
    mutating func append(complete line: [UInt8]) {
        bytes += line
    }

    /// Sends what is there once it is worth it; blocks while the client is slow.
    mutating func sendIfFull() throws {
        if bytes.count >= Self.full { try send() }
    }

    /// Sends what is there.
    mutating func send() throws {
        guard !bytes.isEmpty else { return }
        try pipe.write(bytes, wait)
        bytes = []
        bytes.reserveCapacity(Self.full + Self.full / 4)
    }
}

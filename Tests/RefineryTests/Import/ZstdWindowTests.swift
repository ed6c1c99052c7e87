import Testing

@testable import Refinery

/// Frames with windows above what zstd's own tool accepts, as dumps of forums have.
struct ZstdWindowTests {
    /// A frame that asks for a window of 2^`log` bytes and holds `text` as it is (RFC 8878, 3.1.1).
    private func frame(windowLog log: UInt8, _ text: String) -> [UInt8] {
        let header = UInt32(text.utf8.count) << 3 | 1
        let block = (0..<3).map { UInt8(truncatingIfNeeded: header >> (8 * $0)) }
        return [0x28, 0xB5, 0x2F, 0xFD, 0x00, (log - 10) << 3] + block + Array(text.utf8)
    }

    private func inflate(_ bytes: [UInt8], shared: Bool) throws -> String {
        let decompressor = try Decompressor(.zstd, name: "dump.zst")
        if shared { decompressor.ask({ _ in 0 }, line: 1 << 20) }
        var output: [UInt8] = []
        try bytes.withUnsafeBytes { try decompressor.feed($0) { output += $0 } }
        try decompressor.finish()
        return String(decoding: output, as: UTF8.self)
    }

    @Test(arguments: [27, 28, 31] as [UInt8])
    func `a process of one's own takes every window`(_ log: UInt8) throws {
        #expect(try inflate(frame(windowLog: log, "text"), shared: false) == "text")
    }

    @Test func `the daemon takes up to 128 MiB and calls what is beyond by its name`() throws {
        #expect(try inflate(frame(windowLog: 27, "text"), shared: true) == "text")
        let error = #expect(throws: ImportError.self) {
            try inflate(frame(windowLog: 28, "text"), shared: true)
        }
        #expect(error?.message.hasPrefix("dump.zst: its window is above 128 MiB") == true)
        #expect(error?.hint?.contains("--long=31") == true)
    }
}

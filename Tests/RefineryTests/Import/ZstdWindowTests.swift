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

    private func inflate(_ bytes: [UInt8], maxWindow: Int? = nil) throws -> String {
        let decompressor = try Decompressor(
            .zstd, name: "dump.zst", maxWindow: maxWindow ?? Decompressor.largestWindow)
        var output: [UInt8] = []
        try bytes.withUnsafeBytes { try decompressor.feed($0) { output += $0 } }
        try decompressor.finish()
        return String(decoding: output, as: UTF8.self)
    }

    @Test(arguments: [27, 28, 31] as [UInt8])
    func `a process of one's own takes every window`(_ log: UInt8) throws {
        #expect(try inflate(frame(windowLog: log, "text")) == "text")
    }

    @Test(arguments: [24, 27, 30] as [UInt8])
    func `a frame takes up to max_window_bytes, and what is beyond is called by its name`(
        _ log: UInt8
    ) throws {
        let most = 1 << Int(log)
        #expect(try inflate(frame(windowLog: log, "text"), maxWindow: most) == "text")
        #expect(try inflate(frame(windowLog: log, "text"), maxWindow: most + 1) == "text")
        for below in [most - 1, most / 2] {
            let error = #expect(throws: RefineryError.self) {
                try inflate(frame(windowLog: log, "text"), maxWindow: below)
            }
            #expect(
                error?.message == "dump.zst: its zstd window of \(most >> 20) MiB is above "
                    + "max_window_bytes, \(below >> 20) MiB")
        }
    }

    @Test func `a header that arrives byte by byte is bounded, too`() throws {
        let decompressor = try Decompressor(.zstd, name: "dump.zst", maxWindow: 1 << 27)
        let error = #expect(throws: RefineryError.self) {
            for byte in frame(windowLog: 28, "text") {
                try withUnsafeBytes(of: byte) { try decompressor.feed($0) { _ in } }
            }
        }
        #expect(error?.message.hasPrefix("dump.zst: its zstd window is above") == true)
        #expect(error?.hint?.contains("--long=31") == true)
    }
}

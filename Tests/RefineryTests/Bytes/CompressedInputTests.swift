import Foundation
import Testing

@testable import Refinery

/// Files compressed by xz and bzip2, as corpora are published.
struct CompressedInputTests {
    private static let text: [UInt8] = (0..<40_000).flatMap {
        Array("line \($0 &* 7919 % 1009)\n".utf8)
    }

    private static func read(
        _ bytes: [UInt8], _ compression: Compression, pieces: Int,
        maxWindow: Int = Decompressor.largestWindow
    ) throws -> [UInt8] {
        let decompressor = try Decompressor(compression, maxWindow: maxWindow)
        var found: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            try Array(bytes[start...].prefix(pieces)).withUnsafeBytes {
                try decompressor.feed($0) {
                    #expect($0.count <= Decompressor.outputSize)
                    found += $0
                }
            }
        }
        try decompressor.finish()
        return found
    }

    @Test(arguments: [Compression.xz, .bzip2], [1, 97, 1 << 20])
    func `members one behind the other are one text`(
        compression: Compression, pieces: Int
    ) throws {
        let half = Self.text.count / 2
        let bytes =
            compressed(Array(Self.text[..<half]), compression)
            + compressed(Array(Self.text[half...]), compression)
        #expect(try Self.read(bytes, compression, pieces: pieces) == Self.text)
    }

    @Test(arguments: [Compression.xz, .bzip2])
    func `a file that is cut short, damaged or of something else is an error`(
        compression: Compression
    ) throws {
        let bytes = compressed(Self.text, compression)
        for end in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 50)) {
            let error = #expect(throws: RefineryError.self) {
                try Self.read(Array(bytes[..<end]), compression, pieces: 1000)
            }
            #expect(error?.message.contains("cut short") == true)
        }
        for place in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 50)) {
            var damaged = bytes
            damaged[place] ^= 0x10
            #expect(throws: RefineryError.self) {
                try Self.read(damaged, compression, pieces: 1000)
            }
        }
        #expect(throws: RefineryError.self) {
            try Self.read(Array("{\"text\": \"x\"}\n".utf8), compression, pieces: 1000)
        }
    }

    @Test func `an xz stream that asks for too much memory is refused`() throws {
        // Preset 6 asks for a dictionary of 8 MiB.
        let bytes = compressed(Self.text, .xz)
        let error = #expect(throws: RefineryError.self) {
            try Self.read(bytes, .xz, pieces: 1000, maxWindow: 1 << 20)
        }
        #expect(error?.message.contains("bytes of memory") == true)
    }

    @Test func `names say how a corpus is compressed, and no output is written so`() throws {
        for (path, compression) in [
            ("a.jsonl.xz", Compression.xz), ("a.json.bz2", .bzip2), ("a.ndjson.zst", .zstd),
        ] {
            #expect(CorpusSource(path: path, displayName: path)?.compression == compression)
        }
        #expect(ExportFormat(path: "a.jsonl.xz") == nil)
        #expect(throws: RefineryError.self) { try Compressor(.xz) }
    }
}

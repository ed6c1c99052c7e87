import Foundation
import Testing

@testable import TrainerFormats

/// Megatron's pairs of files.
@Suite struct MegatronTests {
    /// Rows of two texts: the first has two rows.
    private static let rows: [(ids: [Int32], beginsText: Bool)] = [
        ([5, 6, 7], true), ([8, 0], false), ([9, 65_000, 0], true),
    ]

    private func write(_ writer: MegatronWriter) throws -> TokenOutput {
        for row in Self.rows { try writer.write(row.ids, beginsText: row.beginsText) }
        return try writer.finish()
    }

    @Test("A pair holds each row as a sequence and each text as a document")
    func pair() throws {
        let folder = try ScratchFolder()
        let output = try write(MegatronWriter(prefix: folder.path + "/out", vocabulary: 65_499))
        #expect(try folder.names() == ["out.bin", "out.idx"])
        #expect(output.tokens == 8)
        #expect(output.sequences == 3)
        #expect(output.texts == 2)
        #expect(try folder.numbers("out.bin", UInt16.self) == [5, 6, 7, 8, 0, 9, 65_000, 0])
        #expect(try folder.bytes("out.idx").prefix(9) == Array("MMIDIDX\0\0".utf8)[...])
        #expect(try folder.numbers("out.idx", UInt64.self, from: 9, count: 1) == [1])
        #expect(try folder.bytes("out.idx")[17] == 8)
        #expect(try folder.numbers("out.idx", Int64.self, from: 18, count: 2) == [3, 3])
        #expect(try folder.numbers("out.idx", Int32.self, from: 34, count: 3) == [3, 2, 3])
        #expect(try folder.numbers("out.idx", Int64.self, from: 46, count: 3) == [0, 6, 10])
        #expect(try folder.numbers("out.idx", Int64.self, from: 70) == [0, 2, 3])
        for file in output.files {
            let digest = try FileDigest(path: folder.path + "/" + file.name)
            #expect(digest.bytes == file.bytes)
            #expect(digest.sha256 == file.sha256)
        }
        let index = try MegatronIndex(path: folder.path + "/out.idx")
        #expect(index.tokens == 8 && index.sequences == 3 && index.texts == 2)
    }

    @Test("A vocabulary of 65,500 ids and more is stored in 4 bytes")
    func types() throws {
        let folder = try ScratchFolder()
        let output = try write(MegatronWriter(prefix: folder.path + "/out", vocabulary: 65_500))
        #expect(try folder.numbers("out.bin", Int32.self) == [5, 6, 7, 8, 0, 9, 65_000, 0])
        #expect(try folder.bytes("out.idx")[17] == 4)
        #expect(output.files.first?.bytes == 32)
    }

    @Test("With a sequence length ids of all rows are cut evenly, and the last rest is kept")
    func packed() throws {
        let folder = try ScratchFolder()
        let output = try write(
            MegatronWriter(prefix: folder.path + "/out", vocabulary: 65_499, sequenceLength: 3))
        #expect(output.sequences == 3)
        #expect(output.texts == 3)
        #expect(output.tokens == 8)
        #expect(try folder.numbers("out.idx", Int32.self, from: 34, count: 3) == [3, 3, 2])
        #expect(try folder.numbers("out.bin", UInt16.self) == [5, 6, 7, 8, 0, 9, 65_000, 0])
    }

    @Test("A pair is no larger than a shard may be, and a sequence is never cut")
    func shards() throws {
        let folder = try ScratchFolder()
        let output = try write(
            MegatronWriter(folder: folder.path + "/out", vocabulary: 65_499, shardBytes: 7))
        #expect(
            try folder.names("out") == [
                "00000.bin", "00000.idx", "00001.bin", "00001.idx", "00002.bin", "00002.idx",
            ])
        #expect(output.sequences == 3)
        #expect(try folder.numbers("out/00000.bin", UInt16.self) == [5, 6, 7])
        #expect(try folder.numbers("out/00001.bin", UInt16.self) == [8, 0])
        let index = try MegatronIndex(path: folder.path + "/out/00001.idx")
        #expect(index.sequences == 1 && index.texts == 1 && index.tokens == 2)
    }

    @Test("An output without rows is a pair that says so")
    func empty() throws {
        let folder = try ScratchFolder()
        let output = try MegatronWriter(prefix: folder.path + "/out", vocabulary: 100).finish()
        #expect(output.tokens == 0 && output.sequences == 0 && output.texts == 0)
        let index = try MegatronIndex(path: folder.path + "/out.idx")
        #expect(index.sequences == 0)
    }

    @Test("An id outside the vocabulary is refused", arguments: [-1, 100, Int32.max])
    func badID(id: Int32) throws {
        let folder = try ScratchFolder()
        let writer = try MegatronWriter(prefix: folder.path + "/out", vocabulary: 100)
        #expect(throws: TrainerFormatError.self) {
            try writer.write([1, id], beginsText: true)
        }
    }

    @Test("Without an end nothing is left")
    func abandoned() throws {
        let folder = try ScratchFolder()
        try {
            let writer = try MegatronWriter(prefix: folder.path + "/out", vocabulary: 100)
            try writer.write([Int32](repeating: 7, count: 1 << 20), beginsText: true)
            #expect(try folder.names().count == 2)
        }()
        #expect(try folder.names() == [])
        try {
            let writer = try MegatronWriter(
                folder: folder.path + "/out", vocabulary: 100, shardBytes: 1 << 20)
            try writer.write([Int32](repeating: 7, count: 1 << 20), beginsText: true)
        }()
        #expect(try folder.names() == [])
    }

    @Test("A damaged index is refused, whatever byte of its header is another")
    func damaged() throws {
        let folder = try ScratchFolder()
        _ = try write(MegatronWriter(prefix: folder.path + "/out", vocabulary: 65_499))
        let whole = try folder.bytes("out.idx")
        for place in 0..<34 {
            var bytes = whole
            bytes[place] ^= 0x55
            try Data(bytes).write(to: URL(fileURLWithPath: folder.path + "/bad.idx"))
            #expect(throws: TrainerFormatError.self, "byte \(place)") {
                _ = try MegatronIndex(path: folder.path + "/bad.idx")
            }
        }
        for count in stride(from: 0, to: whole.count, by: 5) {
            try Data(whole[..<count]).write(to: URL(fileURLWithPath: folder.path + "/bad.idx"))
            #expect(throws: TrainerFormatError.self, "\(count) bytes") {
                _ = try MegatronIndex(path: folder.path + "/bad.idx")
            }
        }
    }
}

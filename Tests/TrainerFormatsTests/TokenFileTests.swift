import Foundation
import Testing

@testable import TrainerFormats

/// nanoGPT's file and datatrove's.
@Suite struct TokenFileTests {
    @Test("nanoGPT's file is the ids and nothing else")
    func flat() throws {
        let folder = try ScratchFolder()
        let writer = try NanoGPTWriter(path: folder.path + "/train.bin", vocabulary: 65_536)
        try writer.write([1, 2, 65_535], beginsText: true)
        try writer.write([], beginsText: true)
        try writer.write([0], beginsText: false)
        let output = try writer.finish()
        #expect(try folder.numbers("train.bin", UInt16.self) == [1, 2, 65_535, 0])
        #expect(output.tokens == 4)
        #expect(output.files.map(\.name) == ["train.bin"])
        #expect(output.sequences == nil)
    }

    @Test("nanoGPT's file has no room for a vocabulary above 65,536")
    func tooLarge() throws {
        let folder = try ScratchFolder()
        #expect {
            try NanoGPTWriter(path: folder.path + "/train.bin", vocabulary: 65_537)
        } throws: { error in
            "\(error)".contains("uint16") && "\(error)".contains("65537")
        }
        #expect(try folder.names() == [])
    }

    @Test("datatrove's index has the end of each text, and its metadata the tokenizer")
    func nanoset() throws {
        let folder = try ScratchFolder()
        let writer = try NanosetWriter(
            folder: folder.path + "/out", vocabulary: 65_536, tokenizer: "a\nb")
        try writer.write([1, 2, 3], beginsText: true)
        try writer.write([4, 0], beginsText: false)
        try writer.write([65_535], beginsText: true)
        let output = try writer.finish()
        #expect(try folder.names("out") == ["00000.ds", "00000.ds.index", "00000.ds.metadata"])
        #expect(try folder.numbers("out/00000.ds", UInt16.self) == [1, 2, 3, 4, 0, 65_535])
        #expect(try folder.numbers("out/00000.ds.index", UInt64.self) == [5, 6])
        let metadata = String(decoding: try folder.bytes("out/00000.ds.metadata"), as: UTF8.self)
        #expect(metadata == "a b|2\n6\n6.00 T")
        #expect(output.texts == 2 && output.tokens == 6)
        let index = try NanosetIndex(data: folder.path + "/out/00000.ds")
        #expect(index.texts == 2 && index.tokens == 6 && index.tokenBytes == 2)
    }

    @Test("datatrove's ids have 4 bytes where 2 are too few")
    func wide() throws {
        let folder = try ScratchFolder()
        let writer = try NanosetWriter(
            folder: folder.path + "/out", vocabulary: 65_537, tokenizer: "t")
        try writer.write([65_536], beginsText: true)
        _ = try writer.finish()
        #expect(try folder.numbers("out/00000.ds", UInt32.self) == [65_536])
        #expect(try NanosetIndex(data: folder.path + "/out/00000.ds").tokenBytes == 4)
    }

    @Test("Without a sequence length a file of datatrove ends between rows")
    func shards() throws {
        let folder = try ScratchFolder()
        let writer = try NanosetWriter(
            folder: folder.path + "/out", vocabulary: 100, tokenizer: "t", shardBytes: 8)
        for row: [Int32] in [[1, 2, 3], [4, 5], [6, 7], [1, 2, 3, 4, 5, 6], [9]] {
            try writer.write(row, beginsText: true)
        }
        let output = try writer.finish()
        let files = try folder.names("out").filter { $0.hasSuffix(".ds") }
        let ids = try files.map { try folder.numbers("out/" + $0, UInt16.self) }
        #expect(ids == [[1, 2, 3], [4, 5, 6, 7], [1, 2, 3, 4, 5, 6], [9]])
        #expect(output.texts == 5)
    }

    @Test("With a sequence length a file of datatrove holds whole windows")
    func windows() throws {
        let folder = try ScratchFolder()
        // 5 tokens fit into a file, and one window of 2 + 1.
        let writer = try NanosetWriter(
            folder: folder.path + "/out", vocabulary: 100, tokenizer: "t", sequenceLength: 2,
            shardBytes: 10)
        for row: [Int32] in [[1, 2, 3, 4], [5], [6, 7, 8]] {
            try writer.write(row, beginsText: true)
        }
        let output = try writer.finish()
        let files = try folder.names("out").filter { $0.hasSuffix(".ds") }
        let ids = try files.map { try folder.numbers("out/" + $0, UInt16.self) }
        #expect(ids == [[1, 2, 3], [4, 5, 6], [7, 8]])
        let ends = try files.map { try folder.numbers("out/\($0).index", UInt64.self) }
        #expect(ends == [[3], [1, 2, 3], [2]])
        #expect(output.tokens == 8)
        #expect(throws: TrainerFormatError.self) {
            _ = try NanosetWriter(
                folder: folder.path + "/small", vocabulary: 100, tokenizer: "t",
                sequenceLength: 8, shardBytes: 10)
        }
    }

    @Test("A folder that is not empty is refused, and an empty one is taken")
    func folders() throws {
        let folder = try ScratchFolder()
        let place = folder.path + "/out"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        let writer = try NanosetWriter(folder: place + "/", vocabulary: 10, tokenizer: "t")
        _ = try writer.finish()
        #expect(try folder.names() == ["out"])
        #expect {
            _ = try NanosetWriter(folder: place, vocabulary: 10, tokenizer: "t")
        } throws: { "\($0)".contains("not empty") && "\($0)".contains("00000.ds and 2 more") }
        #expect(throws: TrainerFormatError.self) {
            _ = try NanosetWriter(folder: place + "/00000.ds", vocabulary: 10, tokenizer: "t")
        }
    }

    @Test("A folder that was filled meanwhile stays as it is")
    func filledMeanwhile() throws {
        let folder = try ScratchFolder()
        let writer = try NanosetWriter(
            folder: folder.path + "/out", vocabulary: 10, tokenizer: "t")
        try FileManager.default.createDirectory(
            atPath: folder.path + "/out/inner", withIntermediateDirectories: true)
        #expect(throws: TrainerFormatError.self) { _ = try writer.finish() }
        #expect(try folder.names("out") == ["inner"])
    }

    @Test(
        "A number of tokens has three digits",
        arguments: [
            (0, "0.00 T"), (999, "999 T"), (1234, "1.23 kT"), (56_789_000, "56.8 MT"),
            (2_000_000_000_000, "2.00 TT"),
        ])
    func metric(tokens: Int64, text: String) {
        #expect(NanosetWriter.metric(tokens) == text)
    }
}

import CZstd
import Foundation
import Testing

@testable import TrainerFormats

/// Shards of mosaicml-streaming.
@Suite struct MDSTests {
    private static let columns = [
        MDSColumn("text", .text), MDSColumn("n", .integer), MDSColumn("score", .double),
        MDSColumn("a", .json),
    ]

    private static func row(_ index: Int) -> [MDSValue] {
        [
            .text(Array("Zeile \(index) – ü".utf8)), .integer(Int64(index) - 1),
            .double(Double(index) / 3), .text(Array("{\"k\":\(index)}".utf8)),
        ]
    }

    /// The rows of a shard's bytes, read by the layout alone.
    private static func rows(_ bytes: [UInt8]) throws -> [[MDSValue]] {
        try bytes.withUnsafeBytes { bytes in
            func number(_ at: Int) throws -> Int {
                Int(try #require(bytes.number(at: at, as: UInt32.self)))
            }
            return try (0..<number(0)).map { row in
                let (start, end) = (try number(4 + 4 * row), try number(8 + 4 * row))
                // By name: a, n, score, text.
                let (json, text) = (try number(start), try number(start + 4))
                let n = try #require(bytes.number(at: start + 8 + json, as: Int64.self))
                let score = try #require(bytes.number(at: start + 16 + json, as: UInt64.self))
                #expect(start + 24 + json + text == end)
                return [
                    .text(Array(bytes[(start + 24 + json)..<end])), .integer(n),
                    .double(Double(bitPattern: score)),
                    .text(Array(bytes[(start + 8)..<(start + 8 + json)])),
                ]
            }
        }
    }

    @Test("Shards hold the rows in order, and none is larger than asked for")
    func shards() throws {
        let folder = try ScratchFolder()
        let writer = try MDSWriter(
            folder: folder.path + "/out", columns: Self.columns, shardBytes: 1000)
        for index in 0..<100 { try writer.write(Self.row(index)) }
        let output = try writer.finish()
        #expect(output.samples == 100)
        let names = try folder.names("out")
        #expect(names.count > 3)
        #expect(names.first == "index.json")
        #expect(output.files.map(\.name) == names.dropFirst() + ["index.json"])
        #expect(output.files.dropLast().allSatisfy { $0.bytes <= 1000 })
        let rows = try names.dropFirst().flatMap { try Self.rows(folder.bytes("out/" + $0)) }
        #expect(rows == (0..<100).map(Self.row))
        let index = try MDSIndex(path: folder.path + "/out/index.json")
        #expect(index.samples == 100)
        #expect(index.shards == Array(names.dropFirst()))
    }

    @Test("index.json says size and hash of each shard")
    func index() throws {
        let folder = try ScratchFolder()
        let writer = try MDSWriter(folder: folder.path + "/out", columns: Self.columns)
        try writer.write(Self.row(1))
        let output = try writer.finish()
        let root = try #require(
            try JSONSerialization.jsonObject(with: Data(folder.bytes("out/index.json")))
                as? [String: Any])
        #expect(root["version"] as? Int == 2)
        let shard = try #require((root["shards"] as? [[String: Any]])?.first)
        #expect(shard["column_names"] as? [String] == ["a", "n", "score", "text"])
        #expect(shard["column_encodings"] as? [String] == ["json", "int", "float64", "str"])
        #expect(shard["samples"] as? Int == 1)
        #expect(shard["compression"] is NSNull && shard["zip_data"] is NSNull)
        let raw = try #require(shard["raw_data"] as? [String: Any])
        #expect(raw["basename"] as? String == "shard.00000.mds")
        #expect((raw["bytes"] as? Int).map(Int64.init) == output.files[0].bytes)
        #expect((raw["hashes"] as? [String: String])?["sha256"] == output.files[0].sha256)
    }

    @Test("A compressed shard inflates to the shard that is not")
    func compressed() throws {
        let folder = try ScratchFolder()
        for (name, isCompressed) in [("plain", false), ("zstd", true)] {
            let writer = try MDSWriter(
                folder: folder.path + "/" + name, columns: Self.columns, isCompressed: isCompressed)
            for index in 0..<50 { try writer.write(Self.row(index)) }
            _ = try writer.finish()
        }
        let packed = try folder.bytes("zstd/shard.00000.mds.zstd")
        let plain = [UInt8](unsafeUninitializedCapacity: 1 << 20) { buffer, count in
            count = ZSTD_decompress(buffer.baseAddress, buffer.count, packed, packed.count)
        }
        #expect(try Self.rows(plain) == (0..<50).map(Self.row))
        #expect(packed.count < plain.count)
        let index = try MDSIndex(path: folder.path + "/zstd/index.json")
        #expect(index.shards == ["shard.00000.mds.zstd"])
    }

    @Test("A row larger than a shard has one for itself")
    func largeRow() throws {
        let folder = try ScratchFolder()
        let writer = try MDSWriter(
            folder: folder.path + "/out", columns: [MDSColumn("text", .text)], shardBytes: 300)
        for count in [1, 5000, 2] {
            try writer.write([.text([UInt8](repeating: 0x61, count: count))])
        }
        let output = try writer.finish()
        #expect(output.files.count == 4)
    }

    @Test("An output without rows is an index without shards")
    func empty() throws {
        let folder = try ScratchFolder()
        let output = try MDSWriter(folder: folder.path + "/out", columns: Self.columns).finish()
        #expect(output.samples == 0)
        #expect(try MDSIndex(path: folder.path + "/out/index.json").shards == [])
    }

    @Test("What is no index is refused", arguments: ["", "{", "{\"shards\": 3}", "[]"])
    func notAnIndex(text: String) throws {
        let folder = try ScratchFolder()
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path + "/index.json"))
        #expect(throws: TrainerFormatError.self) {
            _ = try MDSIndex(path: folder.path + "/index.json")
        }
    }
}

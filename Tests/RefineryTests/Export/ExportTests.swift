import CZlib
import CZstd
import Crypto
import Foundation
import Testing

@testable import Refinery

struct ExportTests {
    private func row(fields: [UInt8]?) -> ExportRow {
        ExportRow(
            chunkID: 7, documentID: 5, document: Array("a\"b\\".utf8), ordinal: 2,
            text: Array("line\nå\u{1}\t\0\u{1f}😀/\u{7f}".utf8), domain: nil, score: 0.1,
            teacherNLL: 12, referenceNLL: 1e-7, tokens: 9, rank: 3, range: 4..<40, isFinal: true,
            fields: fields)
    }

    @Test func `a row is one line with the keys of the contract in their order`() throws {
        var json = JSONBytes()
        row(fields: nil).write(to: &json, keepFields: false)
        let expected =
            #"{"id":"a\"b\\","chunk":2,"text":"line\nå\u0001\t\u0000\u001f😀/"# + "\u{7f}"
            + #"","domain":null,"score":0.1,"teacher_nll":12.0,"reference_nll":1e-07,"tokens":9,"rank":3,"start":4,"end":40,"final":true}"#
            + "\n"
        #expect(String(decoding: json.bytes, as: UTF8.self) == expected)
        let read = try JSONSerialization.jsonObject(with: Data(json.bytes)) as? [String: Any]
        #expect(read?["text"] as? String == "line\nå\u{1}\t\0\u{1f}😀/\u{7f}")
    }

    @Test func `kept fields are one object as they stood, or null`() throws {
        for (fields, expected) in [("{\"x\": [1.50]}", "{\"x\": [1.50]}"), (nil, "null")] {
            var json = JSONBytes()
            row(fields: fields.map { Array($0.utf8) }).write(to: &json, keepFields: true)
            #expect(
                String(decoding: json.bytes, as: UTF8.self)
                    .hasSuffix(",\"final\":true,\"fields\":\(expected)}\n"))
        }
    }

    @Test(arguments: ["x.jsonl", "x.jsonl.gz", "x.jsonl.zst"])
    func `an output appears whole, hashes as said, and reads back`(name: String) throws {
        let test = try TestStore()
        let path = test.folder.appendingPathComponent(name).path
        try "old".write(toFile: path, atomically: true, encoding: .utf8)
        let writer = try OutputWriter(path: path)
        var random = SeededGenerator(state: 1)
        var all: [UInt8] = []
        for _ in 0..<50 {
            let piece = (0..<20_000).map { _ in UInt8.random(in: 0...30, using: &random) }
            try writer.write(piece)
            all += piece
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
        let result = try writer.finish()
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(Int64(data.count) == result.bytes)
        #expect(Hex.string(SHA256.hash(data: data)) == result.sha256)
        #expect(try ExportTests.decompress(data, writer.compression, count: all.count) == all)
        #expect(try ExportTests.leftovers(test).isEmpty)
    }

    @Test func `an output given up leaves what stood there`() throws {
        let test = try TestStore()
        let path = test.folder.appendingPathComponent("x.jsonl").path
        try "old".write(toFile: path, atomically: true, encoding: .utf8)
        do {
            let writer = try OutputWriter(path: path)
            try writer.write([UInt8](repeating: 65, count: 1 << 20))
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
        #expect(try ExportTests.leftovers(test).isEmpty)
        #expect(throws: RefineryError.self) { try OutputWriter(path: test.folder.path) }
        #expect(throws: RefineryError.self) { try OutputWriter(path: "/no/such/folder/x") }
    }

    @Test(arguments: ["x.jsonl", "x.jsonl.gz", "x.jsonl.zst"])
    func `an empty output is a valid file`(name: String) throws {
        let test = try TestStore()
        let path = test.folder.appendingPathComponent(name).path
        let writer = try OutputWriter(path: path)
        _ = try writer.finish()
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(try ExportTests.decompress(data, writer.compression, count: 0) == [])
    }

    @Test func `a manifest reads back`() throws {
        let test = try TestStore()
        try test.registerModels()
        try test.add([.test("a", "one|two|", domain: "x")])
        try test.chunkAll()
        try test.score()
        let manifest = Manifest(
            tool: "refinery 0", created: 1, models: try test.store.roles(),
            chunkers: try test.store.chunkers(),
            selection: try test.store.select(SelectionRule(size: .topK(1))),
            output: Manifest.Output(
                file: "x.jsonl", compression: "none", bytes: 1, rows: 1, sha256: "00",
                options: ExportOptions()))
        let read = try JSONDecoder().decode(Manifest.self, from: Data(manifest.json()))
        #expect(read == manifest)
        #expect(manifest.chunkers == ["bars 1"])
    }

    private static func leftovers(_ test: TestStore) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: test.folder.path)
            .filter { $0.hasSuffix(".tmp") }
    }

    private static func decompress(
        _ data: Data, _ compression: Compression, count: Int
    ) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count + 1)
        let source = Array(data)
        switch compression {
        case .none, .xz, .bzip2: return source
        case .zstd:
            let length = ZSTD_decompress(&bytes, bytes.count, source, source.count)
            try #require(ZSTD_isError(length) == 0)
            return Array(bytes[..<length])
        case .gzip:
            var stream = z_stream()
            inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size))
            defer { inflateEnd(&stream) }
            var input = source
            let status = input.withUnsafeMutableBufferPointer { from in
                bytes.withUnsafeMutableBufferPointer { to in
                    stream.next_in = from.baseAddress
                    stream.avail_in = UInt32(from.count)
                    stream.next_out = to.baseAddress
                    stream.avail_out = UInt32(to.count)
                    return inflate(&stream, Z_FINISH)
                }
            }
            try #require(status == Z_STREAM_END)
            return Array(bytes[..<Int(stream.total_out)])
        }
    }
}

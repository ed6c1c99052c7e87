@testable import Parquet

/// A Parquet file put together by hand, so that each part of it can be wrong or outdated.
struct HandMade {
    /// A page as it stands in the file.
    struct Page {
        var type = 0
        var uncompressedSize: Int?
        var compressedSize: Int?
        var checksum: Int?
        var valueCount = 1
        var encoding = 0
        var levelEncoding = 3
        var body: [UInt8] = []
    }

    /// Fields of the schema after the root: name, physical type or nil, repetition, children.
    var schema: [(name: String, type: Int?, repetition: Int, children: Int)] = [("a", 1, 0, 0)]
    var rootChildren = 1
    var typeLength = 0
    var convertedType: Int?
    var pages: [Page] = []
    var codec = 0
    var rows = 1
    var chunkType = 1
    var chunkValues: Int?
    var offset: Int?
    var dictionaryOffset: Int?
    var size: Int?
    var isEncrypted = false
    var otherFile = ""

    /// The file's bytes.
    func bytes() -> [UInt8] {
        var file = Array("PAR1".utf8)
        for page in pages { file += Self.bytes(page) }
        let data = file.count - 4
        let footer = footer(dataSize: data)
        file += footer
        withUnsafeBytes(of: UInt32(footer.count).littleEndian) { file += $0 }
        return file + Array("PAR1".utf8)
    }

    /// A page with its header.
    static func bytes(_ page: Page) -> [UInt8] {
        var header = ThriftWriter()
        header.int32(1, page.type)
        header.int32(2, page.uncompressedSize ?? page.body.count)
        header.int32(3, page.compressedSize ?? page.body.count)
        if let checksum = page.checksum { header.int32(4, checksum) }
        if page.type == 0 {
            header.structure(5) { inner in
                inner.int32(1, page.valueCount)
                inner.int32(2, page.encoding)
                inner.int32(3, page.levelEncoding)
                inner.int32(4, 3)
            }
        } else if page.type == 2 {
            header.structure(7) { inner in
                inner.int32(1, page.valueCount)
                inner.int32(2, page.encoding)
            }
        }
        header.stop()
        return header.bytes + page.body
    }

    private func footer(dataSize: Int) -> [UInt8] {
        var footer = ThriftWriter()
        footer.int32(1, 1)
        let root = (name: "schema", type: Int?.none, repetition: 0, children: rootChildren)
        footer.structures(2, [root] + schema) { element, field in
            if let type = field.type { element.int32(1, type) }
            if typeLength != 0 { element.int32(2, typeLength) }
            element.int32(3, field.repetition)
            element.binary(4, field.name.utf8)
            if field.children != 0 { element.int32(5, field.children) }
            if let convertedType, field.type != nil { element.int32(6, convertedType) }
        }
        footer.int64(3, rows)
        let leaves = schema.filter { $0.type != nil }
        footer.structures(4, [rows]) { group, rows in
            group.structures(1, leaves) { chunk, _ in
                if !otherFile.isEmpty { chunk.binary(1, otherFile.utf8) }
                chunk.int64(2, 4)
                chunk.structure(3) { metadata in
                    metadata.int32(1, chunkType)
                    metadata.int32s(2, [0])
                    metadata.strings(3, ["a"])
                    metadata.int32(4, codec)
                    metadata.int64(5, chunkValues ?? rows)
                    metadata.int64(6, dataSize)
                    metadata.int64(7, size ?? dataSize)
                    metadata.int64(9, offset ?? 4)
                    if let dictionaryOffset { metadata.int64(11, dictionaryOffset) }
                }
                if isEncrypted { chunk.structure(8) { _ in } }
            }
            group.int64(2, dataSize)
            group.int64(3, rows)
        }
        footer.stop()
        return footer.bytes
    }
}

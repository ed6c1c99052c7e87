import CZlib
import CZstd
import Refinery

/// What an import handed over.
struct Imported: Equatable {
    var documents: [ImportedDocument] = []
    var rejects: [Reject] = []
    var batchLines: [Int] = []
    var lines = 0

    /// Imports `bytes` in pieces of the sizes given, one after the other and again from the first.
    init(
        _ bytes: [UInt8], pieces: [Int] = [1 << 20], options: Importer.Options = .init()
    ) throws {
        var importer = try Importer(file: "file.jsonl", options: options)
        var batches: [Importer.Batch] = []
        let sink: Importer.Sink = { batches.append($0) }
        var start = 0
        var piece = 0
        while start < bytes.count {
            let end = min(start + pieces[piece % pieces.count], bytes.count)
            try importer.feed(Array(bytes[start..<end]), sink)
            start = end
            piece += 1
        }
        try importer.finish(sink)
        documents = batches.flatMap(\.documents)
        rejects = batches.flatMap(\.rejects)
        batchLines = batches.map(\.line)
        lines = importer.lines
    }

    /// Imports lines joined by LF.
    init(lines: [String], options: Importer.Options = .init()) throws {
        try self.init(Array(lines.joined(separator: "\n").utf8), options: options)
    }
}

/// One gzip member.
func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    deflateInit2_(
        &stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size))
    defer { deflateEnd(&stream) }
    let bound = Int(deflateBound(&stream, UInt(bytes.count)))
    return bytes.withUnsafeBufferPointer { source in
        [UInt8](unsafeUninitializedCapacity: bound) { target, count in
            stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
            stream.avail_in = UInt32(source.count)
            stream.next_out = target.baseAddress
            stream.avail_out = UInt32(bound)
            deflate(&stream, Z_FINISH)
            count = bound - Int(stream.avail_out)
        }
    }
}

/// One zstd frame.
func zstd(_ bytes: [UInt8]) -> [UInt8] {
    let bound = ZSTD_compressBound(bytes.count)
    return [UInt8](unsafeUninitializedCapacity: bound) { target, count in
        count = ZSTD_compress(target.baseAddress, bound, bytes, bytes.count, 3)
    }
}

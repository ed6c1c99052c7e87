import CBzip2
import CLZMA
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

/// One xz stream.
func xz(_ bytes: [UInt8]) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: bytes.count + 4096)
    var size = 0
    let code = lzma_easy_buffer_encode(
        6, LZMA_CHECK_CRC64, nil, bytes, bytes.count, &output, &size, output.count)
    precondition(code == LZMA_OK)
    return Array(output[..<size])
}

/// One bzip2 stream.
func bzip2(_ bytes: [UInt8]) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: bytes.count * 2 + 4096)
    var size = UInt32(output.count)
    var input = bytes.map { CChar(bitPattern: $0) }
    let code = output.withUnsafeMutableBytes { output in
        BZ2_bzBuffToBuffCompress(
            output.bindMemory(to: CChar.self).baseAddress, &size, &input, UInt32(input.count), 1, 0,
            0)
    }
    precondition(code == BZ_OK)
    return Array(output[..<Int(size)])
}

/// One member, frame or stream.
func compressed(_ bytes: [UInt8], _ compression: Compression) -> [UInt8] {
    switch compression {
    case .none: bytes
    case .gzip: gzip(bytes)
    case .zstd: zstd(bytes)
    case .xz: xz(bytes)
    case .bzip2: bzip2(bytes)
    }
}

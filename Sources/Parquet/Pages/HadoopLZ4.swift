/// The codec LZ4, which the format has deprecated: Hadoop's framing, or one bare block.
///
/// Hadoop writes blocks, each with its decompressed size and then one or more pieces with their
/// compressed size, all big-endian. Early versions of Arrow wrote one block without any of it; no
/// file says which it is, so what is not framed is taken for bare, as Arrow does (Compression.md).
enum HadoopLZ4 {
    /// Decompresses `source`; returns how many bytes that made.
    static func decompress(
        _ source: UnsafeRawBufferPointer, to target: UnsafeMutableRawBufferPointer
    ) throws(ParquetError) -> Int {
        if let size = framed(source, target) { return size }
        return try PageDecompressor.lz4(source, target)
    }

    /// The bytes that framed blocks make; nil where they are none.
    private static func framed(
        _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer
    ) -> Int? {
        var (read, written) = (0, 0)
        func number() -> Int? {
            guard source.count - read >= 4 else { return nil }
            defer { read += 4 }
            return Int(
                UInt32(bigEndian: source.loadUnaligned(fromByteOffset: read, as: UInt32.self)))
        }
        while read < source.count {
            guard let size = number(), size <= target.count - written else { return nil }
            let end = written + size
            repeat {
                guard let length = number(), length <= source.count - read, length > 0 else {
                    return nil
                }
                let piece = UnsafeRawBufferPointer(rebasing: source[read..<read + length])
                let room = UnsafeMutableRawBufferPointer(rebasing: target[written..<end])
                guard let made = try? PageDecompressor.lz4(piece, room) else { return nil }
                guard made > 0 || size == 0 else { return nil }
                read += length
                written += made
            } while written < end
        }
        return written == target.count ? written : nil
    }
}

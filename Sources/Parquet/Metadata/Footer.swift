/// The end of a Parquet file: metadata, their length in 4 bytes, and the magic number (README.md
/// of parquet-format, "File format").
enum Footer {
    /// What a file begins and ends with.
    static let magic = Array("PAR1".utf8)

    private static let encryptedMagic = Array("PARE".utf8)

    /// Reads the metadata of a file.
    static func read(_ file: FileBytes, limits: ParquetLimits) throws(ParquetError) -> FileMetadata
    {
        guard file.size > 0 else {
            throw ParquetError("not a Parquet file: it is empty", hint: ParquetError.truncated)
        }
        let head = try RawMemory(4)
        let tail = try RawMemory(8)
        guard file.size >= 12 else {
            throw ParquetError(
                "not a Parquet file: it has \(file.size) bytes", hint: ParquetError.truncated)
        }
        try file.read(4, at: 0, to: head.base)
        try file.read(8, at: file.size - 8, to: tail.base)
        let first = UnsafeRawBufferPointer(start: head.base, count: 4)
        let last = UnsafeRawBufferPointer(start: tail.base + 4, count: 4)
        if last.elementsEqual(encryptedMagic) || first.elementsEqual(encryptedMagic) {
            throw ParquetError(
                "it is encrypted (\"PARE\"), and encrypted Parquet is not read",
                hint: "write it again without encryption")
        }
        guard first.elementsEqual(magic) else {
            throw ParquetError("not a Parquet file: it does not begin with \"PAR1\"")
        }
        guard last.elementsEqual(magic) else {
            throw ParquetError(
                "it does not end with \"PAR1\"", hint: ParquetError.truncated)
        }
        let length = Int(UInt32(littleEndian: tail.base.loadUnaligned(as: UInt32.self)))
        guard length <= file.size - 12 else {
            throw ParquetError(
                "its metadata have \(length) bytes, which the file of \(file.size) has no room for",
                hint: ParquetError.truncated)
        }
        guard length <= limits.maxFooterBytes else {
            throw ParquetError(
                "its metadata have \(length) bytes, at most \(limits.maxFooterBytes) are read")
        }
        let memory = try RawMemory(length)
        try file.read(length, at: file.size - 8 - length, to: memory.base)
        return try FileMetadata(UnsafeRawBufferPointer(start: memory.base, count: length))
    }
}

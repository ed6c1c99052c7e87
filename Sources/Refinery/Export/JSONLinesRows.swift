/// Writes rows as lines of JSON, compressed as the path's ending says.
public final class JSONLinesRows: RowWriter {
    private let output: OutputWriter
    private let keepFields: Bool
    private var json = JSONBytes()

    /// Begins the output.
    ///
    /// - Parameters:
    ///   - path: a file, a pipe, or `-` for stdout.
    ///   - keepFields: whether lines end in `fields`.
    /// - Throws: ``RefineryError`` where it cannot be written.
    public init(path: String, keepFields: Bool) throws {
        output = try OutputWriter(path: path)
        self.keepFields = keepFields
    }

    /// Writes a row as a line.
    public func write(_ row: OutputRow) throws {
        json.removeAll()
        row.write(to: &json, keepFields: keepFields)
        try output.write(json.bytes)
    }

    /// Writes a line as it came.
    public func write(_ line: RowLine) throws {
        try output.write(line.bytes)
        try output.write([UInt8(ascii: "\n")])
    }

    /// Gives the file its name.
    public func finish() throws -> WrittenRows {
        var written = WrittenRows(files: [Manifest.File(try output.finish(), path: output.path)])
        written.compression = output.compression
        return written
    }

    /// Removes the temporary file.
    public func discard() { output.discard() }
}

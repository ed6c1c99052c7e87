/// Where the content of a score file goes, in one of its forms.
protocol ScoreFileOutput: AnyObject {
    /// Writes the header, before any row.
    ///
    /// - Throws: ``RefineryError`` where it cannot be written.
    func write(header line: [UInt8]) throws

    /// Writes the next row.
    ///
    /// - Parameters:
    ///   - row: the row.
    ///   - line: its line, with its end.
    /// - Throws: ``RefineryError`` where it cannot be written.
    func write(_ row: ScoreFileRow, line: [UInt8]) throws

    /// Writes the trailer and puts the file at its path, over what stood there.
    ///
    /// - Parameter line: the trailer's line, with its end.
    /// - Returns: The file's bytes and their SHA-256.
    /// - Throws: ``RefineryError`` where it cannot be written.
    func finish(trailer line: [UInt8]) throws -> OutputWriter.Result

    /// Removes the temporary file; does nothing once it is finished.
    func discard()
}

/// The lines as they are; the path's ending decides the compression.
final class ScoreFileLineOutput: ScoreFileOutput {
    private let output: OutputWriter

    init(path: String) throws {
        output = try OutputWriter(path: path)
    }

    func write(header line: [UInt8]) throws { try output.write(line) }

    func write(_ row: ScoreFileRow, line: [UInt8]) throws { try output.write(line) }

    func finish(trailer line: [UInt8]) throws -> OutputWriter.Result {
        try output.write(line)
        return try output.finish()
    }

    func discard() { output.discard() }
}

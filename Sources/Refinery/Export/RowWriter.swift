/// Writes rows of a selection in one format.
///
/// Rows come in the order of the export. Nothing appears under a finished name before
/// ``finish()``.
public protocol RowWriter: AnyObject {
    /// Writes a row.
    ///
    /// - Throws: an error where the row does not fit the format, or nothing can be written.
    func write(_ row: OutputRow) throws

    /// Writes the row that a line says.
    ///
    /// - Throws: the same; ``RefineryError`` for a line that says no row.
    func write(_ line: RowLine) throws

    /// Ends the output, syncs its files and gives them their names.
    ///
    /// - Returns: what was written.
    /// - Throws: an error where that is not possible.
    func finish() throws -> WrittenRows

    /// Removes what was written so far; does nothing after ``finish()``.
    func discard()
}

extension RowWriter {
    /// Reads the line, and writes the row.
    public func write(_ line: RowLine) throws {
        try write(OutputRow(line))
    }
}

/// What a ``RowWriter`` wrote.
public struct WrittenRows: Sendable {
    /// How the files are compressed.
    public var compression = Compression.none
    /// The files in the order in which they were begun.
    public var files: [Manifest.File]
    /// What the files hold, besides rows.
    public var counts = Manifest.Counts()

    /// Files, about which nothing more is said.
    public init(files: [Manifest.File]) {
        self.files = files
    }
}

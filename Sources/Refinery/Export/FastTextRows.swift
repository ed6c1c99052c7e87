import TrainerFormats

/// Writes rows as labelled lines for fastText: what a selection keeps, then what the selection from
/// the other end keeps.
public final class FastTextRows: RowWriter {
    private let writer: FastTextWriter

    /// The label of the rows that come next.
    public var label = FastTextLabel.keep

    /// Begins the file at `path`.
    ///
    /// - Throws: `TrainerFormatError` where it cannot be written.
    public init(path: String) throws {
        writer = try FastTextWriter(path: path)
    }

    /// Writes a row's text under the present label.
    public func write(_ row: OutputRow) throws {
        try writer.write(row.text, label: label)
    }

    /// Spreads the lines of both labels among each other, and gives the file its name.
    public func finish() throws -> WrittenRows {
        let output = try writer.finish()
        var written = WrittenRows(files: [Manifest.File(output.file)])
        written.counts.kept = output.lines[.keep]
        written.counts.dropped = output.lines[.drop]
        return written
    }

    /// Removes what was written so far.
    public func discard() { writer.discard() }
}

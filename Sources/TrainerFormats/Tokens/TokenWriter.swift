/// Writes token ids as the files of one trainer.
///
/// Ids come row by row. A row either begins a text or goes on where the row before it ended.
/// Nothing appears under its name before ``finish()``; a writer that is let go without it leaves
/// nothing.
public protocol TokenWriter: AnyObject {
    /// How ids are stored.
    var type: TokenType { get }

    /// Writes the ids of a row.
    ///
    /// - Parameters:
    ///   - ids: token ids of the row, end-of-text included where it ends a document.
    ///   - beginsText: whether the row does not go on where the one before it ended.
    /// - Throws: ``TrainerFormatError`` for an id outside the vocabulary, and where nothing can be
    ///   written.
    func write(_ ids: [Int32], beginsText: Bool) throws

    /// Ends the files, syncs them and gives them their names.
    ///
    /// - Returns: what was written.
    /// - Throws: ``TrainerFormatError`` where that is not possible; then nothing is left.
    func finish() throws -> TokenOutput

    /// Removes what was written so far; does nothing after ``finish()``.
    func discard()
}

/// What a ``TokenWriter`` wrote.
public struct TokenOutput: Sendable, Equatable {
    /// The files, in the order in which they were begun.
    public var files: [WrittenFile] = []
    /// Ids in all files.
    public var tokens: Int64 = 0
    /// Sequences in the index; nil where the format has none.
    public var sequences: Int64?
    /// Texts that the index tells apart; nil where the format has no index.
    public var texts: Int64?
}

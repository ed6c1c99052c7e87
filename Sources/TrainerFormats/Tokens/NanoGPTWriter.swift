/// Writes a flat file of 16-bit token ids, as nanoGPT reads it.
///
/// The file has no header: it is the ids, one after another, in 2 bytes each. Source:
/// `data/openwebtext/prepare.py` of karpathy/nanoGPT, which writes `train.bin`, and `get_batch` of
/// `train.py`, which maps it by `numpy.memmap(…, dtype=numpy.uint16)`.
public final class NanoGPTWriter: TokenWriter {
    /// 16 bits.
    public let type = TokenType.uint16

    private let vocabulary: Int
    private let output: OutputFiles
    private let file: NewFile
    private var tokens: Int64 = 0

    /// Begins the file at `path`.
    ///
    /// - Parameters:
    ///   - path: the file, which appears at ``finish()``.
    ///   - vocabulary: ids of the tokenizer, at most 65,536.
    /// - Throws: ``TrainerFormatError`` for a larger vocabulary, and where nothing can be written.
    public init(path: String, vocabulary: Int) throws {
        try TokenType.uint16.check(vocabulary: vocabulary, format: "nanogpt")
        self.vocabulary = vocabulary
        output = OutputFiles(beside: path)
        file = try output.add(FilePath.name(of: path))
    }

    /// Writes the ids of a row; the file does not tell where a text begins.
    public func write(_ ids: [Int32], beginsText: Bool) throws {
        try file.append { try type.append(ids[...], vocabulary: vocabulary, to: &$0) }
        tokens += Int64(ids.count)
    }

    /// Gives the file its name.
    public func finish() throws -> TokenOutput {
        let written = try file.close()
        try output.keep()
        return TokenOutput(files: [written], tokens: tokens)
    }

    /// Removes what was written so far; does nothing after ``finish()``.
    public func discard() { output.discard() }
}

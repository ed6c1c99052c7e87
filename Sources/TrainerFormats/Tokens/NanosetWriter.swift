import Foundation

/// Writes datatrove's files of token ids, as its `DatatroveFolderDataset` and Nanotron's Nanoset
/// read them.
///
/// `00000.ds` is the ids, one after another, `00000.ds.index` is in 8 bytes each how many ids there
/// are up to the end of each text, and `00000.ds.metadata` is lines of text: the tokenizer with the
/// size of an id, and how many ids there are. Source: `TokenizedFile` in
/// `src/datatrove/pipeline/tokens/tokenizer.py` of huggingface/datatrove; `dataset.py` in
/// `src/datatrove/utils` reads it.
///
/// The reader takes windows of a sequence's length and one token more, and passes over what is left
/// at a file's end. With a sequence length a file holds whole windows, but for the last file.
public final class NanosetWriter: TokenWriter {
    /// How ids are stored: uint16 where they fit, else uint32.
    public let type: TokenType

    private let vocabulary: Int
    private let tokenizer: String
    /// Tokens of a window; nil where a file ends between rows.
    private let window: Int?
    /// Tokens of a file at most.
    private let shardTokens: Int64
    private let output: OutputFiles
    private var shard: Shard?
    private var written: [WrittenFile] = []
    private var total = TokenOutput(texts: 0)

    /// One file with its index on its way.
    private struct Shard {
        let name: String
        let data: NewFile
        let index: NewFile
        var tokens: Int64 = 0
        /// Ids up to the end of the last text that is known to have ended.
        var ended: Int64 = 0
    }

    /// Begins the files of a folder of their own.
    ///
    /// - Parameters:
    ///   - folder: not there yet, or empty.
    ///   - vocabulary: ids of the tokenizer, special tokens included.
    ///   - tokenizer: what the metadata calls the tokenizer.
    ///   - sequenceLength: tokens that the reader is to give at once, beside the one that it adds.
    ///   - shardBytes: bytes of a `.ds` at most; nil for a single file. Without a sequence length a
    ///     longer row has a file for itself.
    /// - Throws: ``TrainerFormatError`` for files too small for a window, and where nothing can be
    ///   written.
    public init(
        folder: String, vocabulary: Int, tokenizer: String, sequenceLength: Int? = nil,
        shardBytes: Int64? = nil
    ) throws {
        type = Self.type(vocabulary: vocabulary)
        try type.check(vocabulary: vocabulary, format: "nanoset")
        self.vocabulary = vocabulary
        self.tokenizer = tokenizer
        window = sequenceLength.map { $0 + 1 }
        var most = (shardBytes ?? .max) / Int64(type.size)
        if let window {
            most -= most % Int64(window)
            guard most > 0 else {
                throw TrainerFormatError(
                    "a file of \(shardBytes ?? 0) bytes has no room for \(window) tokens")
            }
        }
        shardTokens = most
        output = try OutputFiles(folder: folder)
        try begin()
    }

    /// The type that datatrove takes for a vocabulary.
    public static func type(vocabulary: Int) -> TokenType {
        vocabulary <= 1 << 16 ? .uint16 : .uint32
    }

    /// Writes the ids of a row.
    public func write(_ ids: [Int32], beginsText: Bool) throws {
        guard shard != nil else { throw TrainerFormatError("the output is finished") }
        if beginsText { try endText() }
        var rest = ids[...]
        while !rest.isEmpty {
            let room = shardTokens - (shard?.tokens ?? 0)
            if room == 0 || (window == nil && Int64(rest.count) > room && shard?.tokens != 0) {
                try endShard()
                try begin()
                continue
            }
            let part = window == nil ? rest : rest.prefix(Int(min(room, Int64(rest.count))))
            try shard?.data.append { try type.append(part, vocabulary: vocabulary, to: &$0) }
            shard?.tokens += Int64(part.count)
            total.tokens += Int64(part.count)
            rest = rest.dropFirst(part.count)
        }
    }

    /// Gives all files their names.
    public func finish() throws -> TokenOutput {
        try endShard()
        try output.keep()
        total.files = written
        return total
    }

    /// Removes what was written so far; does nothing after ``finish()``.
    public func discard() { output.discard() }

    private func begin() throws {
        let name = FilePath.shard(written.count / 3) + ".ds"
        shard = Shard(
            name: name, data: try output.add(name), index: try output.add(name + ".index"))
    }

    private func endText() throws {
        guard let open = shard, open.tokens > open.ended else { return }
        try open.index.append { $0.appendLittleEndian(open.tokens) }
        shard?.ended = open.tokens
        total.texts = (total.texts ?? 0) + 1
    }

    private func endShard() throws {
        try endText()
        guard let ended = shard else { throw TrainerFormatError("the output is finished") }
        shard = nil
        let metadata = try output.add(ended.name + ".metadata")
        let name = tokenizer.map { $0.isNewline ? " " : $0 }
        try metadata.write(
            "\(String(name))|\(type.size)\n\(ended.tokens)\n\(Self.metric(ended.tokens))".utf8)
        written += [try ended.data.close(), try ended.index.close(), try metadata.close()]
    }

    /// A number of tokens in three digits, such as `1.23 MT`.
    static func metric(_ tokens: Int64) -> String {
        var (value, power) = (Double(tokens), 0)
        while value >= 1000, power < 5 {
            value /= 1000
            power += 1
        }
        let digits = value >= 100 ? 0 : value >= 10 ? 1 : 2
        let unit = ["", "k", "M", "G", "T", "P"][power] + "T"
        return String(format: "%.\(digits)f \(unit)", value)
    }
}

/// Writes pairs of `.bin` and `.idx`, as Megatron-LM reads them.
///
/// The `.bin` is the ids of all sequences, one after another. The `.idx` has a header of 34 bytes:
/// `MMIDIDX\0\0`, version 1 in 8 bytes, the code of the ids' type in one, then in 8 bytes each how
/// many sequences there are and how many document indices. Three arrays follow: the sequences'
/// lengths in tokens (int32), their places in the `.bin` in bytes (int64), and the document indices
/// (int64), which are 0 and, for each text, the number of sequences up to its end. Source:
/// `_IndexWriter` and `IndexedDatasetBuilder` in `megatron/core/datasets/indexed_dataset.py` of
/// NVIDIA/Megatron-LM.
///
/// A row is a sequence, or, with a sequence length, the ids of all rows are cut into sequences of
/// that length, each a text of its own, of which the last may be shorter.
public final class MegatronWriter: TokenWriter {
    /// How ids are stored: uint16 for fewer than 65,500 ids, else int32, which is
    /// `DType.optimal_dtype` of the same source.
    public let type: TokenType

    private let vocabulary: Int
    private let sequenceLength: Int?
    private let shardBytes: Int64
    private let output: OutputFiles
    private let prefix: String?
    private var shard: Shard?
    private var written: [WrittenFile] = []
    private var total = TokenOutput(sequences: 0, texts: 0)
    private var packed: [Int32] = []

    /// One pair of files on its way.
    private struct Shard {
        let data: NewFile
        let index: NewFile
        let lengths: Spool
        let texts: Spool
        var sequences: Int64 = 0
        /// Sequences up to the end of the last text that is known to have ended.
        var ended: Int64 = 0
    }

    /// Begins `PREFIX.bin` and `PREFIX.idx`.
    ///
    /// - Parameters:
    ///   - prefix: the path that both names begin with.
    ///   - vocabulary: ids of the tokenizer, special tokens included.
    ///   - sequenceLength: tokens of a sequence; nil for a sequence a row.
    /// - Throws: ``TrainerFormatError`` where nothing can be written.
    public init(prefix: String, vocabulary: Int, sequenceLength: Int? = nil) throws {
        type = Self.type(vocabulary: vocabulary)
        try type.check(vocabulary: vocabulary, format: "megatron")
        self.vocabulary = vocabulary
        self.sequenceLength = sequenceLength
        self.prefix = FilePath.name(of: prefix)
        shardBytes = .max
        output = OutputFiles(beside: prefix)
        try begin()
    }

    /// Begins pairs of `00000.bin` and `00000.idx` in a folder of their own.
    ///
    /// - Parameters:
    ///   - folder: not there yet, or empty.
    ///   - vocabulary: ids of the tokenizer, special tokens included.
    ///   - sequenceLength: tokens of a sequence; nil for a sequence a row.
    ///   - shardBytes: bytes of a `.bin` at most; a longer sequence has one for itself.
    /// - Throws: ``TrainerFormatError`` where nothing can be written.
    public init(
        folder: String, vocabulary: Int, sequenceLength: Int? = nil, shardBytes: Int64
    ) throws {
        type = Self.type(vocabulary: vocabulary)
        try type.check(vocabulary: vocabulary, format: "megatron")
        self.vocabulary = vocabulary
        self.sequenceLength = sequenceLength
        prefix = nil
        self.shardBytes = shardBytes
        output = try OutputFiles(folder: folder)
        try begin()
    }

    /// The type that Megatron takes for a vocabulary.
    public static func type(vocabulary: Int) -> TokenType { vocabulary < 65_500 ? .uint16 : .int32 }

    /// Writes the ids of a row.
    public func write(_ ids: [Int32], beginsText: Bool) throws {
        guard let sequenceLength else {
            return try sequence(ids[...], beginsText: beginsText)
        }
        var rest = ids[...]
        while !rest.isEmpty {
            let taken = rest.prefix(sequenceLength - packed.count)
            packed.append(contentsOf: taken)
            rest = rest.dropFirst(taken.count)
            if packed.count == sequenceLength { try endPacked() }
        }
    }

    /// Gives all files their names.
    public func finish() throws -> TokenOutput {
        if !packed.isEmpty { try endPacked() }
        try endShard()
        try output.keep()
        total.files = written
        return total
    }

    /// Removes what was written so far; does nothing after ``finish()``.
    public func discard() { output.discard() }

    private func endPacked() throws {
        try sequence(packed[...], beginsText: true)
        packed.removeAll(keepingCapacity: true)
    }

    private func begin() throws {
        let name = prefix ?? FilePath.shard(written.count / 2)
        let (data, index) = (try output.add(name + ".bin"), try output.add(name + ".idx"))
        shard = Shard(
            data: data, index: index, lengths: Spool(folder: output.workFolder),
            texts: Spool(folder: output.workFolder))
    }

    private func sequence(_ ids: ArraySlice<Int32>, beginsText: Bool) throws {
        // A reader cannot map a sequence without tokens.
        guard !ids.isEmpty else { return }
        guard let length = Int32(exactly: ids.count) else {
            throw TrainerFormatError("a sequence of \(ids.count) tokens is too long for megatron")
        }
        let size = Int64(ids.count * type.size)
        if let shard, shard.sequences > 0, shard.data.bytes > shardBytes - size {
            try endShard()
            try begin()
        }
        guard var shard else { throw TrainerFormatError("the output is finished") }
        if beginsText, shard.sequences > shard.ended {
            try shard.texts.append(shard.sequences)
            shard.ended = shard.sequences
            total.texts = (total.texts ?? 0) + 1
        }
        try shard.data.append { try type.append(ids, vocabulary: vocabulary, to: &$0) }
        try shard.lengths.append(length)
        shard.sequences += 1
        self.shard = shard
        total.sequences = (total.sequences ?? 0) + 1
        total.tokens += Int64(ids.count)
    }

    private func endShard() throws {
        guard var shard else { throw TrainerFormatError("the output is finished") }
        self.shard = nil
        if shard.sequences > shard.ended {
            try shard.texts.append(shard.sequences)
            shard.ended = shard.sequences
            total.texts = (total.texts ?? 0) + 1
        }
        let index = shard.index
        try index.append { bytes in
            bytes.append(contentsOf: Self.magic)
            bytes.appendLittleEndian(UInt64(1))
            bytes.append(type == .uint16 ? 8 : 4)
            bytes.appendLittleEndian(shard.sequences)
            bytes.appendLittleEndian(Int64(shard.texts.count / 8 + 1))
        }
        try shard.lengths.forEachPiece { try index.write($0) }
        var place: Int64 = 0
        try shard.lengths.forEachPiece { piece in
            try index.append { bytes in
                for offset in stride(from: 0, to: piece.count, by: 4) {
                    bytes.appendLittleEndian(place)
                    place +=
                        Int64(piece.number(at: offset, as: Int32.self) ?? 0)
                        * Int64(type.size)
                }
            }
        }
        try index.append { $0.appendLittleEndian(Int64(0)) }
        try shard.texts.forEachPiece { try index.write($0) }
        written.append(try shard.data.close())
        written.append(try index.close())
    }

    /// What an index begins with.
    static let magic = Array("MMIDIDX\0\0".utf8)
}

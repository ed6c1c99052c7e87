import Foundation
import TrainerFormats

extension Manifest {
    /// One of the files of an output.
    public struct File: Sendable, Equatable, Codable {
        /// File name without its folder.
        public var file: String
        /// Size in bytes.
        public var bytes: Int64
        /// SHA-256 of the file, in hexadecimal.
        public var sha256: String

        /// A file of the given parts.
        public init(file: String, bytes: Int64, sha256: String) {
            self.file = file
            self.bytes = bytes
            self.sha256 = sha256
        }

        /// A file that an ``OutputWriter`` wrote at `path`.
        public init(_ written: OutputWriter.Result, path: String) {
            file = FilePath.name(of: path)
            bytes = written.bytes
            sha256 = written.sha256
        }

        /// A file that a trainer's format has.
        public init(_ written: WrittenFile) {
            file = written.name
            bytes = written.bytes
            sha256 = written.sha256
        }
    }

    /// What an output holds, besides rows; nil for what a format does not have.
    public struct Counts: Sendable, Equatable, Codable {
        /// Token ids.
        public var tokens: Int64?
        /// Sequences of the index.
        public var sequences: Int64?
        /// Texts that the index tells apart.
        public var texts: Int64?
        /// End-of-text tokens that were written.
        public var endsOfText: Int64?
        /// Lines that are to be kept.
        public var kept: Int64?
        /// Lines that are to be dropped.
        public var dropped: Int64?

        /// Counts nothing.
        public init() {}

        private enum CodingKeys: String, CodingKey {
            case tokens, sequences, texts, kept, dropped
            case endsOfText = "ends_of_text"
        }
    }

    /// The tokenizer of an output of token ids.
    public struct Tokens: Sendable, Equatable, Codable {
        /// Path of the model.
        public var model: String
        /// SHA-256 of the tokenizer's content, in hexadecimal.
        public var digest: String
        /// Ids of the vocabulary.
        public var vocabulary: Int
        /// The id behind a document's last row; nil where none is written.
        public var endOfText: Int?

        /// What a manifest says of a tokenizer.
        public init(_ tokenizer: ExportTokenizer) {
            model = tokenizer.path
            digest = tokenizer.digest
            vocabulary = tokenizer.vocabulary
            endOfText = tokenizer.endOfText.map(Int.init)
        }

        private enum CodingKeys: String, CodingKey {
            case model, digest, vocabulary
            case endOfText = "end_of_text"
        }
    }

    /// Rows that spell control tokens, as ``ControlSpellings`` counts them.
    public struct ControlTokens: Sendable, Equatable, Codable {
        /// Rows with any.
        public var rows: Int
        /// Rows with each of the first 64 spellings.
        public var spellings: [String: Int]

        /// What was counted.
        public init(_ counted: ControlSpellings) {
            rows = counted.rows
            spellings = counted.spellings
        }
    }

    /// The exported output.
    public struct Output: Sendable, Equatable, Codable {
        /// Name without its folder: of the file, of the folder, or what the files' names begin with.
        public var file: String
        /// The format, as ``ExportFormat`` names it.
        public var format: String
        /// The compression: `none`, `gzip` or `zstd`; of Parquet that of its pages.
        public var compression: String
        /// Size of all files in bytes.
        public var bytes: Int64
        /// Rows.
        public var rows: Int
        /// SHA-256 of the file, in hexadecimal; nil where there are several.
        public var sha256: String?
        /// The files, where there are several; nil for one.
        public var files: [File]?
        /// Whether the files lie in a folder of that name; nil where they lie beside the manifest.
        public var folder: Bool?
        /// The order of the rows.
        public var order: ExportOrder
        /// The seed of a shuffled order.
        public var orderSeed: UInt64?
        /// Whether neighbouring chunks were joined.
        public var merged: Bool?
        /// What the output holds, besides rows.
        public var counts: Counts?
        /// The tokenizer of token ids.
        public var tokenizer: Tokens?
        /// Tokens of a sequence, where rows were cut into sequences.
        public var sequenceLength: Int?
        /// Rows that spell control tokens; nil where they were not counted yet.
        public var controlTokens: ControlTokens?

        /// An output of one file.
        public init(
            file: String, format: String = "jsonl", compression: String, bytes: Int64, rows: Int,
            sha256: String, options: ExportOptions, controlTokens: ControlTokens? = nil
        ) {
            self.file = file
            self.format = format
            self.compression = compression
            self.bytes = bytes
            self.rows = rows
            self.sha256 = sha256
            order = options.order
            orderSeed = options.order == .shuffle ? options.seed : nil
            merged = options.mergesAdjacent ? true : nil
            self.controlTokens = controlTokens
        }

        /// What was written to an output.
        ///
        /// - Parameters:
        ///   - written: its files and counts.
        ///   - output: where it lies, and how it was made.
        ///   - rows: rows that were written.
        ///   - options: the rows' order.
        ///   - controlTokens: rows that spell control tokens.
        public init(
            _ written: WrittenRows, of output: ExportOutput, rows: Int, options: ExportOptions,
            controlTokens: ControlTokens
        ) {
            self.init(
                file: FilePath.name(of: output.path), format: output.format.rawValue,
                compression: written.compression.rawValue,
                bytes: written.files.reduce(0) { $0 + $1.bytes }, rows: rows,
                sha256: written.files.first?.sha256 ?? "", options: options,
                controlTokens: controlTokens)
            if output.place != .file { (sha256, files) = (nil, written.files) }
            if output.place == .folder { folder = true }
            if written.counts != Counts() { counts = written.counts }
            tokenizer = output.tokenizer.map(Tokens.init)
            sequenceLength = output.sequenceLength
        }

        private enum CodingKeys: String, CodingKey {
            case file, format, compression, bytes, rows, sha256, files, folder, order, merged,
                counts
            case tokenizer
            case orderSeed = "order_seed"
            case sequenceLength = "sequence_length"
            case controlTokens = "control_tokens"
        }
    }
}

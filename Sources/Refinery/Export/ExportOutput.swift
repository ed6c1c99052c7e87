import Foundation
import TeacherInference
import TrainerFormats

/// Where an export goes and in which form: all that a ``RowWriter`` is made of.
public struct ExportOutput: Sendable {
    /// A file, what names begin with, or a folder; `-` is stdout.
    public var path: String
    /// The format.
    public var format: ExportFormat
    /// Whether the document's other fields are written.
    public var keepFields = false
    /// Makes ids of texts; nil for formats of texts.
    public var tokenizer: ExportTokenizer?
    /// Tokens of a sequence; nil where rows are not cut into sequences.
    public var sequenceLength: Int?
    /// Bytes of a file at most; nil for what the format does by itself.
    public var shardBytes: Int64?
    /// Whether MDS shards are compressed with zstd.
    public var isCompressed = false
    /// Threads that tokenise.
    public var threads = 1

    /// An output in a format.
    public init(path: String, format: ExportFormat) {
        self.path = path
        self.format = format
    }

    /// What ``path`` names.
    public var place: ExportFormat.Place { format.place(isSharded: shardBytes != nil) }

    /// Files that may be there before, beside a manifest of theirs, and would be replaced.
    public var replacedFiles: [String] {
        switch place {
        case .file: path == "-" ? [] : [path]
        case .prefix: [path + ".bin", path + ".idx"]
        case .folder: []
        }
    }

    /// Begins the output.
    ///
    /// - Throws: ``RefineryError`` or `TrainerFormatError` where it cannot be written, and for a
    ///   vocabulary that does not fit the format.
    public func writer() throws -> any RowWriter {
        let target = path == "-" ? path : FileSystem.followingLinks(path)
        switch format {
        case .jsonl: return try JSONLinesRows(path: path, keepFields: keepFields)
        case .parquet: return try ParquetRows(path: path, keepFields: keepFields)
        case .mds:
            return try MDSRows(
                folder: target, keepFields: keepFields, isCompressed: isCompressed,
                shardBytes: shardBytes ?? MDSWriter.usualShardBytes)
        case .fasttext: return try FastTextRows(path: target)
        case .megatron, .nanogpt, .nanoset:
            guard let tokenizer else {
                throw RefineryError(.invalid, "\(format.rawValue) needs a tokenizer")
            }
            return TokenRows(
                try tokenWriter(target, tokenizer), tokenizer: tokenizer, threads: threads)
        }
    }

    private func tokenWriter(
        _ target: String, _ tokenizer: ExportTokenizer
    ) throws -> any TokenWriter {
        switch format {
        case .nanogpt:
            return try NanoGPTWriter(path: target, vocabulary: tokenizer.vocabulary)
        case .nanoset:
            return try NanosetWriter(
                folder: target, vocabulary: tokenizer.vocabulary, tokenizer: tokenizer.path,
                sequenceLength: sequenceLength, shardBytes: shardBytes)
        default:
            guard let shardBytes else {
                return try MegatronWriter(
                    prefix: path, vocabulary: tokenizer.vocabulary, sequenceLength: sequenceLength)
            }
            return try MegatronWriter(
                folder: target, vocabulary: tokenizer.vocabulary, sequenceLength: sequenceLength,
                shardBytes: shardBytes)
        }
    }

    /// Refuses what the format cannot do, before any work is done.
    ///
    /// - Throws: ``RefineryError`` that names the option.
    public func validate() throws {
        func refuse(_ option: String, _ formats: [ExportFormat]) -> RefineryError {
            RefineryError(
                .invalid,
                "\(option) goes with \(formats.map(\.rawValue).joined(separator: ", ")), not with "
                    + format.rawValue)
        }
        func those(_ can: KeyPath<ExportFormat, Bool>) -> [ExportFormat] {
            ExportFormat.allCases.filter { $0[keyPath: can] }
        }
        if path == "-", !format.isStream {
            throw RefineryError(
                .invalid, "\(format.rawValue) cannot go to stdout: name a place with --output")
        }
        if keepFields, !format.keepsFields { throw refuse("--keep-fields", those(\.keepsFields)) }
        if sequenceLength != nil, !format.hasSequences {
            throw refuse("--sequence-length", those(\.hasSequences))
        }
        if let shardBytes {
            guard format.canBeSharded else { throw refuse("--shard-size", those(\.canBeSharded)) }
            guard format != .mds || shardBytes <= MDSWriter.largestShardBytes else {
                throw RefineryError(.invalid, "a shard of mds may have up to 1 GiB")
            }
        }
        if isCompressed, format != .mds { throw refuse("--zstd", [.mds]) }
        if let tokenizer {
            guard format.hasTokens else { throw refuse("--tokenizer", those(\.hasTokens)) }
            let type: TokenType =
                switch format {
                case .nanogpt: .uint16
                case .nanoset: NanosetWriter.type(vocabulary: tokenizer.vocabulary)
                default: MegatronWriter.type(vocabulary: tokenizer.vocabulary)
                }
            try type.check(vocabulary: tokenizer.vocabulary, format: format.rawValue)
        }
    }
}

extension TrainerFormatError: ExplainedError {}

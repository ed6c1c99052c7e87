import TrainerFormats

/// The formats in which a selection is written.
public enum ExportFormat: String, Sendable, Codable, CaseIterable {
    /// A JSON object a line.
    case jsonl
    /// A row a chunk, in columns.
    case parquet
    /// Token ids for Megatron-LM: a `.bin` and its `.idx`.
    case megatron
    /// Token ids for nanoGPT: a flat `.bin`.
    case nanogpt
    /// Token ids for datatrove and Nanotron: a folder of `.ds`.
    case nanoset
    /// Rows for mosaicml-streaming: a folder of shards.
    case mds
    /// Labelled lines for fastText.
    case fasttext

    /// What the path of an output names.
    public enum Place: Sendable {
        /// One file.
        case file
        /// What the names of several files begin with.
        case prefix
        /// A folder that is not there yet, or is empty.
        case folder
    }

    /// What the path of an output names; `isSharded` where it has files of a bounded size.
    public func place(isSharded: Bool) -> Place {
        switch self {
        case .jsonl, .parquet, .nanogpt, .fasttext: .file
        case .megatron: isSharded ? .folder : .prefix
        case .nanoset, .mds: .folder
        }
    }

    /// Whether texts are written as token ids.
    public var hasTokens: Bool { [.megatron, .nanogpt, .nanoset].contains(self) }

    /// Whether files of a bounded size can be asked for.
    public var canBeSharded: Bool { [.megatron, .nanoset, .mds].contains(self) }

    /// Whether sequences of one length can be asked for.
    public var hasSequences: Bool { [.megatron, .nanoset].contains(self) }

    /// Whether a document's other fields can be kept.
    public var keepsFields: Bool { [.jsonl, .parquet, .mds].contains(self) }

    /// Whether an output can go to stdout, which has no names.
    public var isStream: Bool { [.jsonl, .parquet].contains(self) }

    /// The format that a file's name says; nil for an ending that is not known.
    ///
    /// What has no name of its own, such as stdout and a pipe, is JSONL.
    public init?(path: String) {
        let name = path.lowercased()
        func ends(_ endings: [String]) -> Bool { endings.contains { name.hasSuffix($0) } }
        let lines = ["jsonl", "ndjson", "json"].flatMap { [".\($0)", ".\($0).gz", ".\($0).zst"] }
        if path == "-" || ends(lines) {
            self = .jsonl
        } else if ends([".parquet"]) {
            self = .parquet
        } else if ends([".mds"]) {
            self = .mds
        } else {
            return nil
        }
    }
}

extension ExportFormat {
    /// Bytes of a file of an output that may be asked for.
    public static let shardBytes: ClosedRange<Int64> = 1 << 20...1 << 50

    /// Tokens of a sequence that may be asked for.
    public static let sequenceLengths = 2...1 << 24
}

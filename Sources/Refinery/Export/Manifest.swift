/// What stands beside an exported file: how it came about and what it must hash to.
public struct Manifest: Sendable, Equatable, Codable {
    /// The exported file.
    public struct Output: Sendable, Equatable, Codable {
        /// File name without its folder.
        public var file: String
        /// The format: `jsonl` or `parquet`.
        public var format: String
        /// The compression: `none`, `gzip` or `zstd`; of Parquet that of its pages.
        public var compression: String
        /// Size in bytes.
        public var bytes: Int64
        /// Rows.
        public var rows: Int
        /// SHA-256 of the file, in hexadecimal.
        public var sha256: String
        /// The order of the rows.
        public var order: ExportOrder
        /// The seed of a shuffled order.
        public var orderSeed: UInt64?
        /// Whether neighbouring chunks were joined.
        public var merged: Bool?
        /// Rows that spell control tokens; nil where they were not counted yet.
        public var controlTokens: ControlTokens?

        /// An output of the given parts.
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

        private enum CodingKeys: String, CodingKey {
            case file, format, compression, bytes, rows, sha256, order, merged
            case orderSeed = "order_seed"
            case controlTokens = "control_tokens"
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

    /// `refinery` and its version.
    public var tool: String
    /// When the file was written, ms since 1970, UTC.
    public var created: Int64
    /// The models that scored, teacher first.
    public var models: [RoleAssignment]
    /// How documents were cut: tokenizer, maximum, version; one for each that took part.
    public var chunkers: [String]
    /// The selection with its rule and counts.
    public var selection: SelectionSummary
    /// The exported file.
    public var output: Output

    /// A manifest of the given parts.
    public init(
        tool: String, created: Int64, models: [RoleAssignment], chunkers: [String],
        selection: SelectionSummary, output: Output
    ) {
        self.tool = tool
        self.created = created
        self.models = models
        self.chunkers = chunkers
        self.selection = selection
        self.output = output
    }
}

extension Manifest {
    /// Where the manifest of an output stands.
    public static func path(beside output: String) -> String {
        output + ".manifest.json"
    }
}

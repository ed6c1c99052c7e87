import Foundation
import TrainerFormats

/// What lies beside an exported output: how it came about and what it must hash to.
public struct Manifest: Sendable, Equatable, Codable {
    /// `refinery` and its version.
    public var tool: String
    /// When the output was written, ms since 1970, UTC.
    public var created: Int64
    /// The models that scored, teacher first.
    public var models: [RoleAssignment]
    /// How documents were cut: tokenizer, maximum, version; one for each that took part.
    public var chunkers: [String]
    /// The selection with its rule and counts.
    public var selection: SelectionSummary
    /// The selection from the other end, of which fastText learns what to drop.
    public var dropped: SelectionSummary?
    /// The shard that the output is of, where the selection is one of many shards.
    public var shard: Shard?
    /// The exported output.
    public var output: Output

    /// One shard of a selection of many.
    public struct Shard: Sendable, Equatable, Codable {
        /// Its name, without its folder.
        public var file: String
        /// SHA-256 of it, in hexadecimal.
        public var sha256: String
        /// Its place in the list, from 0.
        public var number: Int

        /// A shard of the given parts.
        public init(file: String, sha256: String, number: Int) {
            self.file = file
            self.sha256 = sha256
            self.number = number
        }
    }

    /// A manifest of the given parts.
    public init(
        tool: String, created: Int64, models: [RoleAssignment], chunkers: [String],
        selection: SelectionSummary, dropped: SelectionSummary? = nil, shard: Shard? = nil,
        output: Output
    ) {
        self.tool = tool
        self.created = created
        self.models = models
        self.chunkers = chunkers
        self.selection = selection
        self.dropped = dropped
        self.shard = shard
        self.output = output
    }
}

extension Manifest {
    /// Where the manifest of an output lies: beside it, also beside a folder.
    public static func path(beside output: String) -> String {
        FilePath.withoutSlashes(output) + ".manifest.json"
    }
}

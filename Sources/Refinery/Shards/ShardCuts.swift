import Foundation

/// What a rule keeps of many shards: the file `cuts.json` of a folder of cuts.
///
/// docs/score-files.md is the contract.
public struct ShardCuts: Codable, Sendable, Equatable {
    /// The version of the form that this program writes and reads.
    public static let schema = 1
    /// The file's name in its folder.
    static let fileName = "cuts.json"
    /// More bytes than this are no cuts: a million shards have half of it.
    private static let mostBytes = 1 << 30

    /// One shard, in the order of the list.
    public struct Shard: Codable, Sendable, Equatable {
        /// The corpus that its documents belong to.
        public var corpus: String
        /// The shard's name, without its folder.
        public var file: String
        /// SHA-256 of the shard, 64 hexadecimal digits.
        public var sha256: String
        /// SHA-256 of the score file's lines, as its trailer has it.
        public var scores: String
        /// Rows of chunks in the score file.
        public var chunks: Int
        /// Rows that are kept.
        public var kept: Int
        /// The file with these rows, in the folder of the cuts.
        public var rows: String
        /// SHA-256 of that file.
        public var rowsSHA256: String

        private enum CodingKeys: String, CodingKey {
            case corpus, file, sha256, scores, chunks, kept, rows
            case rowsSHA256 = "rows_sha256"
        }
    }

    /// The last row that is kept, in rank.
    public struct Last: Codable, Sendable, Equatable {
        /// Its score.
        public var score: Double
        /// Its shard's place in the list, from 0.
        public var shard: Int
        /// Its row among the shard's chunks, from 0.
        public var row: Int
    }

    /// The version of the form.
    public var schema = Self.schema
    /// The program that wrote it, with its version.
    public var writer: String
    /// The rule and its counts.
    public var selection: SelectionSummary
    /// How documents were cut.
    public var chunker: ScoreFileChunker
    /// The teacher.
    public var teacher: ScoreFileModel
    /// The reference.
    public var reference: ScoreFileModel
    /// Documents that were passed over, since their corpus and id stood before.
    public var repeatedDocuments: Int
    /// Rows whose sums are not those that stand for their text.
    public var differing: Int
    /// The last row that is kept; nil where none is.
    @NullEncoded public var last: Last?
    /// The shards in the list's order.
    public var shards: [Shard]

    private enum CodingKeys: String, CodingKey {
        case schema, writer, selection, chunker, teacher, reference, differing, last, shards
        case repeatedDocuments = "repeated_documents"
    }

    /// Reads the cuts of a folder.
    ///
    /// - Parameter folder: what `select-shards` wrote.
    /// - Throws: ``RefineryError`` for what is no folder of cuts, or one that this program cannot
    ///   read.
    public init(folder: String) throws {
        struct Version: Decodable { var schema: Int }
        let path = folder + "/" + Self.fileName
        var status = stat()
        guard stat(path, &status) == 0, status.st_size <= Self.mostBytes,
            let data = FileManager.default.contents(atPath: path)
        else {
            throw RefineryError(
                .input, "cannot read \(path): \(folder) is no folder of cuts",
                hint: "`refinectl select-shards … --output CUTS` makes one")
        }
        func damaged(_ why: String) -> RefineryError {
            RefineryError(
                .input, "\(path): \(why)", hint: "delete \(folder) and select again")
        }
        do {
            let version = try JSONDecoder().decode(Version.self, from: data).schema
            guard version == Self.schema else {
                throw RefineryError(
                    .input, "\(path) has schema \(version), and this program reads \(Self.schema)",
                    hint: "use the refinery version that wrote it, or a later one")
            }
            self = try JSONDecoder().decode(ShardCuts.self, from: data)
        } catch is DecodingError {
            throw damaged("it is not the expected JSON")
        }
        var kept = 0
        for shard in shards {
            guard ContentHash(hexadecimal: shard.sha256) != nil,
                ContentHash(hexadecimal: shard.scores) != nil,
                ContentHash(hexadecimal: shard.rowsSHA256) != nil,
                (0...Int(UInt32.max)).contains(shard.chunks),
                (0...shard.chunks).contains(shard.kept),
                shard.rows.hasSuffix(".kept"), !shard.rows.contains("/"),
                !shard.rows.contains("\0")
            else { throw damaged("the shard \(shard.file) has impossible parts") }
            kept += shard.kept
        }
        guard kept == selection.keptChunks else {
            throw damaged("its shards keep \(kept) chunks, not \(selection.keptChunks)")
        }
    }

    /// Cuts of the given parts.
    init(
        writer: String, selection: SelectionSummary, header: ScoreFileHeader,
        repeatedDocuments: Int, differing: Int, last: Last?, shards: [Shard]
    ) {
        self.writer = writer
        self.selection = selection
        chunker = header.chunker
        teacher = header.teacher
        reference = header.reference
        self.repeatedDocuments = repeatedDocuments
        self.differing = differing
        _last = NullEncoded(wrappedValue: last)
        self.shards = shards
    }

    /// The file's bytes: indented JSON with sorted keys.
    ///
    /// - Returns: The JSON, with an LF.
    /// - Throws: ``RefineryError`` where a score is infinite or no number, which JSON cannot hold.
    func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(self)) + [0x0A]
        } catch is EncodingError {
            throw RefineryError(
                .refused, "the scores that this rule makes are not all finite numbers",
                hint: "look for absurd NLLs in the score files, or order by another column")
        }
    }

    /// The models, for a manifest.
    public var provenance: Provenance {
        Provenance(
            models: [(ModelRole.teacher, teacher), (.reference, reference)].map { role, model in
                RoleAssignment(role: role, model: model.model(path: model.name), isCurrent: true)
            }, chunkers: [chunker.fingerprint])
    }
}

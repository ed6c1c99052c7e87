import Crypto
import Foundation

/// Hands over what cuts keep of one shard, as rows to be written.
///
/// The score file is read first: it says where the kept chunks lie. Then the shard is read, and every
/// text is compared with its SHA-256.
public struct ShardExportStage: Sendable {
    /// The shard's place in the list, from 0.
    public let number: Int
    /// What the cuts say of it.
    public let shard: ShardCuts.Shard
    /// The score file's first line.
    public let header: ScoreFileHeader

    private let cuts: ShardCuts
    private let folder: String
    private let scores: String
    private let scratch: String
    private let isCancelled: @Sendable () -> Bool

    /// A chunk that is kept, and where its text lies.
    private struct Planned: BitwiseCopyable {
        var line: Int
        var ordinal: Int
        var start: Int
        var end: Int
        var documentHash: ContentHash
        var hash: ContentHash
        var kept: KeptRow
    }

    /// An export of the shard of a score file.
    ///
    /// - Parameters:
    ///   - scores: the score file.
    ///   - folder: the folder of cuts.
    ///   - scratch: where places lie that memory should not hold.
    ///   - isCancelled: asked now and then; true gives up.
    /// - Throws: ``RefineryError`` where either cannot be read, or the cuts are of other score files.
    public init(
        scores: String, cuts folder: String, scratch: String,
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws {
        self.scores = scores
        self.folder = folder
        self.scratch = scratch
        self.isCancelled = isCancelled
        cuts = try ShardCuts(folder: folder)
        header = try ScoreFileReader(path: scores).header()
        let shard = header.shard
        for (what, one, other) in [
            ("teacher", header.teacher.fingerprint, cuts.teacher.fingerprint),
            ("reference", header.reference.fingerprint, cuts.reference.fingerprint),
            ("chunker", header.chunker.fingerprint, cuts.chunker.fingerprint),
        ] where one != other {
            throw RefineryError(
                .refused,
                "\(scores) has the \(what) \(one.prefix(16)), and the cuts \(other.prefix(16))",
                hint: "name the cuts that were made of this score file")
        }
        // Of several that have no chunk any will do.
        let shards = cuts.shards
        let found = shards.firstIndex { $0.sha256 == shard.sha256 && $0.file == shard.file }
        guard let number = found else {
            throw RefineryError(
                .refused,
                "the cuts of \(folder) have no shard \(shard.file) of SHA-256 "
                    + "\(shard.sha256.prefix(16))",
                hint: "name the cuts that were made of this score file")
        }
        self.number = number
        self.shard = shards[number]
    }

    /// The selection that the cuts are of.
    public var selection: SelectionSummary { cuts.selection }

    /// The models, for a manifest.
    public var provenance: Provenance { cuts.provenance }

    /// Hands over the rows in the order of the shard.
    ///
    /// - Parameters:
    ///   - source: the shard.
    ///   - options: whether neighbouring chunks are joined and other fields are read.
    ///   - pieces: the shard's bytes, or its rows as lines.
    ///   - body: called for each row.
    /// - Throws: ``RefineryError`` for a file that is damaged or was changed, and what `body` throws;
    ///   ``JobCancelled``.
    public func rows(
        of source: CorpusSource, _ options: ExportOptions, pieces: CorpusDocuments.Pieces,
        _ body: (ExportRow) throws -> Void
    ) throws {
        let plan = try plan()
        var reader = Importer.Options()
        reader.format = source.format
        reader.compression = source.compression
        reader.fields = fields
        var importer = try Importer(file: header.shard.file, options: reader)
        var place = 0
        var page: ArraySlice<Planned> = []
        func head() throws -> Planned? {
            if page.isEmpty, place < plan.count {
                page = try plan.records(place..<min(place + 4096, plan.count))[...]
                place += page.count
            }
            return page.first
        }
        // A file that is one text has one document, whatever its line.
        let isText = source.format == .text
        var adjacent = AdjacentRows()
        func give(_ row: ExportRow) throws {
            if !options.mergesAdjacent {
                try body(row)
            } else if let run = adjacent.add(row) {
                try body(run)
            }
        }
        let take: (Importer.Batch) throws -> Void = { batch in
            for document in batch.documents {
                if isCancelled() { throw JobCancelled("interrupted") }
                guard let first = try head(), isText || first.line == document.line else {
                    continue
                }
                guard Self.hash(document.text[...]) == first.documentHash else {
                    throw changed("the text of line \(document.line) is another one")
                }
                while let next = try head(), isText || next.line == document.line {
                    page.removeFirst()
                    try give(row(next, of: document, options))
                }
            }
        }
        while let piece = try pieces() { try importer.feed(piece.bytes, take) }
        try importer.finish(take)
        if let run = adjacent.finish() { try body(run) }
        if let missing = try head() {
            throw changed("line \(missing.line) is no document any more")
        }
    }

    /// The fields that the shard was read with.
    public var fields: FieldNames {
        let shard = header.shard
        var fields = FieldNames(
            text: shard.textField, id: shard.idField ?? "id", domain: shard.domainField)
        fields.readsID = shard.idField != nil
        return fields
    }

    private func row(
        _ planned: Planned, of document: ImportedDocument, _ options: ExportOptions
    ) throws -> ExportRow {
        guard planned.end <= document.text.count else {
            throw changed("the text of line \(document.line) is shorter")
        }
        let text = document.text[planned.start..<planned.end]
        guard Self.hash(text) == planned.hash else {
            throw changed("chunk \(planned.ordinal) of line \(document.line) is another text")
        }
        return ExportRow(
            chunkID: 0, documentID: Int64(document.line), document: document.id,
            ordinal: planned.ordinal, text: Array(text), domain: document.domain,
            score: planned.kept.score, teacherNLL: planned.kept.teacherNLL,
            referenceNLL: planned.kept.referenceNLL, tokens: Int(planned.kept.tokens),
            rank: Int(clamping: planned.kept.rank), range: planned.start..<planned.end,
            isFinal: planned.end == document.text.count,
            fields: options.fields ? document.fields : nil)
    }

    /// Reads the score file beside the kept rows.
    private func plan() throws -> SpillTable<Planned> {
        let rows = try KeptRowReader(path: folder + "/" + shard.rows, shard: shard)
        let plan = SpillTable<Planned>(folder: scratch)
        var number = 0
        var next = try rows.next()
        let frame = try ScoreFileReader(path: scores).read { line in
            guard case .chunk(let chunk) = line else { return }
            if isCancelled() { throw JobCancelled("interrupted") }
            defer { number += 1 }
            guard let kept = next, Int(kept.row) == number else { return }
            try plan.append(
                Planned(
                    line: chunk.line, ordinal: chunk.ordinal, start: chunk.range.lowerBound,
                    end: chunk.range.upperBound, documentHash: chunk.documentHash,
                    hash: chunk.hash, kept: kept))
            next = try rows.next()
        }
        guard frame.header == header, frame.trailer.hash.hexadecimal == shard.scores else {
            throw RefineryError(
                .refused, "\(scores) is not the score file that the cuts of \(folder) were made of",
                hint: "name that one, or select again")
        }
        return plan
    }

    private static func hash(_ text: ArraySlice<UInt8>) -> ContentHash? {
        text.withUnsafeBytes { ContentHash(SHA256.hash(data: $0)) }
    }

    private func changed(_ what: String) -> RefineryError {
        RefineryError(
            .input, "\(header.shard.file) changed since it was scored: \(what)",
            hint: "score it again and select again, or bring the old file back")
    }
}

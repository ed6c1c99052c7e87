import Crypto
import Foundation

/// The documents of some files, read from the first to the last as often as wanted.
///
/// Every pass hands over the same documents in the same order. A line that is no document is told of
/// and passed over.
public struct CorpusDocuments: Sendable {
    /// One file of a pass.
    public struct File: Codable, Sendable, Equatable {
        /// The name under which rejects print it.
        public var name: String
        /// Its size.
        public var bytes: Int64
        /// SHA-256 of its bytes, in hexadecimal; of a Parquet file, of its rows as lines of JSONL.
        public var sha256: String
    }

    /// What a pass read.
    public struct Tally: Codable, Sendable, Equatable {
        /// The files, in order.
        public var files: [File] = []
        /// Documents in all.
        public var documents: Int64 = 0
        /// Bytes of their texts.
        public var textBytes: Int64 = 0
        /// Lines that were no documents.
        public var rejected: Int64 = 0
    }

    /// What a pass tells while it goes on.
    public enum Event {
        /// So many bytes of the files were read, before decompression.
        case read(Int)
        /// A line of a file is no document.
        case rejected(Reject, file: String)
    }

    /// The next piece of a file; nil at its end.
    public typealias Pieces = () throws -> CorpusPiece?

    private let sources: [CorpusSource]
    private let fields: FieldNames
    private let open: @Sendable (CorpusSource) throws -> Pieces

    /// The documents of these files.
    ///
    /// - Parameters:
    ///   - sources: the files; none of them is stdin, which cannot be read twice.
    ///   - fields: the fields of a line.
    ///   - open: opens a file.
    public init(
        _ sources: [CorpusSource], fields: FieldNames,
        open: @escaping @Sendable (CorpusSource) throws -> Pieces
    ) {
        self.sources = sources
        self.fields = fields
        self.open = open
    }

    /// The field with the text.
    var textField: String { fields.text }

    /// The first file that is not there as it was read before; nil for none.
    ///
    /// Paths, however they are spelled, and sizes are compared; the bytes are not read.
    func changed(since files: [File]) -> String? {
        guard sources.count == files.count else {
            return "\(files.count) files, now \(sources.count)"
        }
        for (source, file) in zip(sources, files) {
            let size = source.fileBytes ?? -1
            if !Self.isOnePath(source.displayName, file.name) || size != file.bytes {
                return
                    "\(file.name) with \(file.bytes) bytes, now \(source.displayName) with \(size)"
            }
        }
        return nil
    }

    /// Whether two paths are one from here, however they are spelled.
    private static func isOnePath(_ one: String, _ other: String) -> Bool {
        one == other
            || URL(fileURLWithPath: one).standardizedFileURL
                == URL(fileURLWithPath: other).standardizedFileURL
    }

    /// Reads every document.
    ///
    /// - Parameters:
    ///   - told: hears of bytes read and of lines rejected.
    ///   - body: takes each document with the SHA-256 of its text.
    /// - Returns: What was read.
    /// - Throws: ``RefineryError`` for a file that is damaged; what `open` and `body` throw.
    func forEach(
        told: (Event) -> Void = { _ in },
        _ body: (ImportedDocument, SHA256Digest) throws -> Void
    ) throws -> Tally {
        var tally = Tally()
        for source in sources {
            var options = Importer.Options()
            options.format = source.format
            options.compression = source.compression
            options.fields = fields
            var importer = try Importer(file: source.displayName, options: options)
            var hash = SHA256()
            var size: Int64 = 0
            let take: (Importer.Batch) throws -> Void = { batch in
                for reject in batch.rejects { told(.rejected(reject, file: source.displayName)) }
                tally.rejected += Int64(batch.rejects.count)
                for document in batch.documents {
                    tally.documents += 1
                    tally.textBytes += Int64(document.text.count)
                    try body(document, SHA256.hash(data: document.text))
                }
            }
            let next = try open(source)
            while let piece = try next() {
                hash.update(data: piece.bytes)
                size += Int64(piece.bytes.count)
                try importer.feed(piece.bytes, take)
                told(.read(piece.fileBytes))
            }
            try importer.finish(take)
            if source.isParquet { size = source.fileBytes ?? size }
            tally.files.append(
                File(
                    name: source.displayName, bytes: size, sha256: Hex.string(hash.finalize())))
        }
        return tally
    }
}

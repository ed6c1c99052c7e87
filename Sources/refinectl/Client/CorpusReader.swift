import Foundation
import NIOPosix
import Refinery
import Synchronization

/// Reads a corpus file in pieces: its bytes, or a Parquet file's rows as lines of JSONL.
final class CorpusReader: Sendable {
    /// What is passed over of the file, for people.
    let notes: [String]

    /// A file whose bytes are lines; nil for Parquet.
    private let file: FileReader?
    private let parquet: Mutex<ParquetLines?>
    private let size: Int64
    private let told = Mutex<Int64>(0)

    /// Opens a file.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - isParquet: whether its rows are read.
    ///   - fields: the fields of a line; nil where any will do.
    ///   - keepsOthers: whether other columns of a Parquet file are read, too.
    /// - Throws: `Failure` or `RefineryError` for what cannot be read.
    init(path: String, isParquet: Bool, fields: FieldNames?, keepsOthers: Bool) throws {
        size = FileReader.size(path: path) ?? 0
        guard isParquet else {
            file = try FileReader(path: path)
            parquet = Mutex(nil)
            notes = []
            return
        }
        let lines = try ParquetLines(
            path: path, fields: fields, keepsOthers: keepsOthers)
        notes = lines.skipped.map { "\(path): column \($0)" }
        file = nil
        parquet = Mutex(lines)
    }

    /// Opens a file of a corpus.
    convenience init(_ corpus: CorpusSource, fields: FieldNames?, keepsOthers: Bool) throws {
        try self.init(
            path: corpus.path, isParquet: corpus.isParquet, fields: fields,
            keepsOthers: keepsOthers)
    }

    /// The next bytes, and how many bytes of the file they stand for; blocks.
    ///
    /// - Parameters:
    ///   - count: bytes of a plain file at most.
    ///   - isCancelled: ends a wait by `CancellationError`.
    /// - Returns: A piece; nil at the end.
    /// - Throws: `Failure` or `RefineryError` for what cannot be read on; `CancellationError`.
    func read(
        _ count: Int = 256 << 10, isCancelled: () -> Bool = { false }
    ) throws -> CorpusPiece? {
        if let file {
            let bytes = try file.read(count, isCancelled: isCancelled)
            return bytes.isEmpty ? nil : CorpusPiece(bytes: bytes, fileBytes: bytes.count)
        }
        if isCancelled() { throw CancellationError() }
        return try parquet.withLock { lines in
            guard let bytes = try lines?.piece() else { return nil }
            let done = Int64((lines?.share ?? 1) * Double(size))
            let before = told.withLock { told in
                defer { told = done }
                return told
            }
            return CorpusPiece(bytes: bytes, fileBytes: Int(done - before))
        }
    }

    /// As ``read(_:isCancelled:)``, off Swift's cooperative threads.
    func next() async throws -> CorpusPiece? {
        let isCancelled = AtomicFlag()
        return try await withTaskCancellationHandler {
            try await NIOThreadPool.singleton.runIfActive { [self] in
                try read { isCancelled.isSet }
            }
        } onCancel: {
            isCancelled.set()
        }
    }
}

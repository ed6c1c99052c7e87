import Crypto
import Foundation

/// Writes a score file, which appears whole or not at all.
public final class ScoreFileWriter {
    /// A line has at most so many bytes.
    public static let longestLine = 16 << 20

    private let path: String
    private let output: any ScoreFileOutput
    private let corpus: [UInt8]
    private var order = ScoreFileOrder()
    private var hash = SHA256()
    private var json = JSONBytes()

    /// Begins the file under a temporary name; the path's ending decides the form and the compression.
    ///
    /// - Parameters:
    ///   - path: where the file will be.
    ///   - header: what comes before its rows.
    /// - Throws: ``RefineryError`` where it cannot be written.
    public init(path: String, header: ScoreFileHeader) throws {
        self.path = path
        corpus = Array(header.shard.corpus.utf8)
        output =
            switch ScoreFileForm(path: path) {
            case .lines: try ScoreFileLineOutput(path: path)
            case .parquet: try ScoreFileTableOutput(path: path, corpus: header.shard.corpus)
            }
        json.raw(try header.line())
        endLine()
        try output.write(header: json.bytes)
    }

    /// Writes the next row.
    ///
    /// - Throws: ``RefineryError`` for a row that has no place there, and where the file cannot be
    ///   written.
    public func write(_ row: ScoreFileRow) throws {
        if let problem = order.take(row) {
            throw RefineryError(
                .invalid, "cannot write \(path): \(Self.words(row)): \(problem)")
        }
        json.removeAll()
        json.row(row, corpus: corpus)
        guard json.bytes.count <= Self.longestLine,
            json.bytes.withUnsafeBytes({ TextValidation.invalidOffset($0) == nil })
        else {
            throw RefineryError(
                .invalid,
                "cannot write \(path): \(Self.words(row)): its id, domain or reason is not "
                    + "UTF-8, or has \(json.bytes.count) bytes")
        }
        endLine()
        try output.write(row, line: json.bytes)
    }

    /// Writes the trailer and puts the file at its path, over what stood there.
    ///
    /// - Returns: The trailer, the file's bytes and their SHA-256.
    /// - Throws: ``RefineryError`` where it cannot be written.
    public func finish() throws -> (ScoreFileTrailer, OutputWriter.Result) {
        guard let digest = ContentHash(hash.finalize()) else {
            throw RefineryError(.output, "a SHA-256 has not 32 bytes")
        }
        let trailer = ScoreFileTrailer(
            documents: order.documents, chunks: order.chunks, rejects: order.rejects,
            hash: digest)
        json.removeAll()
        trailer.write(to: &json)
        json.raw("\n")
        return (trailer, try output.finish(trailer: json.bytes))
    }

    /// Removes the temporary file; does nothing after `finish`.
    public func discard() { output.discard() }

    private func endLine() {
        json.raw("\n")
        json.bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
    }

    private static func words(_ row: ScoreFileRow) -> String {
        switch row {
        case .chunk(let chunk): "chunk \(chunk.ordinal) of line \(chunk.line)"
        case .reject(let reject): "the reject of line \(reject.line)"
        }
    }
}

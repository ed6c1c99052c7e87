import Crypto
import Foundation

/// What the parts of a score file add up to, in whichever form they come.
///
/// A row is spelled as its line of JSONL: the trailer has the SHA-256 of these lines in both forms.
/// Errors say what is wrong and not where.
struct ScoreFileCheck {
    /// What to do about a file that is damaged or not whole.
    static let hint = "delete it and score the shard again: a score file is whole or not there"

    private static let lineEnd: [UInt8] = [0x0A]

    /// The header; nil before it was taken.
    private(set) var header: ScoreFileHeader?
    /// The corpus that rows belong to, UTF-8.
    private(set) var corpus: [UInt8] = []
    /// The trailer; nil before it was taken.
    private(set) var trailer: ScoreFileTrailer?

    /// Bytes of the rows' lines so far.
    private(set) var bytes = 0

    private var order = ScoreFileOrder()
    private var hash = SHA256()
    private var spelling = JSONBytes()

    /// Takes the header's line, without its end.
    ///
    /// - Throws: ``RefineryError`` for what is no header, or one that this program cannot read.
    mutating func take(header line: UnsafeRawBufferPointer) throws -> ScoreFileHeader {
        let header = try ScoreFileHeader(line: line)
        self.header = header
        corpus = Array(header.shard.corpus.utf8)
        hash.update(bufferPointer: line)
        Self.lineEnd.withUnsafeBytes { hash.update(bufferPointer: $0) }
        return header
    }

    /// Takes the next row.
    ///
    /// - Parameters:
    ///   - row: the row, whose strings are UTF-8.
    ///   - line: the line that it was read from, without its end; nil where the form has none.
    /// - Throws: ``RefineryError`` for a row that has no place there, or another spelling.
    mutating func take(_ row: ScoreFileRow, line: UnsafeRawBufferPointer? = nil) throws {
        // Before it is spelled: a number that is none has no spelling.
        if let problem = order.take(row) { throw Self.wrong(problem) }
        spelling.removeAll()
        spelling.row(row, corpus: corpus)
        if let line {
            try checkSpelling(line)
        } else if spelling.bytes.count > ScoreFileWriter.longestLine {
            throw Self.tooLong
        }
        spelling.raw("\n")
        bytes += spelling.bytes.count
        spelling.bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
    }

    /// Takes the trailer, behind all rows.
    ///
    /// - Parameters:
    ///   - trailer: what it says.
    ///   - line: its line, without its end.
    /// - Throws: ``RefineryError`` for another spelling, and where it is not of what was taken.
    mutating func take(_ trailer: ScoreFileTrailer, line: UnsafeRawBufferPointer) throws {
        self.trailer = trailer
        spelling.removeAll()
        trailer.write(to: &spelling)
        try checkSpelling(line)
        let counts = (trailer.documents, trailer.chunks, trailer.rejects)
        guard counts == (order.documents, order.chunks, order.rejects) else {
            throw Self.wrong(
                "the trailer counts \(counts.0) documents, \(counts.1) chunks and \(counts.2) "
                    + "rejects, and there are \(order.documents), \(order.chunks) and "
                    + "\(order.rejects)")
        }
        guard trailer.hash == ContentHash(hash.finalize()) else {
            throw Self.wrong("the trailer's SHA-256 is not that of the bytes before it")
        }
    }

    private func checkSpelling(_ line: UnsafeRawBufferPointer) throws {
        let isSpelled = spelling.bytes.withUnsafeBytes { bytes in
            guard bytes.count == line.count, let one = bytes.baseAddress,
                let other = line.baseAddress
            else { return false }
            // SAFETY: both have so many bytes.
            return memcmp(one, other, line.count) == 0
        }
        guard isSpelled else {
            throw Self.wrong("the line is not spelled as refinery writes it")
        }
    }

    /// A line or a row has too many bytes.
    static var tooLong: RefineryError {
        wrong("the line has more than \(ScoreFileWriter.longestLine >> 20) MiB")
    }

    /// What is wrong with a file that is to be scored again.
    static func wrong(_ what: String) -> RefineryError {
        RefineryError(.input, NumberText.printable(what), hint: hint)
    }
}

import Crypto
import Foundation

/// Reads a score file from its first line to its last, in bounded memory.
///
/// Nothing of it is trusted: every line has its place, its members and one spelling, and the trailer
/// has the counts and the SHA-256 of all before. Errors name the file and the line. What rows say is
/// to be kept only once ``read(_:header:)`` has returned.
public struct ScoreFileReader: Sendable {
    /// The file.
    public let path: String
    /// What errors call it; its suffix tells the compression.
    public let name: String

    /// What a file holds beside its rows.
    public struct Frame: Sendable, Equatable {
        /// The first line.
        public var header: ScoreFileHeader
        /// The last line.
        public var trailer: ScoreFileTrailer
    }

    /// A reader of a file.
    ///
    /// - Parameters:
    ///   - path: where it is.
    ///   - name: what errors call it, and whose suffix tells the compression; nil for the path.
    public init(path: String, name: String? = nil) {
        self.path = path
        self.name = name ?? path
    }

    /// Reads the whole file; blocks.
    ///
    /// - Parameters:
    ///   - row: is shown each row with its line, from 1.
    ///   - header: is shown the first line, before any row.
    /// - Returns: The first line and the last.
    /// - Throws: ``RefineryError`` for a file that cannot be read, is damaged or is not whole, and
    ///   what `header` and `row` throw.
    @discardableResult
    public func read(
        _ row: (Int, ScoreFileRow) throws -> Void = { _, _ in },
        header: (ScoreFileHeader) throws -> Void = { _ in }
    ) throws -> Frame {
        try read(ScoreFileLines(name: name), row, header)
    }

    /// The first line, and nothing of what comes behind it.
    ///
    /// - Returns: What the file says it is of.
    /// - Throws: ``RefineryError`` for a file that cannot be read, or whose first line is no header.
    public func header() throws -> ScoreFileHeader {
        struct Enough: Error {}
        var found: ScoreFileHeader?
        do {
            try read(header: {
                found = $0
                throw Enough()
            })
        } catch is Enough {}
        guard let found else { throw RefineryError(.input, "\(name):1: the file is empty") }
        return found
    }

    private func read(
        _ lines: ScoreFileLines, _ row: (Int, ScoreFileRow) throws -> Void,
        _ header: (ScoreFileHeader) throws -> Void
    ) throws -> Frame {
        var lines = lines
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw unreadable() }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw RefineryError(.input, "cannot read \(name): it is no file")
        }
        var splitter = LineSplitter(maxLineBytes: ScoreFileWriter.longestLine)
        let inflating = try Decompressor(
            Compression(path: name), maxWindow: ZstdStream.ordinaryWindow)
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = Foundation.read(descriptor, &buffer, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw unreadable()
            }
            if count == 0 { break }
            try buffer.withUnsafeBytes { bytes in
                try naming(splitter.line) {
                    try inflating.feed(UnsafeRawBufferPointer(rebasing: bytes[..<count])) { piece in
                        lines.feed(piece.count)
                        try splitter.feed(piece) { try lines.take($0, $1, header, row) }
                    }
                }
            }
        }
        try naming(splitter.line) { try inflating.finish() }
        try splitter.finish { try lines.take($0, $1, header, row) }
        return try lines.finish()
    }

    /// What is wrong with the compressed bytes, with the line that they would have gone on with.
    private func naming(_ line: Int, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as RefineryError where error.kind == .input {
            if error.message.hasPrefix(name + ":") { throw error }
            throw RefineryError(
                .input, "\(name):\(line + 1): \(error.message)", hint: ScoreFileLines.hint)
        }
    }

    private func unreadable() -> RefineryError {
        RefineryError(.input, "cannot read \(name): \(String(cString: strerror(errno)))")
    }
}

/// The lines of a score file, one after the other, and what they add up to.
struct ScoreFileLines {
    /// What to do about a file that is damaged or not whole.
    static let hint = "delete it and score the shard again: a score file is whole or not there"

    private static let lineEnd: [UInt8] = [0x0A]

    private let name: String
    private var header: ScoreFileHeader?
    private var corpus: [UInt8] = []
    private var trailer: ScoreFileTrailer?
    private var order = ScoreFileOrder()
    private var hash = SHA256()
    private var spelling = JSONBytes()
    private var line = 0
    /// Bytes that came, and bytes of the lines so far with one LF each.
    private var fed = 0, passed = 0

    /// No line yet of the file that errors call `name`.
    init(name: String) {
        self.name = name
    }

    /// So many bytes have come.
    mutating func feed(_ count: Int) { fed += count }

    /// Takes the next line.
    mutating func take(
        _ number: Int, _ content: LineSplitter.Line, _ seeHeader: (ScoreFileHeader) throws -> Void,
        _ seeRow: (Int, ScoreFileRow) throws -> Void
    ) throws {
        line = number
        guard case .bytes(let bytes) = content else {
            throw wrong("the line has more than \(ScoreFileWriter.longestLine >> 20) MiB")
        }
        passed += bytes.count + 1
        guard trailer == nil else { throw wrong("a line stands behind the trailer") }
        if let offset = TextValidation.invalidOffset(bytes) {
            throw wrong("not UTF-8 at byte \(offset + 1) of the line")
        }
        if header == nil {
            let header = try header(bytes)
            self.header = header
            corpus = Array(header.shard.corpus.utf8)
            try seeHeader(header)
        } else if let row = try row(bytes) {
            try seeRow(number, row)
        } else {
            return
        }
        hash.update(bufferPointer: bytes)
        Self.lineEnd.withUnsafeBytes { hash.update(bufferPointer: $0) }
    }

    /// Takes the end of the file.
    mutating func finish() throws -> ScoreFileReader.Frame {
        guard let header, let trailer else {
            line += 1
            throw wrong(
                header == nil ? "the file is empty" : "the file is not whole: it has no trailer")
        }
        // CR, a byte order mark or a missing LF would be another spelling of the same lines.
        guard fed == passed else { throw wrong("not every line ends in LF and in nothing else") }
        return ScoreFileReader.Frame(header: header, trailer: trailer)
    }

    private func header(_ bytes: UnsafeRawBufferPointer) throws -> ScoreFileHeader {
        do {
            return try ScoreFileHeader(line: bytes)
        } catch let error as RefineryError {
            throw wrong(error.message, hint: error.hint)
        }
    }

    /// A row; nil for the trailer.
    private mutating func row(_ bytes: UnsafeRawBufferPointer) throws -> ScoreFileRow? {
        spelling.removeAll()
        var found: ScoreFileRow?
        do throws(JSONError) {
            var scanner = ScoreFileLine(bytes)
            if let trailer = try scanner.trailer() {
                self.trailer = trailer
                trailer.write(to: &spelling)
            } else {
                let row = try scanner.row(corpus: corpus)
                found = row
                spelling.row(row, corpus: corpus)
            }
        } catch {
            throw wrong("\(error.message) at column \(error.offset + 1)")
        }
        if let found, let problem = order.take(found) { throw wrong(problem) }
        guard isSpelled(bytes) else {
            throw wrong("the line is not spelled as refinery writes it")
        }
        if found == nil { try checkTrailer() }
        return found
    }

    /// Whether a line is what is written of its row.
    private func isSpelled(_ line: UnsafeRawBufferPointer) -> Bool {
        spelling.bytes.withUnsafeBytes { bytes in
            guard bytes.count == line.count, let one = bytes.baseAddress,
                let other = line.baseAddress
            else { return false }
            // SAFETY: both have so many bytes.
            return memcmp(one, other, line.count) == 0
        }
    }

    private func checkTrailer() throws {
        guard let trailer else { return }
        let counts = (trailer.documents, trailer.chunks, trailer.rejects)
        guard counts == (order.documents, order.chunks, order.rejects) else {
            throw wrong(
                "the trailer counts \(counts.0) documents, \(counts.1) chunks and \(counts.2) "
                    + "rejects, and there are \(order.documents), \(order.chunks) and "
                    + "\(order.rejects)")
        }
        guard trailer.hash == ContentHash(hash.finalize()) else {
            throw wrong("the trailer's SHA-256 is not that of the bytes before it")
        }
    }

    private func wrong(_ what: String, hint: String? = ScoreFileLines.hint) -> RefineryError {
        RefineryError(.input, "\(name):\(max(line, 1)): \(what)", hint: hint)
    }
}

import Foundation

/// Reads a score file from its header to its trailer, in bounded memory.
///
/// Nothing of it is trusted: every row has its place, its members and one spelling, and the trailer
/// has the counts and the SHA-256 of all before. Errors name the file, and the line or the row. What
/// rows say is to be kept only once ``read(_:header:)`` has returned.
public struct ScoreFileReader: Sendable {
    /// The file.
    public let path: String

    private let name: String

    /// What a file holds beside its rows.
    public struct Frame: Sendable, Equatable {
        /// What comes before them.
        public var header: ScoreFileHeader
        /// What comes behind them.
        public var trailer: ScoreFileTrailer
    }

    /// A reader of a file.
    ///
    /// - Parameters:
    ///   - path: where it is.
    ///   - name: what errors call it, and whose ending tells the form and the compression; nil for
    ///     the path.
    public init(path: String, name: String? = nil) {
        self.path = path
        self.name = name ?? path
    }

    /// Reads the whole file; blocks.
    ///
    /// - Parameters:
    ///   - row: is shown each row.
    ///   - header: is shown the header, before any row.
    /// - Returns: The header and the trailer.
    /// - Throws: ``RefineryError`` for a file that cannot be read, is damaged or is not whole, and
    ///   what `header` and `row` throw.
    @discardableResult
    public func read(
        _ row: (ScoreFileRow) throws -> Void = { _ in },
        header: (ScoreFileHeader) throws -> Void = { _ in }
    ) throws -> Frame {
        let descriptor = try openFile()
        defer { close(descriptor) }
        switch ScoreFileForm(path: name) {
        case .lines: return try readLines(descriptor, row, header)
        case .parquet:
            var table = try ScoreFileTable(path: path, name: name)
            return try table.read(row, header)
        }
    }

    /// The header, and nothing of what comes behind it.
    ///
    /// - Returns: What the file says it is of.
    /// - Throws: ``RefineryError`` for a file that cannot be read, or that has no header.
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

    /// Opens what has to be a file.
    private func openFile() throws -> CInt {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw unreadable() }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw RefineryError(.input, "cannot read \(name): it is no file")
        }
        return descriptor
    }

    private func readLines(
        _ descriptor: CInt, _ row: (ScoreFileRow) throws -> Void,
        _ header: (ScoreFileHeader) throws -> Void
    ) throws -> Frame {
        var lines = ScoreFileLines(name: name)
        var splitter = LineSplitter(maxLineBytes: ScoreFileWriter.longestLine)
        let inflating = try Decompressor(
            Compression(path: name), maxWindow: ZstdStream.ordinaryWindow)
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        // What a line or the caller says is no fault of the compressed bytes.
        var rowError: (any Error)?
        while true {
            let count = Foundation.read(descriptor, &buffer, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw unreadable()
            }
            if count == 0 { break }
            try buffer.withUnsafeBytes { bytes in
                do {
                    try inflating.feed(UnsafeRawBufferPointer(rebasing: bytes[..<count])) { piece in
                        lines.feed(piece.count)
                        do {
                            try splitter.feed(piece) { try lines.take($0, $1, header, row) }
                        } catch {
                            rowError = error
                            throw error
                        }
                    }
                } catch {
                    throw rowError ?? named(error, behind: splitter.line)
                }
            }
        }
        do {
            try inflating.finish()
        } catch {
            throw named(error, behind: splitter.line)
        }
        try splitter.finish { try lines.take($0, $1, header, row) }
        return try lines.finish()
    }

    /// What is wrong with the compressed bytes, with the line that they would have gone on with.
    private func named(_ error: any Error, behind line: Int) -> any Error {
        guard let error = error as? RefineryError, error.kind == .input else { return error }
        return RefineryError(
            .input, "\(name):\(line + 1): \(error.message)",
            // Without a header it may be somebody's only copy of something else.
            hint: line > 0 ? ScoreFileCheck.hint : nil)
    }

    private func unreadable() -> RefineryError {
        RefineryError(.input, "cannot read \(name): \(String(cString: strerror(errno)))")
    }
}

import Parquet

/// Reads a score file that is Parquet.
///
/// Header and trailer are lines of JSONL in the file's metadata. Each row is spelled as its line, so
/// that the trailer says whether it is the row that was written.
struct ScoreFileTable {
    /// Bytes of a page at most: a text as long as a line may be, and what stands beside it.
    private static let pageBytes = ScoreFileWriter.longestLine + (4 << 20)
    /// Bytes of the metadata at most: both lines, and 4 kB for each row group.
    private static let footerBytes = 8 << 20
    /// Bytes that the rows have as lines at most, and how many more for each byte of the file: one
    /// long text that every row points to would keep its reader busy for hours.
    private static let lineBytes = (least: 1 << 30, each: 1000)
    /// Bytes of pages that are held together: three of 1 MiB for each column, and the longest text
    /// twice.
    private static let heldBytes =
        3 * (ScoreFileColumns.all.count << 20) + 2 * ScoreFileWriter.longestLine
    /// Bytes of memory that reading takes, more or less: pages, metadata, a batch of rows.
    static let memory = heldBytes + (32 << 20)

    private let name: String
    private let headerLine: [UInt8]
    private let trailerLine: [UInt8]
    private let mostLineBytes: Int
    private var reader: ParquetReader
    private var check = ScoreFileCheck()

    /// Opens the file at `path`, which errors call `name`.
    ///
    /// - Throws: ``RefineryError`` for a file that is no Parquet file, has other columns than a score
    ///   file, or has no header or no trailer.
    init(path: String, name: String) throws {
        self.name = name
        var limits = ParquetLimits()
        limits.maxPageBytes = Self.pageBytes
        limits.maxFooterBytes = Self.footerBytes
        limits.maxHeldBytes = Self.heldBytes
        limits.batchRows = 4096
        limits.batchBytes = 1 << 20
        let file: ParquetFile
        do throws(ParquetError) {
            file = try ParquetFile(path: path, name: name, limits: limits)
            headerLine = try Self.line(ScoreFileColumns.headerKey, of: file)
            trailerLine = try Self.line(ScoreFileColumns.trailerKey, of: file)
            try Self.checkColumns(file)
            reader = try file.reader(columns: ScoreFileColumns.all.map(\.name))
        } catch {
            throw Self.error(error)
        }
        mostLineBytes = Self.lineBytes.least + Self.lineBytes.each * file.size
        guard file.hasPossibleRowCount else {
            throw Self.placed(
                ScoreFileCheck.wrong("its \(file.size) bytes cannot hold \(file.rowCount) rows"),
                name)
        }
    }

    /// Reads the whole file; blocks.
    ///
    /// - Parameters:
    ///   - seeRow: is shown each row.
    ///   - seeHeader: is shown the header, before any row.
    /// - Returns: The header and the trailer.
    /// - Throws: ``RefineryError`` for a file that is damaged or not whole, and what the two throw.
    mutating func read(
        _ seeRow: (ScoreFileRow) throws -> Void, _ seeHeader: (ScoreFileHeader) throws -> Void
    ) throws -> ScoreFileReader.Frame {
        let header = try header()
        try seeHeader(header)
        while let batch = try batch() {
            for index in 0..<batch.count {
                try seeRow(try row(batch, index))
            }
        }
        return ScoreFileReader.Frame(header: header, trailer: try trailer())
    }

    private mutating func header() throws -> ScoreFileHeader {
        do {
            return try Self.withLine(headerLine) { try check.take(header: $0) }
        } catch let error as RefineryError {
            throw Self.placed(error, "\(name): metadata \(ScoreFileColumns.headerKey)")
        }
    }

    private mutating func trailer() throws -> ScoreFileTrailer {
        do {
            return try Self.withLine(trailerLine) { line in
                var scanner = ScoreFileLine(line)
                let found: ScoreFileTrailer?
                do throws(JSONError) {
                    found = try scanner.trailer()
                } catch {
                    throw ScoreFileCheck.wrong("\(error.message) at column \(error.offset + 1)")
                }
                guard let trailer = found else {
                    throw ScoreFileCheck.wrong("the line is no trailer")
                }
                try check.take(trailer, line: line)
                return trailer
            }
        } catch let error as RefineryError {
            throw Self.placed(error, "\(name): metadata \(ScoreFileColumns.trailerKey)")
        }
    }

    private mutating func batch() throws -> ParquetBatch? {
        do throws(ParquetError) {
            return try reader.next()
        } catch {
            throw Self.error(error)
        }
    }

    private mutating func row(_ batch: ParquetBatch, _ index: Int) throws -> ScoreFileRow {
        do {
            var cells = ScoreFileCells(batch, row: index)
            let row = try cells.read(corpus: check.corpus)
            try check.take(row)
            guard check.bytes <= mostLineBytes else {
                throw ScoreFileCheck.wrong(
                    "the rows so far have \(check.bytes) bytes as lines: the file is made to take for "
                        + "ever")
            }
            return row
        } catch let error as RefineryError {
            throw Self.placed(error, "\(name): row \(batch.firstRow + index)")
        }
    }

    /// The one value that the file carries under a key.
    private static func line(
        _ key: String, of file: ParquetFile
    ) throws(ParquetError) -> [UInt8] {
        let values = file.metadata(key)
        guard values.count == 1, values[0].count <= ScoreFileWriter.longestLine else {
            throw ParquetError(
                values.isEmpty
                    ? "its metadata have no \(key): it is no score file, or not whole"
                    : "its metadata have \(key) twice, or too long",
                hint: "name a file that `refinectl score-shard` wrote",
                place: ParquetPlace(path: file.path))
        }
        return values[0]
    }

    /// Refuses a file that has not the columns of a score file and no others.
    private static func checkColumns(_ file: ParquetFile) throws(ParquetError) {
        let place = ParquetPlace(path: file.path)
        if let skipped = file.skippedColumns.first {
            throw ParquetError(
                "the column \"\(skipped.name)\" is none of a score file", place: place)
        }
        for (index, expected) in ScoreFileColumns.all.enumerated() {
            let type = expected.kind.typeName
            guard index < file.columns.count else {
                throw ParquetError("it has no column \"\(expected.name)\"", place: place)
            }
            let column = file.columns[index]
            guard column.name.utf8.elementsEqual(expected.name.utf8), column.typeName == type else {
                throw ParquetError(
                    "column \(index + 1) is \"\(column.name)\" (\(column.typeName)), expected "
                        + "\"\(expected.name)\" (\(type))", place: place)
            }
        }
        if file.columns.count > ScoreFileColumns.all.count {
            let other = file.columns[ScoreFileColumns.all.count].name
            throw ParquetError("the column \"\(other)\" is none of a score file", place: place)
        }
    }

    private static func withLine<Result>(
        _ line: [UInt8], _ body: (UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result {
        try line.withUnsafeBytes { bytes in
            if let offset = TextValidation.invalidOffset(bytes) {
                throw ScoreFileCheck.wrong("not UTF-8 at byte \(offset + 1)")
            }
            return try body(bytes)
        }
    }

    private static func placed(_ error: RefineryError, _ place: String) -> RefineryError {
        RefineryError(
            .input, NumberText.printable("\(place): \(error.message)"), hint: error.hint)
    }

    /// What is wrong with the Parquet, with its own hint where it is not that the file is damaged.
    private static func error(_ error: ParquetError) -> RefineryError {
        var wrong = ScoreFileCheck.wrong(error.message)
        if let hint = error.hint, hint != ParquetError.truncated { wrong.hint = hint }
        return wrong
    }
}

extension ParquetWriterColumn.Kind {
    /// What a reader calls the type.
    fileprivate var typeName: String {
        switch self {
        case .text: "string"
        case .integer: "int64"
        case .double: "double"
        case .boolean: "boolean"
        }
    }
}

/// Encodes one column, page by page, and holds its pages until the row group ends.
final class ColumnWriter {
    /// The pages of a row group.
    struct Chunk {
        /// The dictionary's page with its header; empty where there is none.
        var dictionary: [UInt8] = []
        /// The data pages with their headers.
        var pages: [UInt8] = []
        /// Bytes of all of it before compression.
        var uncompressedSize = 0
        /// Values, those that are null among them.
        var values = 0
        /// Whether a data page is PLAIN.
        var isPlain = false
        /// What is said of the values.
        var statistics = ColumnStatistics()
    }

    /// Rows of a page at most, as parquet-mr and Arrow have it.
    private static let pageRows = 20_000

    /// Bytes of a text at most: a page has to fit what readers take.
    private static let longestText = (1 << 30) - (1 << 16)

    /// The column.
    let spec: ParquetWriterColumn
    /// Rows of the row group.
    private(set) var rows = 0

    private let compressor: PageCompressor
    private let pageBytes: Int
    private var chunk = Chunk()
    private var page = PageBuffer()
    private var dictionary: TextDictionary?
    /// Whether texts still go to the dictionary.
    private var isDictionaryOpen = false
    /// Whether pages were written whose numbers are the dictionary's.
    private var usesDictionary = false

    init(_ spec: ParquetWriterColumn, _ compressor: PageCompressor, pageBytes: Int) {
        (self.spec, self.compressor, self.pageBytes) = (spec, compressor, max(1, pageBytes))
        openDictionary()
    }

    /// Bytes of the row group so far, before compression and about.
    var size: Int { chunk.uncompressedSize + page.rawBytes + (dictionary?.plain.count ?? 0) }

    func append(text: UnsafeRawBufferPointer) throws(ParquetError) {
        guard text.count <= Self.longestText else {
            throw ParquetError(
                "a text of \(text.count) bytes in column \"\(spec.name)\", at most "
                    + "\(Self.longestText) can be written")
        }
        if page.rawBytes > 0, page.rawBytes + text.count + 4 > pageBytes { try endPage() }
        if isDictionaryOpen, let number = dictionary?.number(of: text) {
            page.append(number: number, of: text)
            if dictionary?.isTooLarge == true { giveUpDictionary() }
        } else {
            page.append(text: text)
        }
        try endRow(isNull: false)
    }

    func append(integer: Int64) throws(ParquetError) {
        page.append(word: UInt64(bitPattern: integer))
        page.statistics.add(integer)
        try endRow(isNull: false)
    }

    func append(double: Double) throws(ParquetError) {
        page.append(word: double.bitPattern)
        page.statistics.add(double)
        try endRow(isNull: false)
    }

    func append(boolean: Bool) throws(ParquetError) {
        page.append(boolean: boolean)
        page.statistics.add(boolean ? 1 : 0 as Int64)
        try endRow(isNull: false)
    }

    func appendNull() throws(ParquetError) {
        page.statistics.nullCount += 1
        try endRow(isNull: true)
    }

    /// Ends the row group, and begins an empty one.
    func finish() throws(ParquetError) -> Chunk {
        if page.rows > 0 { try endPage() }
        if let dictionary, usesDictionary {
            chunk.uncompressedSize += try compressor.append(
                dictionary.plain, type: 2, to: &chunk.dictionary
            ) { header in
                header.structure(7) { inner in
                    inner.int32(1, dictionary.count)
                    inner.int32(2, Encoding.plain.rawValue)
                }
            }
        }
        chunk.values = rows
        defer {
            chunk = Chunk()
            rows = 0
            usesDictionary = false
            openDictionary()
        }
        return chunk
    }

    private func openDictionary() {
        isDictionaryOpen = spec.kind == .text
        dictionary = isDictionaryOpen ? TextDictionary() : nil
    }

    /// Goes on without the dictionary; what the page has of it is written out.
    private func giveUpDictionary() {
        guard let dictionary else { return }
        page.resolve(dictionary)
        isDictionaryOpen = false
        if !usesDictionary { self.dictionary = nil }
    }

    private func endRow(isNull: Bool) throws(ParquetError) {
        page.endRow(isNull: isNull)
        rows += 1
        if page.rows >= Self.pageRows || page.rawBytes >= pageBytes { try endPage() }
    }

    private func endPage() throws(ParquetError) {
        if isDictionaryOpen, page.hasNumbers, dictionary?.pays != true { giveUpDictionary() }
        let isPlain = !page.hasNumbers
        let encoding = isPlain ? Encoding.plain : .rleDictionary
        let body = page.body(
            hasLevels: spec.isOptional, largestNumber: (dictionary?.count ?? 0) - 1)
        let (rows, statistics, kind) = (page.rows, page.statistics, spec.kind)
        chunk.uncompressedSize += try compressor.append(body, type: 0, to: &chunk.pages) { header in
            header.structure(5) { inner in
                inner.int32(1, rows)
                inner.int32(2, encoding.rawValue)
                inner.int32(3, Encoding.rle.rawValue)
                inner.int32(4, Encoding.rle.rawValue)
                inner.structure(5) { statistics.write(kind, to: &$0) }
            }
        }
        chunk.isPlain = chunk.isPlain || isPlain
        usesDictionary = usesDictionary || !isPlain
        chunk.statistics.add(statistics)
        page.removeAll()
    }
}

import Foundation
import Refinery

/// The texts of a JSONL or text file one after the other, in memory bounded by the longest line.
struct TextReader {
    /// A line of the file.
    enum Record: Sendable {
        /// A text with its id.
        case text(id: [UInt8], bytes: [UInt8])
        /// A line that holds none, and why.
        case bad(line: Int, reason: String)
    }

    /// The file's name for messages.
    let name: String

    /// The field that the user named for the ids; nil for the usual one.
    private let namedID: String?
    private var seen = FieldsSeen()
    private let file: CorpusReader
    private let decompressor: Decompressor
    private let parser: DocumentParser
    private let isText: Bool
    private let pieceSize: Int
    private var splitter = LineSplitter()
    private var records: [Record] = []
    private var next = 0
    private var whole: [UInt8] = []
    private var isEnded = false

    /// Opens `path`; `-` is stdin.
    ///
    /// With `namesID` a file without the field of the ids is worth a word.
    init(path: String, fields: FieldNames, namesID: Bool = false) throws {
        namedID = namesID ? fields.id : nil
        file = try CorpusReader(
            path: path, isParquet: path.hasSuffix(".parquet"), fields: fields, keepsOthers: false)
        name = path
        let compression = Compression(path: path)
        decompressor = try Decompressor(compression, name: path)
        parser = DocumentParser(fields: fields, allowEmptyText: true, keepFields: false)
        isText = [".txt", ".txt.gz", ".txt.zst"].contains { path.hasSuffix($0) }
        // What one piece inflates to is held in memory.
        pieceSize = compression == .none ? 256 << 10 : 16 << 10
    }

    /// The next record, nil at the end.
    ///
    /// Blocks.
    ///
    /// - Throws: `Failure` or `RefineryError` for a file that cannot be read on.
    mutating func read() throws -> Record? {
        while next == records.count {
            guard !isEnded else { return nil }
            records.removeAll(keepingCapacity: true)
            next = 0
            let piece = try file.read(pieceSize)
            isEnded = piece == nil
            if let piece { try feed(piece.bytes) } else { try finish() }
        }
        defer { next += 1 }
        return records[next]
    }

    /// The warning that no line has the field that was named; asked at the end.
    var warning: String? {
        guard let namedID, seen.lines, !seen.id else { return nil }
        return NumberText.printable(
            "warning: \(name): no line has the field \(namedID) (--id-field)")
    }

    private mutating func feed(_ piece: [UInt8]) throws {
        var (splitter, records, whole) = (self.splitter, self.records, self.whole)
        var seen = self.seen
        defer { self.seen = seen }
        // Emptied, so that the copies above own their memory alone.
        self.splitter = LineSplitter()
        self.whole = []
        defer { (self.splitter, self.records, self.whole) = (splitter, records, whole) }
        let (parser, name, isText) = (parser, name, isText)
        try piece.withUnsafeBytes { bytes in
            try decompressor.feed(bytes) { plain in
                if isText {
                    guard whole.count + plain.count <= splitter.maxLineBytes else {
                        throw Failure(
                            "\(name): the text has more than \(splitter.maxLineBytes) bytes")
                    }
                    whole.append(contentsOf: plain)
                } else {
                    try splitter.feed(plain) { number, line in
                        Self.add(line, number, parser, name, &records, &seen)
                    }
                }
            }
        }
    }

    private mutating func finish() throws {
        try decompressor.finish()
        if isText {
            if whole.starts(with: [0xEF, 0xBB, 0xBF]) { whole.removeFirst(3) }
            guard String(validating: whole, as: UTF8.self) != nil else {
                return records.append(.bad(line: 1, reason: "not UTF-8"))
            }
            return records.append(.text(id: Array(name.utf8), bytes: whole))
        }
        var (splitter, records, seen) = (self.splitter, self.records, self.seen)
        try splitter.finish { number, line in Self.add(line, number, parser, name, &records, &seen)
        }
        self.records = records
        self.seen = seen
    }

    private static func add(
        _ line: LineSplitter.Line, _ number: Int, _ parser: DocumentParser, _ name: String,
        _ records: inout [Record], _ seen: inout FieldsSeen
    ) {
        switch line {
        case .tooLong(let length):
            records.append(.bad(line: number, reason: "the line has \(length) bytes"))
        case .bytes(let bytes):
            switch parser.parse(bytes, line: number, file: name, &seen) {
            case .blank: break
            case .document(let document):
                records.append(.text(id: document.id, bytes: document.text))
            case .reject(let reject):
                records.append(.bad(line: number, reason: reject.detail))
            }
        }
    }
}

/// Reads a benchmark's questions from a file, as windows of 13 words.
///
/// A line of JSONL is a question: the words of all its strings, at any depth and in order, keys
/// aside. A text file is read as one text. A file that cannot be read to its end is an error, as
/// a question that is passed over would be one that is not kept out.
public struct BenchmarkReader: Sendable {
    /// What the questions hold.
    public let windows: QuestionWindows
    /// Lines with a question; nil for a text file.
    public let questions: Int?
    /// Questions under 13 words, which match nothing.
    public let tooShort: Int

    /// Reads the file through `next`, which gives its bytes in pieces and none at the end.
    ///
    /// - Throws: ``RefineryError`` for a damaged file, a line that is no JSON, bytes that are not
    ///   UTF-8, and a file without a window or with more than ``QuestionWindows/most``; and what
    ///   `next` throws.
    public init(_ source: CorpusSource, next: () throws -> [UInt8]) throws {
        var gathering = Gathering(source)
        let decompressor = try Decompressor(source.compression, name: source.displayName)
        var splitter = LineSplitter()
        while true {
            let bytes = try next()
            guard !bytes.isEmpty else { break }
            try bytes.withUnsafeBytes { bytes in
                try decompressor.feed(bytes) { try splitter.feed($0) { try gathering.add($0, $1) } }
            }
        }
        try decompressor.finish()
        try splitter.finish { try gathering.add($0, $1) }
        (windows, questions, tooShort) = try gathering.finish()
    }

    /// What has been read so far.
    private struct Gathering {
        private let name: String
        private let isText: Bool
        private var windows: [UInt64] = []
        /// The last words of a text file.
        private var words: [UInt64] = []
        private var questions = 0
        private var tooShort = 0

        init(_ source: CorpusSource) {
            name = source.displayName
            isText = source.format == .text
        }

        mutating func add(_ number: Int, _ line: LineSplitter.Line) throws {
            let place = "\(name):\(number)"
            guard case .bytes(let bytes) = line else {
                throw RefineryError(
                    .input,
                    "\(place): the line is longer than 64 MiB", hint: "a question is a line")
            }
            if let offset = TextValidation.invalidOffset(bytes) {
                throw RefineryError(.input, "\(place): not UTF-8 at byte \(offset + 1) of the line")
            }
            if isText {
                words += WordHashes.of(Array(bytes))
                take(words)
                words = Array(words.suffix(QuestionWindows.width - 1))
            } else if !TextValidation.isBlank(bytes) {
                let words = try Self.words(bytes, place)
                questions += 1
                if words.count < QuestionWindows.width { tooShort += 1 }
                take(words)
            }
            if windows.count >= 2 * QuestionWindows.most { try settle() }
        }

        private static func words(
            _ bytes: UnsafeRawBufferPointer, _ place: String
        ) throws -> [UInt64] {
            var scanner = JSONScanner(bytes)
            var words: [UInt64] = []
            do throws(JSONError) {
                scanner.skipSpace()
                let value = try scanner.value()
                scanner.skipSpace()
                guard scanner.next == nil else { throw scanner.expected("the end of the line") }
                try scanner.strings(in: value.range) { words += WordHashes.of($0) }
            } catch {
                throw RefineryError(
                    .input,
                    "\(place): \(error.message) at column \(error.offset + 1)",
                    hint: "a line of a benchmark is a JSON value; plain text is read from .txt")
            }
            return words
        }

        private mutating func take(_ words: [UInt64]) {
            windows += WordHashes.windows(words, width: QuestionWindows.width)
        }

        private mutating func settle() throws {
            windows = WordHashes.distinct(windows)
            guard windows.count <= QuestionWindows.most else {
                throw RefineryError(
                    .input,
                    "\(name) has more than \(QuestionWindows.most) runs of 13 words",
                    hint: "a benchmark is meant, not a corpus; split it if it is one")
            }
        }

        mutating func finish() throws -> (QuestionWindows, questions: Int?, tooShort: Int) {
            try settle()
            guard !windows.isEmpty else {
                throw RefineryError(
                    .input,
                    "\(name) has no run of 13 words, so nothing could match it",
                    hint: "each line of JSONL is a question, a .txt file is one text")
            }
            return (QuestionWindows(windows), isText ? nil : questions, tooShort)
        }
    }
}

extension JSONScanner {
    /// Hands over the strings of a value that has been passed, at any depth and in order; keys are
    /// left out.
    mutating func strings(
        in value: Range<Int>, _ body: ([UInt8]) -> Void
    ) throws(JSONError) {
        at = value.lowerBound
        while at < value.upperBound {
            guard bytes[at] == UInt8(ascii: "\"") else {
                at += 1
                continue
            }
            let start = at
            _ = try string()
            let content = start + 1..<at - 1
            skipSpace()
            if next != UInt8(ascii: ":") || at >= value.upperBound { body(unescaped(content)) }
        }
    }
}

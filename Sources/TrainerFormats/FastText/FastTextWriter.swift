import Foundation

/// Writes lines of `__label__keep TEXT` and `__label__drop TEXT`, as `fasttext supervised` reads
/// them.
///
/// fastText reads a text as a line of words between white space, so each run of white space in a
/// text becomes a space. Two kinds of words mean something to it, and lose a byte: the first
/// underscore of a word that begins with `__label__`, and the last byte of `</s>`, which would end
/// the line. Source: `Dictionary::readWord` and `Dictionary::getLine` in `src/dictionary.cc` of
/// facebookresearch/fastText.
///
/// fastText learns line after line, so the lines of the two labels are spread among each other: of
/// each in its order, and in equal parts wherever the file is looked at. Until then they are kept
/// in files without a name.
public final class FastTextWriter {
    /// What was written.
    public struct Output: Sendable, Equatable {
        /// The file.
        public var file: WrittenFile
        /// Lines by label.
        public var lines: [FastTextLabel: Int64]
    }

    private let output: OutputFiles
    private let file: NewFile
    private var spools: [FastTextLabel: Spool] = [:]
    private var lines: [FastTextLabel: Int64] = [:]

    /// Begins the file at `path`.
    ///
    /// - Throws: ``TrainerFormatError`` where nothing can be written.
    public init(path: String) throws {
        output = OutputFiles(beside: path)
        file = try output.add(FilePath.name(of: path))
        for label in FastTextLabel.allCases {
            spools[label] = Spool(folder: output.workFolder, inMemory: 1 << 22)
            lines[label] = 0
        }
    }

    /// Adds a text, which is valid UTF-8.
    ///
    /// - Throws: ``TrainerFormatError`` where a temporary file cannot be written.
    public func write(_ text: [UInt8], label: FastTextLabel) throws {
        try spools[label]?.append { Self.appendLine(of: text, label, to: &$0) }
        lines[label, default: 0] += 1
    }

    /// Writes the lines, and gives the file its name.
    ///
    /// - Throws: ``TrainerFormatError`` where that is not possible; then nothing is left.
    public func finish() throws -> Output {
        var readers = FastTextLabel.allCases.map { label in
            LineReader(spool: spools[label] ?? Spool(folder: ""), left: lines[label] ?? 0)
        }
        let totals = readers.map(\.left)
        while let next = readers.indices.filter({ readers[$0].left > 0 }).max(by: {
            // The one of which the larger part is left; of two alike the first.
            let (first, second) = (readers[$0].left, readers[$1].left)
            let (left, right) = (
                first.multipliedFullWidth(by: totals[$1]),
                second.multipliedFullWidth(by: totals[$0])
            )
            return (left.high, left.low, $1) < (right.high, right.low, $0)
        }) {
            try readers[next].copyLine(to: file)
        }
        let written = try file.close()
        try output.keep()
        return Output(file: written, lines: lines)
    }

    /// Removes what was written so far; does nothing after ``finish()``.
    public func discard() { output.discard() }

    /// The lines of a spool, one after another.
    private struct LineReader {
        let spool: Spool
        /// Lines that were not copied yet.
        var left: Int64
        var offset = 0
        var buffer: ArraySlice<UInt8> = []

        mutating func copyLine(to file: NewFile) throws {
            left -= 1
            while true {
                if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                    try file.write(buffer[...end])
                    buffer = buffer[(end + 1)...]
                    return
                }
                try file.write(buffer)
                let piece = try spool.read(at: offset, atMost: 1 << 18)
                guard !piece.isEmpty else { return }
                offset += piece.count
                buffer = piece[...]
            }
        }
    }

    /// Appends the line of a text.
    static func appendLine(of text: [UInt8], _ label: FastTextLabel, to line: inout [UInt8]) {
        line.append(contentsOf: "__label__\(label.rawValue)".utf8)
        var word = text.startIndex
        while word < text.endIndex {
            guard !isSpace(text[word]) else {
                word += 1
                continue
            }
            let end = text[word...].firstIndex(where: isSpace) ?? text.endIndex
            let bytes = text[word..<end]
            line.append(UInt8(ascii: " "))
            if bytes.starts(with: "__label__".utf8) {
                line.append(contentsOf: bytes.dropFirst())
            } else if bytes.elementsEqual("</s>".utf8) {
                line.append(contentsOf: bytes.dropLast())
            } else {
                line.append(contentsOf: bytes)
            }
            word = end
        }
        line.append(UInt8(ascii: "\n"))
    }

    /// What `Dictionary::readWord` takes for the end of a word.
    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte) || byte == 0
    }
}

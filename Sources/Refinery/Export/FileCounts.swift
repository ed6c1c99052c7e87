import Foundation
import Parquet
import TrainerFormats

/// What the files of an output say of themselves.
struct FileCounts {
    /// Rows; nil where a format does not keep rows apart.
    var rows: Int64?
    /// Token ids.
    var tokens: Int64?
    /// Sequences.
    var sequences: Int64?
    /// Texts.
    var texts: Int64?
    /// Lines that are to be kept.
    var kept: Int64?
    /// Lines that are to be dropped.
    var dropped: Int64?

    /// Counts what is in the files of an output, which are whole.
    ///
    /// - Throws: an error that names the file which is not of its format.
    init(_ format: ExportFormat, files: [String], compression: String) throws {
        switch format {
        case .jsonl:
            guard let compression = Compression(rawValue: compression) else {
                throw RefineryError(.input, "the compression \(compression) is not known")
            }
            rows = 0
            for file in files {
                try Self.forEachPiece(of: file, compression) { piece in
                    rows? += piece.reduce(into: 0) { if $1 == 0x0A { $0 += 1 } }
                }
            }
        case .parquet:
            rows = 0
            for file in files { rows? += Int64(try ParquetFile(path: file).rowCount) }
        case .fasttext: try countLabels(files)
        case .nanogpt:
            tokens = try files.reduce(0) { try $0 + FileDigest.size(path: $1) / 2 }
        case .megatron: try countPairs(files)
        case .nanoset: try countIndices(files)
        case .mds:
            let (shards, index) = (files.filter { !$0.hasSuffix("/index.json") }, "index.json")
            guard let path = files.first(where: { $0.hasSuffix("/" + index) }) else {
                throw RefineryError(.input, "there is no \(index)")
            }
            let found = try MDSIndex(path: path)
            guard found.shards == shards.map(FilePath.name) else {
                throw RefineryError(.input, "\(path) names other shards than there are")
            }
            rows = found.samples
        }
    }

    /// What differs from the manifest's counts, for people.
    func differences(from output: Manifest.Output) -> [String] {
        let counts = output.counts
        let pairs: [(String, Int64?, Int64?)] = [
            ("rows", rows, Int64(output.rows)), ("tokens", tokens, counts?.tokens),
            ("sequences", sequences, counts?.sequences), ("texts", texts, counts?.texts),
            ("kept lines", kept, counts?.kept), ("dropped lines", dropped, counts?.dropped),
        ]
        return pairs.compactMap { name, found, expected in
            guard let found, let expected, found != expected else { return nil }
            return "its files hold \(found) \(name), \(expected) are expected"
        }
    }

    private mutating func countPairs(_ files: [String]) throws {
        (tokens, sequences, texts) = (0, 0, 0)
        let indices = files.filter { $0.hasSuffix(".idx") }
        try Self.require(indices, ".idx")
        for file in indices {
            let index = try MegatronIndex(path: file)
            let data = String(file.dropLast(4)) + ".bin"
            let size = try FileDigest.size(path: data)
            guard index.tokens == size / Int64(index.type.size),
                size % Int64(index.type.size) == 0
            else {
                throw RefineryError(
                    .input, "\(data) has \(size) bytes, and its index names \(index.tokens) tokens")
            }
            tokens? += index.tokens
            sequences? += index.sequences
            texts? += index.texts
        }
    }

    private mutating func countIndices(_ files: [String]) throws {
        (tokens, texts) = (0, 0)
        let data = files.filter { $0.hasSuffix(".ds") }
        try Self.require(data, ".ds")
        for file in data {
            let index = try NanosetIndex(data: file)
            let size = try FileDigest.size(path: file)
            guard index.tokens == size / index.tokenBytes, size % index.tokenBytes == 0 else {
                throw RefineryError(
                    .input, "\(file) has \(size) bytes, and its index names \(index.tokens) tokens")
            }
            tokens? += index.tokens
            texts? += index.texts
        }
    }

    /// Refuses an output of which no file has the ending that each must have.
    private static func require(_ found: [String], _ ending: String) throws {
        guard found.isEmpty else { return }
        throw RefineryError(.input, "none of its files ends in \(ending)")
    }

    private mutating func countLabels(_ files: [String]) throws {
        let labels = ["keep", "drop"].map { Array("__label__\($0)".utf8) }
        var counts: [Int64] = [0, 0]
        var others = 0
        for file in files {
            var splitter = LineSplitter(maxLineBytes: 1 << 30)
            let count: (Int, LineSplitter.Line) -> Void = { _, line in
                guard case .bytes(let bytes) = line,
                    let label = labels.firstIndex(where: {
                        bytes.prefix { $0 != UInt8(ascii: " ") }.elementsEqual($0)
                    })
                else { return others += 1 }
                counts[label] += 1
            }
            try Self.forEachPiece(of: file, .none) { try splitter.feed($0, count) }
            try splitter.finish(count)
        }
        (kept, dropped, rows) = (counts[0], counts[1], counts[0] + counts[1])
        guard others == 0 else {
            throw RefineryError(.input, "some lines have another label than keep and drop")
        }
    }

    private static func forEachPiece(
        of path: String, _ compression: Compression,
        _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let decompressor = try Decompressor(compression, name: path)
        try FileDigest.forEachPiece(of: path) { piece in
            try decompressor.feed(piece) { try body($0) }
        }
        try decompressor.finish()
    }
}

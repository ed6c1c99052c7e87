import CZstd
import Foundation

/// Writes a folder of MDS shards with its `index.json`, as mosaicml-streaming's `StreamingDataset`
/// reads it.
///
/// A shard is: how many samples it has (uint32), where each begins and the last ends (uint32,
/// counted from the file's start), the shard's description as JSON, and the samples. A sample is
/// the lengths of its values of variable length (uint32), then all values, columns by name. Source:
/// `MDSWriter` in `streaming/base/format/mds/writer.py`, `encodings.py` beside it, and `Writer` in
/// `streaming/base/format/base/writer.py` of mosaicml/streaming.
///
/// One shard is held in memory. Its SHA-256 is in `index.json`, which the reader checks with
/// `validate_hash="sha256"`.
public final class MDSWriter {
    /// What was written.
    public struct Output: Sendable, Equatable {
        /// The shards, and `index.json` behind them.
        public var files: [WrittenFile]
        /// Rows in all shards.
        public var samples: Int64
    }

    /// Bytes of a shard that mosaicml-streaming itself has by default, 64 MiB.
    public static let usualShardBytes: Int64 = 1 << 26
    /// Bytes of a shard at most: places in it have 4 bytes, and a shard is held in memory.
    public static let largestShardBytes: Int64 = 1 << 30

    private let output: OutputFiles
    private let columns: [MDSColumn]
    /// Places of the columns, ordered by name, in a row as it is given.
    private let order: [Int]
    private let isCompressed: Bool
    private let shardBytes: Int
    private let description: [UInt8]
    private var samples: [UInt8] = []
    private var ends: [Int] = []
    private var entries: [String] = []
    private var files: [WrittenFile] = []
    private var total: Int64 = 0
    private var isFinished = false

    /// Begins the folder.
    ///
    /// - Parameters:
    ///   - folder: not there yet, or empty.
    ///   - columns: of any order, each name once.
    ///   - isCompressed: whether shards are compressed with zstd.
    ///   - shardBytes: bytes of a shard before compression, at most ``largestShardBytes``; a longer
    ///     row has a shard for itself.
    /// - Throws: ``TrainerFormatError`` where nothing can be written there.
    public init(
        folder: String, columns: [MDSColumn], isCompressed: Bool = false,
        shardBytes: Int64 = usualShardBytes
    ) throws {
        precondition(Set(columns.map(\.name)).count == columns.count, "two columns of one name")
        guard (1...Self.largestShardBytes).contains(shardBytes) else {
            throw TrainerFormatError(
                "a shard of mds may have up to \(Self.largestShardBytes) bytes, not \(shardBytes)")
        }
        self.columns = columns
        self.isCompressed = isCompressed
        self.shardBytes = Int(shardBytes)
        order = columns.indices.sorted { columns[$0].name < columns[$1].name }
        let sorted = order.map { columns[$0] }
        description = Array(
            ("{" + Self.settings(sorted, isCompressed, Int(shardBytes)) + "}").utf8)
        output = try OutputFiles(folder: folder)
    }

    /// Writes a row.
    ///
    /// - Parameter values: a value for each column, in the order in which the columns were given.
    /// - Throws: ``TrainerFormatError`` for a row too long for the format, and where a shard cannot
    ///   be written.
    public func write(_ values: [MDSValue]) throws {
        precondition(values.count == columns.count, "a value for each column")
        var bytes = 0
        for (column, value) in zip(columns, values) {
            precondition(value.fits(column.encoding), "the type of column \(column.name)")
            bytes += 8
            if case .text(let text) = value { bytes += text.count }
        }
        guard bytes <= Self.largestShardBytes else {
            throw TrainerFormatError("a row of \(bytes) bytes is too long for mds")
        }
        let size = values.reduce(0) { sum, value in
            if case .text(let text) = value { sum + 4 + text.count } else { sum + 8 }
        }
        if !ends.isEmpty, header(samples: ends.count + 1) + samples.count + size > shardBytes {
            try endShard()
        }
        for column in order {
            if case .text(let text) = values[column] {
                samples.appendLittleEndian(UInt32(text.count))
            }
        }
        for column in order {
            switch values[column] {
            case .text(let text): samples.append(contentsOf: text)
            case .integer(let number): samples.appendLittleEndian(number)
            case .double(let number): samples.appendLittleEndian(number.bitPattern)
            }
        }
        ends.append(samples.count)
        total += 1
    }

    /// Writes `index.json`, and gives the folder its name.
    ///
    /// - Throws: ``TrainerFormatError`` where that is not possible; then nothing is left.
    public func finish() throws -> Output {
        guard !isFinished else { throw TrainerFormatError("the output is finished") }
        isFinished = true
        if !ends.isEmpty { try endShard() }
        let index = try output.add("index.json")
        try index.write("{\"shards\": [\(entries.joined(separator: ", "))], \"version\": 2}".utf8)
        files.append(try index.close())
        try output.keep()
        return Output(files: files, samples: total)
    }

    /// Removes what was written so far; does nothing after ``finish()``.
    public func discard() { output.discard() }

    /// Bytes in front of the samples.
    private func header(samples: Int) -> Int { 4 + 4 * (samples + 1) + description.count }

    private func endShard() throws {
        var head: [UInt8] = []
        let start = header(samples: ends.count)
        head.reserveCapacity(start)
        head.appendLittleEndian(UInt32(ends.count))
        for end in [0] + ends { head.appendLittleEndian(UInt32(start + end)) }
        head.append(contentsOf: description)
        let name = "shard.\(FilePath.shard(entries.count)).mds"
        let raw = WrittenFile(
            name: name, bytes: Int64(head.count + samples.count),
            sha256: SHA256Text.of(head, samples))
        var zipped: WrittenFile?
        if isCompressed {
            let file = try output.add(name + ".zstd")
            try file.write(try Self.compressed(head + samples))
            let written = try file.close()
            files.append(written)
            zipped = written
        } else {
            let file = try output.add(name)
            try file.write(head)
            try file.write(samples)
            files.append(try file.close())
        }
        let sorted = order.map { columns[$0] }
        entries.append(
            "{"
                + Self.settings(sorted, isCompressed, shardBytes)
                .replacing(
                    "\"size_limit\"",
                    with: "\"raw_data\": \(Self.entry(raw)), "
                        + "\"samples\": \(ends.count), \"size_limit\"")
                + ", \"zip_data\": \(zipped.map(Self.entry) ?? "null")}")
        samples.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    /// What `index.json` says of a file.
    private static func entry(_ file: WrittenFile) -> String {
        "{\"basename\": \"\(file.name)\", \"bytes\": \(file.bytes), "
            + "\"hashes\": {\"sha256\": \"\(file.sha256)\"}}"
    }

    /// The members that a shard and `index.json` have in common, by name.
    private static func settings(
        _ columns: [MDSColumn], _ isCompressed: Bool, _ shardBytes: Int
    ) -> String {
        func list(_ values: [String]) -> String { "[" + values.joined(separator: ", ") + "]" }
        let encodings = columns.map { "\"\($0.encoding.rawValue)\"" }
        let names = columns.map { "\"\($0.name)\"" }
        let sizes = columns.map { $0.encoding.size.map(String.init) ?? "null" }
        return "\"column_encodings\": \(list(encodings)), \"column_names\": \(list(names)), "
            + "\"column_sizes\": \(list(sizes)), "
            + "\"compression\": \(isCompressed ? "\"zstd\"" : "null"), \"format\": \"mds\", "
            + "\"hashes\": [\"sha256\"], \"size_limit\": \(shardBytes), \"version\": 2"
    }

    private static func compressed(_ bytes: [UInt8]) throws -> [UInt8] {
        let limit = ZSTD_compressBound(bytes.count)
        return try [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            // SAFETY: zstd reads `bytes.count` bytes and writes at most `limit`.
            let size = ZSTD_compress(buffer.baseAddress, limit, bytes, bytes.count, 3)
            guard ZSTD_isError(size) == 0 else {
                throw TrainerFormatError("zstd failed: \(String(cString: ZSTD_getErrorName(size)))")
            }
            count = size
        }
    }
}

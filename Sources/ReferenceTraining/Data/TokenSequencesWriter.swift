import Foundation

/// Writes a file of token sequences, one sequence after the other.
///
/// The file is there under its name when ``finish()`` returns, whole and on the disk.
public struct TokenSequencesWriter: ~Copyable {
    private let path: String
    private let vocabulary: Int
    private var file: DurableFile
    private var pending: [UInt32] = []
    private var ends: [UInt64] = []
    private var tokens = 0

    /// Begins a file at `path` with ids below `vocabulary`.
    ///
    /// - Throws: ``TrainingError`` where it cannot be made.
    public init(path: String, vocabulary: Int) throws(TrainingError) {
        guard (1...Int(Int32.max)).contains(vocabulary) else {
            throw TrainingError("a vocabulary of \(vocabulary) ids cannot be written")
        }
        var file = try DurableFile(path: path)
        try file.append([UInt8](repeating: 0, count: TokenSequencesFormat.headerBytes))
        file.restartDigest()
        self.file = file
        self.path = path
        self.vocabulary = vocabulary
    }

    /// Puts a sequence behind the others.
    ///
    /// - Parameter ids: at least two, each below the vocabulary's size; the first is context only.
    /// - Throws: ``TrainingError`` for ids that are no sequence, or where the disk takes no more.
    public mutating func append(_ ids: some Collection<Int32>) throws(TrainingError) {
        guard ids.count >= 2 else {
            throw TrainingError(
                "sequence \(ends.count) of \(path) has \(ids.count) ids; it needs two or more")
        }
        for id in ids {
            guard id >= 0, Int(id) < vocabulary else {
                throw TrainingError(
                    "sequence \(ends.count) of \(path) has the id \(id), but the vocabulary has "
                        + "\(vocabulary)")
            }
            pending.append(UInt32(id).littleEndian)
        }
        tokens += ids.count
        ends.append(UInt64(tokens).littleEndian)
        if pending.count >= 1 << 16 { try flush() }
    }

    private mutating func flush() throws(TrainingError) {
        try file.append(pending)
        pending.removeAll(keepingCapacity: true)
    }

    /// Writes what is left and gives the file its name.
    ///
    /// - Throws: ``TrainingError`` where the disk takes no more; no file is then left behind.
    public consuming func finish() throws(TrainingError) {
        try flush()
        try file.append([UInt8](repeating: 0, count: TokenSequencesFormat.padding(tokens: tokens)))
        try file.append(ends)
        var header = TokenSequencesFormat.magic
        for value in [vocabulary, ends.count, tokens] {
            withUnsafeBytes(of: UInt64(value).littleEndian) { header.append(contentsOf: $0) }
        }
        // The digest takes the header last, when its counts are known.
        let digest = file.digest(with: header)
        try file.overwrite(header + digest, at: 0)
        try file.commit()
    }
}

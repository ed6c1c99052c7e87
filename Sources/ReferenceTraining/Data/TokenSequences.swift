import Crypto
import Foundation

/// Sequences of token ids in a memory-mapped file: what a reference is trained on or tested with.
///
/// Immutable; checked once, when it is opened.
public final class TokenSequences: Sendable {
    /// Path as the caller named it.
    public let path: String
    /// Ids are below it.
    public let vocabulary: Int
    /// Sequences.
    public let count: Int
    /// Ids of all sequences.
    public let tokenCount: Int
    /// SHA-256 of the content, in hexadecimal.
    public let digest: String

    /// Ids of the longest sequence.
    public let longest: Int

    /// Tokens that are predicted: all but each sequence's first.
    public var predictedCount: Int { tokenCount - count }

    private let file: MappedBytes

    /// Opens the file at `path` and checks all of it: its checksum, every length and every id.
    ///
    /// - Throws: ``TrainingError`` naming what is wrong with it.
    public init(path: String) throws(TrainingError) {
        self.path = path
        file = try MappedBytes(path: path)
        let bytes = file.bytes, header = TokenSequencesFormat.headerBytes
        guard bytes.count >= header, bytes.starts(with: TokenSequencesFormat.magic) else {
            throw TrainingError("\(path) is no file of token sequences: RFNTOKS1 does not begin it")
        }
        func field(_ offset: Int) -> UInt64 {
            UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        let (vocabulary, count, tokens) = (field(8), field(16), field(24))
        let most = UInt64(bytes.count)
        guard vocabulary <= UInt64(Int32.max), count <= most, tokens <= most,
            bytes.count == header + 4 * Int(tokens)
                + TokenSequencesFormat.padding(tokens: Int(tokens)) + 8 * Int(count)
        else {
            throw TrainingError(
                "\(path): \(count) sequences of \(tokens) ids do not make \(bytes.count) bytes",
                hint: "the file looks truncated; write it again")
        }
        self.vocabulary = Int(vocabulary)
        self.count = Int(count)
        tokenCount = Int(tokens)
        var hash = SHA256()
        hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes[header...]))
        hash.update(
            bufferPointer: UnsafeRawBufferPointer(
                rebasing: bytes[..<TokenSequencesFormat.summedHeaderBytes]))
        let found = Array(hash.finalize())
        guard found.elementsEqual(bytes[TokenSequencesFormat.summedHeaderBytes..<header]) else {
            throw TrainingError(
                "\(path): its checksum is of other bytes",
                hint: "the file is damaged; write it again")
        }
        digest = found.map { String(format: "%02x", $0) }.joined()
        longest = try Self.longest(file, path: path, count: Int(count), tokens: Int(tokens))
        try checkIDs()
    }

    /// Checks where sequences end and returns how many ids the longest has.
    private static func longest(
        _ file: MappedBytes, path: String, count: Int, tokens: Int
    ) throws(TrainingError) -> Int {
        let base = file.bytes.count - 8 * count
        var longest = 0, before = 0
        for index in 0..<count {
            let raw = UInt64(
                littleEndian: file.bytes.loadUnaligned(
                    fromByteOffset: base + 8 * index, as: UInt64.self))
            guard raw <= UInt64(tokens), Int(raw) - before >= 2 else {
                throw TrainingError(
                    "\(path): sequence \(index) begins at id \(before) and ends at \(raw) of "
                        + "\(tokens); a sequence has at least two ids")
            }
            longest = max(longest, Int(raw) - before)
            before = Int(raw)
        }
        guard before == tokens else {
            throw TrainingError("\(path): the sequences have \(before) ids, the file \(tokens)")
        }
        return longest
    }

    private func checkIDs() throws(TrainingError) {
        guard let bad = ids.firstIndex(where: { $0 >= UInt32(vocabulary) }) else { return }
        throw TrainingError(
            "\(path): id \(bad) is \(ids[bad]), but the vocabulary has \(vocabulary)")
    }

    /// Every id, valid while `self` lives.
    private var ids: UnsafeBufferPointer<UInt32> {
        // SAFETY: init checked that as many ids lie behind the header, whose length keeps them
        // aligned; the mapping is read-only and lives as long as `self`.
        let start = file.bytes.baseAddress.map {
            ($0 + TokenSequencesFormat.headerBytes).assumingMemoryBound(to: UInt32.self)
        }
        return UnsafeBufferPointer(start: start, count: tokenCount)
    }

    private func end(_ index: Int) -> Int {
        Int(
            file.bytes.loadUnaligned(
                fromByteOffset: file.bytes.count - 8 * (count - index), as: UInt64.self))
    }

    /// Places of sequence `index` among all ids.
    private func range(_ index: Int) -> Range<Int> {
        (index == 0 ? 0 : end(index - 1))..<end(index)
    }

    /// Ids of sequence `index`, how many.
    public func length(_ index: Int) -> Int { range(index).count }

    /// The ids of sequence `index`.
    ///
    /// - Parameters:
    ///   - index: from 0 to ``count``.
    ///   - body: is given the ids, which are valid until it returns.
    /// - Returns: what `body` returned.
    public func withSequence<R>(
        _ index: Int, _ body: (UnsafeBufferPointer<UInt32>) throws -> R
    ) rethrows -> R {
        try withExtendedLifetime(self) {
            try body(UnsafeBufferPointer(rebasing: ids[range(index)]))
        }
    }
}

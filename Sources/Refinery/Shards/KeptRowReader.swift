import Crypto
import Foundation

/// Reads the kept rows of a shard, in pieces; what the cuts say of the file is checked.
final class KeptRowReader {
    /// Rows that are read at once.
    private static let page = 1 << 13

    private let path: String
    private let shard: ShardCuts.Shard
    private let file: FileHandle
    private var hash = SHA256()
    private var bytes: [UInt8] = []
    private var at = 0
    private var count = 0
    private var last: UInt32?

    /// Opens the file of a shard.
    ///
    /// - Throws: ``RefineryError`` where it cannot be read or has another size.
    init(path: String, shard: ShardCuts.Shard) throws {
        self.path = path
        self.shard = shard
        var status = stat()
        guard let file = FileHandle(forReadingAtPath: path),
            fstat(file.fileDescriptor, &status) == 0
        else {
            throw RefineryError(
                .input, "cannot read \(path): \(String(cString: strerror(errno)))")
        }
        self.file = file
        guard Int(status.st_size) == shard.kept * KeptRow.width else {
            throw damaged(
                "it has \(status.st_size) bytes, \(shard.kept * KeptRow.width) are expected")
        }
    }

    /// The next row; nil behind the last.
    ///
    /// - Throws: ``RefineryError`` where the file is not that of the cuts.
    func next() throws -> KeptRow? {
        if at == bytes.count {
            bytes = Array(try file.read(upToCount: Self.page * KeptRow.width) ?? Data())
            at = 0
            hash.update(data: bytes)
        }
        guard at < bytes.count else {
            guard count == shard.kept, Hex.string(hash.finalize()) == shard.rowsSHA256 else {
                throw damaged("its SHA-256 is not that of the cuts")
            }
            return nil
        }
        guard bytes.count - at >= KeptRow.width else { throw damaged("it ends in a broken row") }
        let row = bytes[at..<at + KeptRow.width].withUnsafeBytes { KeptRow($0) }
        guard last.map({ $0 < row.row }) ?? true, Int(row.row) < shard.chunks,
            [row.score, row.teacherNLL, row.referenceNLL].allSatisfy(\.isFinite)
        else { throw damaged("row \(count + 1) is impossible") }
        last = row.row
        at += KeptRow.width
        count += 1
        return row
    }

    private func damaged(_ why: String) -> RefineryError {
        RefineryError(
            .input, "\(path) is damaged: \(why)", hint: "delete the cuts and select again")
    }
}

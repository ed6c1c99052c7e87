import Crypto
import Foundation

/// A chunk's text and where it stands: sorted, the places of one text follow each other.
struct TextPlace: RankedRecord {
    /// The first half of the text's SHA-256.
    var text: (UInt64, UInt64)
    /// Where it stands.
    var place: ShardPlace
    /// Its document's number in the shard.
    var document: UInt32
    /// The teacher's outcome.
    var teacher: ShardRow.Outcome
    /// The reference's outcome.
    var reference: ShardRow.Outcome
    /// Differs where the sums do.
    var digest: UInt64

    static func ranksBefore(_ a: TextPlace, _ b: TextPlace) -> Bool {
        if a.text.0 != b.text.0 { return a.text.0 < b.text.0 }
        if a.text.1 != b.text.1 { return a.text.1 < b.text.1 }
        return a.place < b.place
    }
}

/// A document's corpus and id, and where it stands.
struct DocumentName: RankedRecord {
    /// Half of the SHA-256 of corpus and id.
    var name: (UInt64, UInt64)
    /// Where it stands.
    var place: ShardPlace

    /// The name of a document.
    init(corpus: [UInt8], id: [UInt8], place: ShardPlace) {
        var hash = SHA256()
        withUnsafeBytes(of: UInt64(corpus.count).littleEndian) { hash.update(bufferPointer: $0) }
        hash.update(data: corpus)
        hash.update(data: id)
        name = hash.finalize().withUnsafeBytes { bytes in
            (
                bytes.loadUnaligned(as: UInt64.self),
                bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
            )
        }
        self.place = place
    }

    static func ranksBefore(_ a: DocumentName, _ b: DocumentName) -> Bool {
        if a.name.0 != b.name.0 { return a.name.0 < b.name.0 }
        if a.name.1 != b.name.1 { return a.name.1 < b.name.1 }
        return a.place < b.place
    }
}

/// What a row has in common with others of its text, sorted by place.
struct TextLink: RankedRecord {
    /// The row.
    var place: ShardPlace
    /// The first row of the text.
    var original: ShardPlace
    /// The row whose sums by the teacher stand for the text.
    var teacher: ShardPlace
    /// The row whose sums by the reference stand for the text.
    var reference: ShardPlace

    static func ranksBefore(_ a: TextLink, _ b: TextLink) -> Bool { a.place < b.place }
}

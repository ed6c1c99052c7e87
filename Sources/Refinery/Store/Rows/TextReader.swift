import Foundation
import GRDB

/// Reads documents' texts within one transaction; the last one stays inflated, so that the
/// chunks of a document in a row cost one inflation.
struct TextReader {
    private let db: Database
    private let inflater: Inflater
    private var document: Int64?
    private var text: [UInt8] = []

    /// A reader that has read nothing.
    init(_ snapshot: Snapshot) throws {
        db = snapshot.db
        inflater = try Inflater()
    }

    /// The whole text of a document.
    mutating func text(of document: Int64) throws -> [UInt8] {
        if document == self.document { return text }
        let statement = try db.cachedStatement(
            sql: """
                SELECT d.bytes, t.deflated FROM document d JOIN document_text t ON t.document = d.id
                WHERE d.id = ?
                """)
        guard let row = try Row.fetchOne(statement, arguments: [document]) else {
            throw RefineryError(.unusable, "document \(document) has no text in the store")
        }
        let deflated: Data = row[1]
        let count: Int = row[0]
        text = try deflated.withUnsafeBytes { try inflater.inflate($0, count: count) }
        self.document = document
        return text
    }

    /// Some bytes of a document's text.
    mutating func text(of document: Int64, _ range: Range<Int>) throws -> [UInt8] {
        let whole = try text(of: document)
        guard range.upperBound <= whole.count else {
            throw RefineryError(.unusable, "a chunk of document \(document) lies beyond its text")
        }
        return range.count == whole.count ? whole : Array(whole[range])
    }
}

import Crypto
import Dispatch
import Foundation
import Synchronization

/// A document, hashed and, where it looks new, deflated: what need not wait for the writer.
struct PreparedDocument {
    /// The document.
    let document: ImportedDocument
    /// Its id.
    let key: Data
    /// SHA-256 of its text.
    let sha256: Data
    /// Its text deflated; nil where the same text stood under that id a moment ago.
    let deflated: Data?

    /// Hashes and deflates a document.
    private init(_ document: ImportedDocument, known: Data?, _ deflater: Deflater) {
        self.document = document
        key = Data(document.id)
        sha256 = Data(SHA256.hash(data: document.text))
        deflated = known == sha256 ? nil : deflater.compress(document.text)
    }

    /// Hashes and deflates documents on every core, in their order.
    ///
    /// - Parameters:
    ///   - documents: The documents.
    ///   - known: For each the SHA-256 of the text that stands under its id, nil for none.
    /// - Returns: One for each document.
    /// - Throws: `RefineryError` where there is no memory to deflate with.
    static func prepare(
        _ documents: [ImportedDocument], known: [Data?]
    ) throws -> [PreparedDocument] {
        // Few at a time, since they differ in length; not one, since each time takes a lock.
        let share = 16
        let shares = (documents.count + share - 1) / share
        let results = Mutex([Result<[PreparedDocument], any Error>?](repeating: nil, count: shares))
        let next = Atomic(0)
        let threads = min(AvailableCores.count, shares)
        DispatchQueue.concurrentPerform(iterations: threads) { _ in
            let deflater = Result { try Deflater() }
            while true {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < shares else { return }
                let range = index * share..<min((index + 1) * share, documents.count)
                let part = deflater.map { deflater in
                    range.map { PreparedDocument(documents[$0], known: known[$0], deflater) }
                }
                results.withLock { $0[index] = part }
            }
        }
        return try results.withLock { $0 }.flatMap { try $0?.get() ?? [] }
    }
}

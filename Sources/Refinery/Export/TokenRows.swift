import Foundation
import Synchronization
import TeacherInference
import TrainerFormats

/// Writes the token ids of rows in a format of ids.
///
/// A row's text is tokenised by itself, on several threads; ids are written in the order of the
/// rows. The end-of-text token is written behind a row with which its document ends, and nowhere
/// else: behind a chunk from the middle of a document it would teach that texts end there.
public final class TokenRows: RowWriter {
    /// Bytes of text that are tokenised at once, about.
    private static let batchBytes = 4 << 20

    private let writer: any TokenWriter
    private let tokenizer: ExportTokenizer
    private let threads: Int
    private var texts: [[UInt8]] = []
    private var places: [(beginsText: Bool, isFinal: Bool)] = []
    private var waiting = 0
    private var last: OutputRow.End?
    private var endsOfText: Int64 = 0
    /// Whether a row without ids began a text, which the next one then begins.
    private var owesBegin = false

    /// Begins an output.
    ///
    /// - Parameters:
    ///   - writer: writes the ids.
    ///   - tokenizer: makes them.
    ///   - threads: that tokenise beside each other, at least 1.
    public init(_ writer: any TokenWriter, tokenizer: ExportTokenizer, threads: Int) {
        self.writer = writer
        self.tokenizer = tokenizer
        self.threads = max(1, threads)
    }

    /// Takes a row, whose ids are written with those of some rows more.
    public func write(_ row: OutputRow) throws {
        places.append((last.map { !row.continues($0) } ?? true, row.isFinal))
        last = OutputRow.End(row)
        texts.append(row.text)
        waiting += row.text.count
        if waiting >= Self.batchBytes { try flush() }
    }

    /// Gives the files their names.
    public func finish() throws -> WrittenRows {
        try flush()
        let output = try writer.finish()
        var written = WrittenRows(files: output.files.map { Manifest.File($0) })
        written.counts.tokens = output.tokens
        written.counts.sequences = output.sequences
        written.counts.texts = output.texts
        written.counts.endsOfText = endsOfText
        return written
    }

    /// Removes what was written so far.
    public func discard() { writer.discard() }

    private func flush() throws {
        guard !texts.isEmpty else { return }
        let ids = tokenise(texts)
        for (place, ids) in zip(places, ids) {
            var ids = ids
            if place.isFinal, let end = tokenizer.endOfText {
                ids.append(end)
                endsOfText += 1
            }
            owesBegin = owesBegin || place.beginsText
            guard !ids.isEmpty else { continue }
            try writer.write(ids, beginsText: owesBegin)
            owesBegin = false
        }
        texts.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
        waiting = 0
    }

    private func tokenise(_ texts: [[UInt8]]) -> [[TokenID]] {
        let tokenizer = tokenizer.tokenizer
        let results = Mutex([[TokenID]](repeating: [], count: texts.count))
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: min(threads, texts.count)) { _ in
            while true {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < texts.count else { return }
                let ids = texts[index].withUnsafeBytes(tokenizer.encode)
                results.withLock { $0[index] = ids }
            }
        }
        return results.withLock { $0 }
    }
}

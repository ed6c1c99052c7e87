/// The order of a score file's rows, and what one row says of the next: whoever writes and whoever
/// reads keeps to it.
///
/// Chunks come first, by line and ordinal, and join to their documents from byte 0 on. Rejects come
/// behind them, by line and reason.
struct ScoreFileOrder {
    /// Documents so far.
    private(set) var documents = 0
    /// Chunks so far.
    private(set) var chunks = 0
    /// Rejects so far.
    private(set) var rejects = 0

    private var chunk: ScoredChunk?
    private var reject: (line: Int, reason: String)?

    /// Takes the next row.
    ///
    /// - Returns: What is wrong with it, in words; nil where nothing is.
    mutating func take(_ row: ScoreFileRow) -> String? {
        switch row {
        case .chunk(let next):
            guard rejects == 0 else { return "a chunk stands behind a reject" }
            if let problem = Self.problem(next) ?? joining(next) { return problem }
            if chunk?.line != next.line { documents += 1 }
            chunk = next
            chunks += 1
        case .reject(let next):
            if let reject, (reject.line, reject.reason) >= (next.line, next.reason.rawValue) {
                return "rejects are not in the order of line and reason"
            }
            reject = (next.line, next.reason.rawValue)
            rejects += 1
        }
        return nil
    }

    private func joining(_ next: ScoredChunk) -> String? {
        guard let chunk, chunk.line == next.line else {
            if let chunk, chunk.line > next.line { return "chunks are not in the order of lines" }
            return next.ordinal == 0 && next.range.lowerBound == 0
                ? nil : "the document's first chunk is missing"
        }
        guard next.ordinal == chunk.ordinal + 1, next.range.lowerBound == chunk.range.upperBound,
            next.document == chunk.document, next.documentHash == chunk.documentHash,
            next.domain == chunk.domain
        else { return "the chunk does not follow on the one before" }
        return nil
    }

    private static func problem(_ chunk: ScoredChunk) -> String? {
        if chunk.document.isEmpty { return "the document has no id" }
        for (outcome, role) in [(chunk.teacher, "teacher"), (chunk.reference, "reference")] {
            switch outcome {
            case .tooShort: break
            case .failed(let reason):
                if reason.isEmpty { return "the \(role)'s failure has no reason" }
            case .scored(let sums, _):
                if let problem = sums.problem { return "the \(role)'s score \(problem)" }
            }
        }
        return nil
    }
}

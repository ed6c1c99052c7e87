import Refinery
import TeacherInference

/// Scores groups of texts with one model and writes their lines.
///
/// One a thread.
struct TextScorer: ~Copyable {
    /// Tokens of an ordinary batch.
    static let batchTokens = 2048

    private let model: any ScoringModel
    private let options: ScoreLine.Options
    private let scorer: any SequenceScoring

    /// Allocates for ordinary batches.
    init(model: any ScoringModel, options: ScoreLine.Options) {
        self.model = model
        self.options = options
        scorer = model.makeScorer(batchTokens: Self.batchTokens)
    }

    /// A sequence that the model sees by itself: a text, or one window of it.
    private struct Piece {
        var ids: [TokenID]
        var bytes: Int
        var score: SequenceScore?
        var error: String?
    }

    /// The lines of a group of texts, in order, and how many of them are errors.
    mutating func lines(_ texts: [(id: [UInt8], bytes: [UInt8])]) throws -> ScoredGroup {
        var pieces: [Piece] = []
        var spans: [Range<Int>] = []
        let (model, window) = (model, options.window)
        for text in texts {
            let first = pieces.count
            pieces += text.bytes.withUnsafeBytes { Self.cut($0, model, window) }
            spans.append(first..<pieces.count)
        }
        try score(&pieces)
        var group = ScoredGroup()
        var json = JSONBytes()
        for (text, span) in zip(texts, spans) {
            let parts = pieces[span]
            if let error = parts.lazy.compactMap(\.error).first {
                ScoreLine.write(id: text.id, error: error, to: &json)
                group.errors += 1
                continue
            }
            let scores = parts.compactMap(\.score)
            group.tokens += scores.reduce(0) { $0 + $1.tokens }
            ScoreLine.write(
                id: text.id, scores: scores, bytes: parts.reduce(0) { $0 + $1.bytes },
                ids: parts.lazy.flatMap(\.ids), perToken: options.perToken, to: &json)
        }
        group.texts = texts.count
        group.json = json.bytes
        return group
    }

    /// A text as the sequences to score: itself, or windows where it is longer than one.
    private static func cut(
        _ text: UnsafeRawBufferPointer, _ model: any ScoringModel, _ window: Int?
    ) -> [Piece] {
        guard let window else {
            let (ids, bytes) = model.tokenize(text)
            return [Piece(ids: ids, bytes: bytes)]
        }
        let (ids, ends) = model.tokenizer.encodeWithEnds(text)
        var pieces: [Piece] = []
        for start in stride(from: 0, to: max(1, ids.count), by: window) {
            let end = min(start + window, ids.count)
            // Without a context token a window's first token is not scored.
            let unscored = model.contextToken == nil ? start : start - 1
            let from = unscored >= 0 && unscored < ends.count ? ends[unscored] : 0
            let to = end > 0 ? ends[end - 1] : 0
            pieces.append(Piece(ids: Array(ids[start..<end]), bytes: max(0, to - from)))
        }
        return pieces
    }

    private mutating func score(_ pieces: inout [Piece]) throws {
        let context = model.contextToken == nil ? 0 : 1
        var total = 0
        for index in pieces.indices {
            let length = pieces[index].ids.count + context
            if length > model.maxContext {
                let limit = "\(length) tokens, but the model's context is \(model.maxContext)"
                pieces[index].error = limit + "; --window N scores windows of N tokens"
            } else {
                total += length
            }
        }
        // Batches of even size: a small last one would pay for all of the weights again.
        let batches = max(1, (total + scorer.batchTokens - 1) / scorer.batchTokens)
        let target = (total + batches - 1) / batches
        var batch: [Int] = []
        var size = 0
        for index in pieces.indices where pieces[index].error == nil {
            let length = pieces[index].ids.count + context
            if !batch.isEmpty, size >= target || size + length > scorer.batchTokens {
                try run(batch, &pieces)
                (batch, size) = ([], 0)
            }
            batch.append(index)
            size += length
        }
        try run(batch, &pieces)
    }

    private mutating func run(_ batch: [Int], _ pieces: inout [Piece]) throws {
        guard !batch.isEmpty else { return }
        do {
            let outcomes = try scorer.score(batch.map { pieces[$0].ids }, isCancelled: { false })
            for (index, outcome) in zip(batch, outcomes) {
                switch outcome {
                case .scored(let score) where score.isFinite: pieces[index].score = score
                case .scored: pieces[index].error = "the model's log-probs are not finite numbers"
                case .failed(let reason): pieces[index].error = reason
                }
            }
        } catch let error as ModelError {
            // One text's fault must not be that of its company.
            if batch.count == 1 {
                pieces[batch[0]].error = error.message
            } else {
                for index in batch { try run([index], &pieces) }
            }
        }
    }
}

/// The output of a group of texts.
struct ScoredGroup: Sendable {
    /// Lines of JSON.
    var json: [UInt8] = []
    /// Texts.
    var texts = 0
    /// Scored tokens.
    var tokens = 0
    /// Texts whose line says an error.
    var errors = 0
    /// Lines of the input that held no text: `file:line: reason`.
    var bad: [String] = []
}

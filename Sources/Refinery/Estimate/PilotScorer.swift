import Foundation
import ReferenceTraining
import TeacherInference

/// Cuts and scores a pilot's documents, one chunk of each, on several threads until time is up.
struct PilotScorer: Sendable {
    /// A chunk's twins are made of the first so many chunks.
    static let twinned = 100
    /// Tokens of a block, whose halves say how reliable a chunk's difference is.
    private static let blockTokens = 32

    private let teacher: any ScoringModel
    private let reference: (any ScoringModel)?
    private let sharesTokens: Bool
    private let chunker: Chunker
    private let seed: UInt64

    /// Seconds and tokens of one model, of all threads together.
    struct Rate: Sendable, Equatable {
        var seconds = 0.0
        var tokens = 0

        mutating func add(_ other: Rate) {
            seconds += other.seconds
            tokens += other.tokens
        }

        /// Tokens a second of `threads` threads.
        func perSecond(threads: Int) -> Double {
            seconds > 0 ? Double(tokens) / seconds * Double(threads) : 0
        }
    }

    /// What came of it.
    struct Outcome: Sendable {
        var chunks: [(place: Int, chunk: PilotChunk)] = []
        /// Documents that were taken, from the first.
        var taken = 0
        var teacher = Rate()
        var reference = Rate()
        /// Chunks for which a model's log-probs were no numbers, or which had no token to score.
        var failed = 0
    }

    private struct State {
        var next = 0
        var outcome = Outcome()
        var running = 0
        var error: (any Error)?
    }

    /// A scorer of a pair, or of a teacher alone.
    init(
        teacher: any ScoringModel, reference: (any ScoringModel)?, sharesTokens: Bool,
        maxTokens: Int,
        seed: UInt64
    ) {
        self.teacher = teacher
        self.reference = reference
        self.sharesTokens = sharesTokens
        self.seed = seed
        var companion: Chunker.Companion?
        if let reference, !sharesTokens {
            companion = Chunker.Companion(
                tokenizer: reference.tokenizer, maxTokens: reference.roomForText)
        }
        chunker = Chunker(
            tokenizer: teacher.tokenizer, maxTokens: maxTokens, companion: companion)
    }

    /// Scores; blocks.
    ///
    /// - Parameters:
    ///   - documents: in the order in which they are scored.
    ///   - threads: threads that work.
    ///   - seconds: time for it; at least `least` chunks are scored whatever it takes.
    ///   - least: see above.
    ///   - isCancelled: asked at every layer.
    ///   - told: hears how many chunks are done, on the calling thread.
    /// - Returns: The chunks in order of their documents, and both rates.
    /// - Throws: `ModelError`; `CancellationError`.
    func run(
        _ documents: [PilotDraw.Drawn], threads: Int, seconds: Double, least: Int,
        isCancelled: @escaping @Sendable () -> Bool, told: (Int) -> Void
    ) throws -> Outcome {
        let end = ContinuousClock.now + .seconds(seconds)
        let monitor = Monitor(State())
        for number in 0..<threads {
            monitor.change { $0.running += 1 }
            do {
                try WorkThread.start("pilot-\(number)") {
                    self.work(documents, end: end, least: least, isCancelled, monitor)
                }
            } catch {
                monitor.change { state in
                    state.running -= 1
                    state.error = error
                }
                break
            }
        }
        while monitor.read({ $0.running }) > 0 {
            _ = monitor.wait(seconds: 0.5) { $0.running == 0 ? true : nil }
            told(monitor.read { $0.outcome.chunks.count })
        }
        return try monitor.read { state in
            if let error = state.error { throw error }
            var outcome = state.outcome
            outcome.chunks.sort { $0.place < $1.place }
            outcome.taken = state.next
            return outcome
        }
    }

    private func work(
        _ documents: [PilotDraw.Drawn], end: ContinuousClock.Instant, least: Int,
        _ isCancelled: @escaping @Sendable () -> Bool, _ monitor: Monitor<State>
    ) {
        do {
            var worker = PilotWorker(self, isCancelled)
            while true {
                let place = monitor.change { state -> Int? in
                    guard state.error == nil, state.next < documents.count,
                        state.next < least || ContinuousClock.now < end
                    else { return nil }
                    state.next += 1
                    return state.next - 1
                }
                guard let place else { break }
                let chunk = try worker.chunk(of: documents[place], place: place)
                monitor.change { state in
                    if let chunk {
                        state.outcome.chunks.append((place, chunk))
                    } else {
                        state.outcome.failed += 1
                    }
                }
            }
            let rates = (worker.teacherRate, worker.referenceRate)
            monitor.change { state in
                state.outcome.teacher.add(rates.0)
                state.outcome.reference.add(rates.1)
                state.running -= 1
            }
        } catch {
            monitor.change { state in
                state.error = state.error ?? error
                state.running -= 1
            }
        }
    }

    /// What one thread works with.
    private struct PilotWorker {
        private let scorer: PilotScorer
        private let isCancelled: @Sendable () -> Bool
        private let teacher: any SequenceScoring
        private let reference: (any SequenceScoring)?
        private(set) var teacherRate = Rate()
        private(set) var referenceRate = Rate()

        init(_ scorer: PilotScorer, _ isCancelled: @escaping @Sendable () -> Bool) {
            self.scorer = scorer
            self.isCancelled = isCancelled
            let room = 2 * scorer.chunker.maxTokens + 16
            teacher = scorer.teacher.makeScorer(batchTokens: room)
            reference = scorer.reference?.makeScorer(batchTokens: room)
        }

        /// Cuts a document and scores one of its chunks, and its twins; nil where it has no score.
        mutating func chunk(of document: PilotDraw.Drawn, place: Int) throws -> PilotChunk? {
            let pieces = scorer.chunker.cut(document.text)
            guard !pieces.isEmpty else { return nil }
            let draws = KeyedDraw(label: "refinery-pilot-chunk-1", seed: scorer.seed)
            let draw = document.sha256.withUnsafeBytes { draws.draw(sha256: $0) }
            let piece = pieces[CounterRandom(seed: draw, stream: 1).below(pieces.count, 0)]
            let text = Array(document.text[piece.range])
            guard let whole = try score(text) else { return nil }
            var twins: [TextCorruption: PilotChunk.Sums] = [:]
            if place < PilotScorer.twinned, whole.sums != nil {
                for kind in TextCorruption.allCases {
                    let twin = fitting(kind.apply(to: text, seed: draw), tokens: piece.tokens)
                    // A text of one word has no other order.
                    if twin != text { twins[kind] = try score(twin)?.sums }
                }
            }
            return PilotChunk(
                domain: document.domain, isMain: document.isMain,
                documentBytes: document.text.count,
                documentTokens: pieces.reduce(0) { $0 + $1.tokens }, bytes: text.count,
                teacherTokens: whole.teacherTokens, referenceTokens: whole.referenceTokens,
                sums: whole.sums, halves: whole.halves, twins: twins)
        }

        /// As much of a text as makes so many tokens of the teacher.
        private func fitting(_ text: [UInt8], tokens: Int) -> [UInt8] {
            let ends = text.withUnsafeBytes { scorer.teacher.tokenizer.encodeWithEnds($0).ends }
            guard ends.count > tokens, tokens > 0 else { return text }
            var end = ends[tokens - 1]
            while end > 0, end < text.count, text[end] & 0xC0 == 0x80 { end -= 1 }
            return Array(text[..<end])
        }

        private struct Scored {
            var teacherTokens: Int
            var referenceTokens: Int
            var sums: PilotChunk.Sums?
            var halves: (odd: Double, even: Double)?
        }

        private mutating func score(_ text: [UInt8]) throws -> Scored? {
            let own = text.withUnsafeBytes { scorer.teacher.tokenize($0) }
            guard let first = try score(own.ids, asReference: false) else { return nil }
            guard let model = scorer.reference else {
                return Scored(teacherTokens: first.tokens, referenceTokens: 0)
            }
            let other =
                scorer.sharesTokens ? own : text.withUnsafeBytes { model.tokenize($0) }
            guard let second = try score(other.ids, asReference: true) else { return nil }
            let isByToken = scorer.sharesTokens
            let sums = PilotChunk.Sums(
                teacher: first.nll, reference: second.nll,
                teacherUnits: Double(isByToken ? first.tokens : own.scoredBytes),
                referenceUnits: Double(isByToken ? second.tokens : other.scoredBytes),
                repetition: RepeatedWindows.share(of: own.ids), tokens: own.ids.count)
            guard sums.teacherUnits > 0, sums.referenceUnits > 0 else { return nil }
            return Scored(
                teacherTokens: first.tokens, referenceTokens: second.tokens, sums: sums,
                halves: isByToken ? halves(first.tokenNLL, second.tokenNLL) : nil)
        }

        private mutating func score(
            _ ids: [TokenID], asReference: Bool
        ) throws -> SequenceScore? {
            guard let model = asReference ? scorer.reference : scorer.teacher,
                ids.count + 1 <= model.maxContext
            else { return nil }
            let began = ContinuousClock.now
            let outcomes =
                asReference
                ? try reference?.score([ids], isCancelled: isCancelled)
                : try teacher.score([ids], isCancelled: isCancelled)
            guard case .scored(let score) = outcomes?.first else { return nil }
            let rate = Rate(seconds: began.duration(to: .now) / .seconds(1), tokens: score.tokens)
            if asReference { referenceRate.add(rate) } else { teacherRate.add(rate) }
            return score.tokens > 0 && score.isFinite ? score : nil
        }

        /// Mean differences of the odd and of the even blocks.
        private func halves(
            _ teacher: [Float], _ reference: [Float]
        ) -> (odd: Double, even: Double)? {
            let block = PilotScorer.blockTokens
            let blocks = min(teacher.count, reference.count) / block
            guard blocks >= 4 else { return nil }
            var sums = [0.0, 0.0]
            for place in 0..<blocks / 2 * 2 * block {
                sums[place / block % 2] += Double(reference[place]) - Double(teacher[place])
            }
            let tokens = Double(blocks / 2 * block)
            return (odd: sums[0] / tokens, even: sums[1] / tokens)
        }
    }
}

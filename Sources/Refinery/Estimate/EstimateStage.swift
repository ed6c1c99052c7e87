import Crypto
import Foundation
import TeacherInference

/// What a user asks of an estimate.
public struct EstimateRequest: Sendable, Equatable {
    /// Decides the pilot's draws.
    public var seed: UInt64 = 0
    /// Time for it.
    public var minutes = 10.0
    /// The most tokens of a chunk.
    public var maxTokens = 1024
    /// Tokens a second of the models that engines serve, which were measured before.
    public var servedRates: [ModelRole: Double] = [:]
    /// What an hour of one of this machine's cores costs; nil where nobody says.
    public var price: Double?

    /// What holds where nothing else is said.
    public init() {}
}

/// Draws and scores a pilot of a corpus, and says what the whole would cost and be worth.
public struct EstimateStage: Sendable {
    /// How far it is.
    public enum Event: Sendable {
        /// The corpus is read; bytes of its files.
        case reading(bytes: Int)
        /// A line of the corpus is no document.
        case rejected(String)
        /// Chunks scored so far, and how many there are at most.
        case scoring(chunks: Int, of: Int)
    }

    /// The share of the time in which the corpus may be read.
    private static let readingShare = 0.25
    /// Chunks that are scored whatever it takes.
    private static let leastChunks = 30

    private let documents: CorpusDocuments
    private let bytes: Int64
    private let teacher: any ScoringModel
    private let reference: (any ScoringModel)?
    private let request: EstimateRequest
    private let threads: Int
    private let isCancelled: @Sendable () -> Bool

    /// A stage over files.
    ///
    /// - Parameters:
    ///   - documents: the corpus.
    ///   - bytes: of its files.
    ///   - teacher: the teacher.
    ///   - reference: the reference; nil: only the cost is estimated.
    ///   - request: what is asked for.
    ///   - threads: threads that work.
    ///   - isCancelled: asked at every document and layer.
    public init(
        _ documents: CorpusDocuments, bytes: Int64, teacher: any ScoringModel,
        reference: (any ScoringModel)?, request: EstimateRequest, threads: Int,
        isCancelled: @escaping @Sendable () -> Bool
    ) {
        self.documents = documents
        self.bytes = bytes
        self.teacher = teacher
        self.reference = reference
        self.request = request
        self.threads = threads
        self.isCancelled = isCancelled
    }

    private struct TimeIsUp: Error {}

    /// Reads, draws, scores; blocks.
    ///
    /// - Parameter told: hears how far it is.
    /// - Returns: What the pilot says.
    /// - Throws: ``RefineryError`` for a pair that cannot be compared and files without a document;
    ///   `ModelError`; `CancellationError`.
    public func run(_ told: (Event) -> Void) throws -> EstimateRecord {
        let began = ContinuousClock.now
        let comparison = try reference.map { reference in
            try PairComparison(
                teacher: teacher, ModelFingerprint.tokenizer(teacher.tokenizer),
                reference: reference, ModelFingerprint.tokenizer(reference.tokenizer))
        }
        for model in [teacher] + (reference.map { [$0] } ?? []) {
            try PairComparison.checkFit(model, maxTokens: request.maxTokens)
        }
        var draw = try read(until: began + .seconds(60 * request.minutes * Self.readingShare), told)
        let drawn = draw.documents()
        let scorer = PilotScorer(
            teacher: teacher, reference: reference, sharesTokens: comparison == .token,
            maxTokens: request.maxTokens, seed: request.seed)
        let left = 60 * request.minutes - began.duration(to: .now) / .seconds(1)
        let outcome = try scorer.run(
            drawn, threads: threads, seconds: left, least: Self.leastChunks,
            isCancelled: isCancelled
        ) { told(.scoring(chunks: $0, of: drawn.count)) }
        guard !outcome.chunks.isEmpty else {
            throw RefineryError(.input, "no document of the files has a text that can be scored")
        }
        return record(draw, drawn, outcome, comparison)
    }

    /// Reads the corpus, as far as there is time for it.
    private func read(
        until end: ContinuousClock.Instant, _ told: (Event) -> Void
    ) throws -> PilotDraw {
        var draw = PilotDraw(seed: request.seed)
        let slice = try reference.flatMap { try TrainingRecordFile.slice(folder: $0.localPath) }
        let spared = slice.flatMap { $0.isSpared ? $0 : nil }
        var isUp = false
        do {
            _ = try documents.forEach { event in
                switch event {
                case .read(let bytes):
                    draw.read(bytes)
                    told(.reading(bytes: bytes))
                    // Between two pieces, so that what was read is what was counted.
                    isUp = ContinuousClock.now > end
                case .rejected(let reject, let file):
                    draw.reject()
                    told(
                        .rejected(
                            "\(file):\(reject.line)  \(reject.reason.rawValue)  \(reject.detail)"))
                }
            } _: { document, sha256 in
                if isCancelled() { throw CancellationError() }
                if isUp { throw TimeIsUp() }
                let isSpared = spared.map { $0.part(ofText: sha256) != .candidate } ?? false
                draw.add(document, sha256, isSpared: isSpared)
            }
        } catch is TimeIsUp {}
        guard draw.tally.documents > 0 else {
            throw RefineryError(.input, "the files hold no document")
        }
        return draw
    }

    private func record(
        _ draw: PilotDraw, _ drawn: [PilotDraw.Drawn], _ outcome: PilotScorer.Outcome,
        _ comparison: PairComparison?
    ) -> EstimateRecord {
        let chunks = Self.weighted(outcome, drawn, bound: draw.bound)
        let main = chunks.filter(\.isMain)
        let corpus = corpus(draw.tally, main)
        let cost = cost(corpus, outcome, main)
        let candidates = main.compactMap(\.sums).filter(\.passesGuards)
        var histogram: ReportData.ScoreHistogram?
        if let least = candidates.map(\.difference).min(),
            let most = candidates.map(\.difference).max(), least < most
        {
            var bins = ReportData.ScoreHistogram(lower: least, upper: most, bins: 40)
            for sums in candidates { bins.add(sums.difference, isKept: false) }
            histogram = bins
        }
        var record = EstimateRecord(
            version: refineryVersion,
            models: [teacher.path] + (reference.map { [$0.path] } ?? []), seed: request.seed,
            chunks: chunks.count, failed: outcome.failed, corpus: corpus, cost: cost,
            pair: comparison.map { pair(main, per: $0) },
            domains: domains(draw, chunks), histogram: histogram,
            scatter: main.compactMap { chunk in
                guard let sums = chunk.sums, sums.passesGuards else { return nil }
                let bytes = Double(max(1, chunk.bytes))
                return ReportData.ScatterPoint(
                    teacher: sums.teacher / bytes, reference: sums.reference / bytes,
                    isKept: false)
            }, warnings: [])
        record.warnings = record.judge()
        return record
    }

    /// The chunks with their weights: τ is the key of the first document of the main draw that was
    /// not taken.
    private static func weighted(
        _ outcome: PilotScorer.Outcome, _ drawn: [PilotDraw.Drawn], bound: Double
    ) -> [PilotChunk] {
        let threshold = drawn.dropFirst(outcome.taken).first { $0.isMain }?.key ?? bound
        return outcome.chunks.map { _, chunk in
            var chunk = chunk
            let bytes = Double(chunk.documentBytes)
            chunk.weight = bytes / (threshold.isFinite ? -expm1(-threshold * bytes) : 1)
            return chunk
        }
    }

    /// Tokens of the whole: each document of the main draw says how many a byte has.
    private func corpus(
        _ tally: PilotDraw.Tally, _ main: [PilotChunk]
    ) -> EstimateRecord.Corpus {
        let readShare = min(1, Double(tally.fileBytes) / Double(max(1, bytes)))
        let whole = Double(tally.textBytes) / max(readShare, 1e-12)
        func perByte(_ chunks: [PilotChunk]) -> Double? {
            PilotStatistics.mean(chunks) {
                Double($0.documentTokens) / Double(max(1, $0.documentBytes))
            }
        }
        let rate = perByte(main) ?? 0
        let ratio =
            PilotStatistics.estimated(main, perByte) ?? Estimated(rate, rate, rate)
        return EstimateRecord.Corpus(
            documents: tally.documents, textBytes: tally.textBytes, rejected: tally.rejected,
            inSlice: reference == nil ? nil : tally.spared, readShare: readShare,
            tokens: ratio.times(whole),
            bytesPerToken: rate > 0 ? 1 / rate : 0)
    }

    private func cost(
        _ corpus: EstimateRecord.Corpus, _ outcome: PilotScorer.Outcome, _ main: [PilotChunk]
    ) -> EstimateRecord.Cost {
        // One sequence a thread is too little for an engine to show what it can do.
        let served = request.servedRates
        let teacherRate = served[.teacher] ?? outcome.teacher.perSecond(threads: threads)
        let referenceRate = served[.reference] ?? outcome.reference.perSecond(threads: threads)
        // The reference's tokens for each of the teacher's.
        let tokens = main.reduce(into: (teacher: 0, reference: 0)) {
            $0.teacher += $1.teacherTokens
            $0.reference += $1.referenceTokens
        }
        let more = Double(tokens.reference) / Double(max(1, tokens.teacher))
        let seconds = ByRole(
            teacher: teacherRate > 0 ? 1 / teacherRate : 0,
            reference: referenceRate > 0 ? more / referenceRate : 0)
        // Places work side by side; models on the same cores take turns.
        let onCores = seconds.roles.filter { served[$0.role] == nil }.reduce(0) { $0 + $1.value }
        let perToken = seconds.roles.filter { served[$0.role] != nil }.map(\.value)
            .reduce(onCores, max)
        let memory = ScoringMemory(
            [teacher] + (reference.map { [$0] } ?? []), threads: threads,
            batchTokens: 2048, maxTokens: request.maxTokens)
        return EstimateRecord.Cost(
            threads: threads, served: ModelRole.allCases.filter { served[$0] != nil },
            teacherRate: teacherRate,
            referenceRate: reference == nil ? nil : referenceRate,
            hours: corpus.tokens.times(perToken / 3600),
            price: request.price.map {
                corpus.tokens.times(onCores / 3600 * Double(threads) * $0)
            }, memoryBytes: memory.bytes)
    }

    private func pair(_ main: [PilotChunk], per: PairComparison) -> EstimateRecord.Pair {
        let scored = main.filter { $0.sums != nil }
        let candidates = scored.filter { $0.sums?.passesGuards == true }
        func estimated(_ statistic: ([PilotChunk.Sums]) -> Double?) -> Estimated? {
            PilotStatistics.estimated(candidates) { statistic($0.compactMap(\.sums)) }
        }
        return EstimateRecord.Pair(
            per: per, chunks: candidates.count, removed: scored.count - candidates.count,
            gap: PilotStatistics.estimated(candidates) { drawn in
                PilotStatistics.mean(drawn) { $0.sums?.difference }
            },
            correlation: estimated {
                PilotStatistics.correlation($0.map(\.teacherLoss), $0.map(\.referenceLoss))
            },
            pickedByLoss: estimated(PilotStatistics.pickedByLoss),
            reliability: PilotStatistics.estimated(candidates, PilotStatistics.reliability),
            twins: TextCorruption.allCases.map { twins($0, candidates) })
    }

    private func twins(
        _ kind: TextCorruption, _ chunks: [PilotChunk]
    ) -> EstimateRecord.TwinResult {
        var (twins, removed, caught) = (0, 0, 0)
        for chunk in chunks {
            guard let own = chunk.sums, let twin = chunk.twins[kind] else { continue }
            twins += 1
            if !twin.passesGuards { removed += 1 }
            if !twin.passesGuards || twin.difference < own.difference { caught += 1 }
        }
        return EstimateRecord.TwinResult(
            kind: kind, twins: twins, removed: removed,
            caught: PilotStatistics.share(caught, of: twins))
    }

    private func domains(
        _ draw: PilotDraw, _ chunks: [PilotChunk]
    ) -> [EstimateRecord.Domain] {
        let byDomain = Dictionary(grouping: chunks, by: \.domain)
        return draw.largestDomains().map { name, bytes in
            let own = byDomain[name] ?? []
            let differences = own.compactMap(\.sums).filter(\.passesGuards).map(\.difference)
            let count = Double(differences.count)
            return EstimateRecord.Domain(
                name: name.map { String(decoding: $0, as: UTF8.self) },
                share: Double(bytes) / Double(max(1, draw.tally.textBytes)), chunks: own.count,
                meanDifference: differences.isEmpty ? nil : differences.reduce(0, +) / count,
                negativeShare: differences.isEmpty
                    ? nil : Double(differences.count { $0 < 0 }) / count)
        }
    }
}

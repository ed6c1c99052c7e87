import Crypto
import Foundation
import ReferenceTraining
import TeacherInference

/// Trains a reference on a slice of a corpus: the stage before scoring, where there is none yet.
///
/// It works in a folder beside the output, whose name ends in `.training`: the slice's tokens, the
/// plan, the checkpoint. A stage that was killed goes on from there and ends with the same bytes. The
/// output has its name only once it is whole.
public struct TrainingStage: Sendable {
    /// How far it is.
    public enum Event: Sendable {
        /// The corpus is read; bytes of its files.
        case reading(bytes: Int)
        /// A line of the corpus is no document.
        case rejected(String)
        /// The slice is being written as tokens; documents of it so far.
        case slicing(documents: Int64)
        /// What will be trained; the seconds that it takes, from measured steps.
        case planned(ReferencePlan, seconds: Double, memory: Int)
        /// A forward pass of it costs this share of the teacher's, more than a tenth.
        case costly(Double)
        /// It goes on with what was planned before, from its checkpoint; step 0: there is none yet.
        case resumed(ReferencePlan, step: Int)
        /// The training itself.
        case training(TrainingReport)
    }

    /// The teacher, whose tokenizer and context the reference gets.
    private let teacher: LanguageModel
    private let pre: String?
    private let documents: CorpusDocuments
    private let request: ReferenceRequest
    private let output: String
    private let threads: Int
    private let isCancelled: @Sendable () -> Bool

    /// A stage that writes the folder `output`; `pre` names the pre-tokenizer that the teacher was
    /// loaded with, where its file names none.
    public init(
        teacher: LanguageModel, pre: String?, documents: CorpusDocuments, request: ReferenceRequest,
        output: String, threads: Int, isCancelled: @escaping @Sendable () -> Bool
    ) {
        self.teacher = teacher
        self.pre = pre
        self.documents = documents
        self.request = request
        self.output = output
        self.threads = threads
        self.isCancelled = isCancelled
    }

    /// Reads, plans, trains and writes; blocks.
    ///
    /// - Parameter told: hears how far it is.
    /// - Returns: What the folder's training.json says.
    /// - Throws: ``RefineryError`` for a corpus that is too small, an output that exists, and a
    ///   training of other settings; `TrainingError` for a checkpoint that is damaged and a disk that
    ///   is full; `CancellationError`.
    public func run(_ told: @escaping (Event) -> Void) throws -> ReferenceRecord {
        guard !FileManager.default.fileExists(atPath: output) else {
            throw RefineryError(
                .output, "\(output) exists already",
                hint: "name another folder with --output, or delete that one")
        }
        let work = try TrainingFolder(output: output)
        try work.check(request, documents)
        let known = try work.plan()
        let plan = try known ?? work.removingUnlessPlanned { try makePlan(work, told) }
        try check(plan, work)
        let training = try TokenSequences(path: work.training)
        let heldOut = try TokenSequences(path: work.heldOut)
        let evaluationSteps = max(1, plan.settings.steps / 20)
        let run = try TrainingRun(
            shape: plan.shape, settings: plan.settings, training: training, heldOut: heldOut,
            options: TrainingRun.Options(
                threads: threads, checkpoint: work.checkpoint,
                evaluationSteps: evaluationSteps))
        if known != nil { told(.resumed(plan, step: run.step)) }
        var log = TrainingLog(path: work.log, upTo: run.step)
        // A run that was stopped while it evaluated has still to do that.
        if run.step > 0, run.step % evaluationSteps == 0, !log.hasEvaluation(of: run.step) {
            log.add(.heldOut(try run.evaluate(heldOut, isCancelled: isCancelled)))
        }
        try run.run(isCancelled: isCancelled) { report in
            log.add(report)
            told(.training(report))
        }
        let record = log.record(
            plan, final: try run.evaluate(heldOut, isCancelled: isCancelled))
        try work.finish { folder in
            try run.writeModel(to: folder, bosToken: plan.contextToken.map(Int.init))
            try TokenizerFolder.write(of: teacher.path, pre: pre, to: folder)
            try work.write(record.json(), to: folder + "/" + ReferenceRecord.fileName)
        }
        return record
    }

    /// Reads the corpus, decides slice, shape and steps, and writes the slice as tokens.
    private func makePlan(
        _ work: TrainingFolder, _ told: (Event) -> Void
    ) throws -> ReferencePlan {
        // A selection would refuse it after the hours that training takes.
        try PairComparison.checkFit(teacher, maxTokens: request.maxTokens)
        try work.checkTokenizer(of: teacher.path, pre: pre)
        let survey = try SliceSurvey(documents, teacher, request, isCancelled: isCancelled, told)
        let (slice, counts) = try cut(survey, work, told)
        for (part, counts, option) in [
            ("is held out", counts.heldOut, "--held-out"), ("trains", counts.training, "--share"),
        ] where counts.tokens == 0 {
            throw RefineryError(
                .refused, "no document of \(survey.tally.documents) \(part)",
                hint: "give more documents, or a larger \(option)")
        }
        guard counts.training.tokens >= ReferenceSizes.leastTokens || request.anyway else {
            throw RefineryError(
                .refused,
                "the slice has \(counts.training.tokens) tokens, and a reference that is trained "
                    + "on fewer than \(ReferenceSizes.leastTokens) cannot judge text",
                hint: "give more text or a larger --share, name a trained model with --reference, "
                    + "or train all the same with --anyway")
        }
        let sizes = ReferenceSizes(
            vocabulary: teacher.tokenizer.vocabularySize, context: request.maxTokens + 1)
        let training = try TokenSequences(path: work.training)
        let trigramLoss = TrigramModel(training).loss(of: try TokenSequences(path: work.heldOut))
        let clock = TrainingClock(
            training: training, threads: threads, isCancelled: isCancelled)
        let shape = try shape(sizes, counts.training, training, clock)
        let settings = sizes.settings(shape, training, request)
        let plan = ReferencePlan(
            request: request, tokenizer: ModelFingerprint.tokenizer(teacher.tokenizer),
            contextToken: teacher.contextToken, corpus: survey.tally, slice: slice,
            training: counts.training, heldOut: counts.heldOut, trigramLoss: trigramLoss,
            epochs: sizes.epochs(tokens: counts.training.tokens, request), shape: shape,
            settings: settings)
        let memory = try checkMemory(plan)
        try work.write(plan)
        told(.planned(plan, seconds: try clock.seconds(shape, settings), memory: memory))
        let length = Self.usualLength(counts.training)
        let cost =
            sizes.forwardOperations(shape, length: length) * Double(length)
            / teacher.operations(tokens: length)
        if cost > ReferenceSizes.teacherShare { told(.costly(cost)) }
        return plan
    }

    /// Decides the slice and writes it as tokens; again with a larger one where it has too few.
    private func cut(
        _ survey: SliceSurvey, _ work: TrainingFolder, _ told: (Event) -> Void
    ) throws -> (CorpusSlice, (training: SliceCounts, heldOut: SliceCounts)) {
        var slice = try survey.slice(request, bytesPerToken: survey.bytesPerToken)
        while true {
            let writer = SliceWriter(slice: slice, teacher: teacher, maxTokens: request.maxTokens)
            let counts = try writer.write(
                documents, training: work.training, heldOut: work.heldOut,
                isCancelled: isCancelled
            ) { told(.slicing(documents: $0)) }
            guard counts.tally == survey.tally else {
                throw RefineryError(
                    .input, "the corpus changed while it was read",
                    hint: "train once its files are complete")
            }
            let tokens = counts.training.tokens
            guard let larger = try survey.larger(than: slice, of: tokens, request) else {
                return (slice, (counts.training, counts.heldOut))
            }
            slice = larger
        }
    }

    /// Tokens of a usual sequence.
    private static func usualLength(_ counts: SliceCounts) -> Int {
        max(2, Int(counts.tokens / max(1, counts.chunks)))
    }

    /// Refuses what does not fit the machine, before anything is allocated.
    private func checkMemory(_ plan: ReferencePlan) throws -> Int {
        let memory = TrainingRun.memory(
            shape: plan.shape, batchTokens: plan.settings.batchTokens,
            longest: request.maxTokens + 1, threads: threads)
        guard UInt64(memory) < ProcessInfo.processInfo.physicalMemory else {
            throw RefineryError(
                .refused,
                "training \(plan.shape.layers) layers of width \(plan.shape.width) takes "
                    + "\(memory >> 20) MiB of memory, more than this machine has",
                hint: "name a smaller model with --layers and --width")
        }
        return memory
    }

    private func shape(
        _ sizes: ReferenceSizes, _ counts: SliceCounts, _ training: TokenSequences,
        _ clock: TrainingClock
    ) throws -> ReferenceShape {
        if let layers = request.layers, let width = request.width {
            return try sizes.shape(layers: layers, width: width)
        }
        func seconds(_ shape: ReferenceShape) throws -> Double {
            try clock.seconds(shape, sizes.settings(shape, training, request))
        }
        let length = Self.usualLength(counts)
        let most = request.hours.map { $0 * 3600 } ?? .infinity
        let shape = try sizes.automatic(
            tokens: counts.tokens * sizes.epochs(tokens: counts.tokens, request),
            teacherOperations: teacher.operations(tokens: length) / Double(length),
            length: length
        ) { try most.isInfinite || seconds($0) <= most }
        let least = try most.isInfinite ? 0 : seconds(shape)
        guard least <= most else {
            throw RefineryError(
                .refused,
                "even the smallest reference takes about \(Int((least / 60).rounded(.up))) minutes "
                    + "on this slice, more than \(most / 3600) hours",
                hint: "give more --hours, or a smaller --share")
        }
        return shape
    }

    /// The plan of a training that goes on is of this teacher.
    private func check(_ plan: ReferencePlan, _ work: TrainingFolder) throws {
        guard plan.suits(teacher) else {
            throw RefineryError(
                .refused,
                "\(work.path) holds a training for a teacher with another tokenizer or context token",
                hint: "name another folder with --output, or delete \(work.path)")
        }
    }
}

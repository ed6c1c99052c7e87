import Foundation
import TeacherInference

/// One training of a reference model: steps over token sequences, evaluations and checkpoints.
///
/// What it makes is a function of shape, settings and data alone, bit by bit on one machine and build:
/// neither the number of threads nor a restart from a checkpoint changes it. A run belongs to one
/// thread at a time, which it takes for its own work too.
public final class TrainingRun {
    /// What does not decide the weights.
    public struct Options: Sendable {
        /// Threads that compute.
        public var threads: Int
        /// Where checkpoints are written and found; nil for none.
        public var checkpoint: String?
        /// Steps from one evaluation of the held-out sequences to the next.
        public var evaluationSteps: Int
        /// The least time from one checkpoint to the next, seconds.
        public var checkpointSeconds: Double
        /// Ids of the longest sequence that is only ever evaluated by name; 0 for none.
        public var longest: Int

        /// Options with these values.
        public init(
            threads: Int, checkpoint: String? = nil, evaluationSteps: Int = 250,
            checkpointSeconds: Double = 60, longest: Int = 0
        ) {
            self.threads = threads
            self.checkpoint = checkpoint
            self.evaluationSteps = evaluationSteps
            self.checkpointSeconds = checkpointSeconds
            self.longest = longest
        }
    }

    /// The model's shape.
    public let shape: ReferenceShape
    /// Seed, steps, batch and rates.
    public let settings: TrainingSettings
    /// Steps done.
    public private(set) var step = 0
    /// Predicted tokens that were learned from in these steps.
    public private(set) var learnedTokens: Int64 = 0

    private let options: Options
    private let training: TokenSequences
    private let heldOut: TokenSequences?
    /// Predicted tokens of the longest sequence that there is room for.
    private let longest: Int
    private let pass: TrainingPass
    private let optimizer: AdamW
    private let checkpoint: Checkpoint?
    private var order: BatchOrder
    private var lastCheckpoint = SteadyClock.now
    private var checkpointCost = 0.0

    /// A run at its first step, or where its checkpoint left it.
    ///
    /// - Parameters:
    ///   - shape: the model's shape.
    ///   - settings: what to do.
    ///   - training: what is learned from; its ids lie in the shape's vocabulary, its sequences fit the
    ///     context and a batch.
    ///   - heldOut: what is only evaluated.
    ///   - options: threads, checkpoints, evaluations.
    /// - Throws: ``TrainingError`` for a shape, settings or data that cannot be, and for a checkpoint
    ///   that is damaged or of another run.
    public init(
        shape: ReferenceShape, settings: TrainingSettings, training: TokenSequences,
        heldOut: TokenSequences? = nil, options: Options
    ) throws(TrainingError) {
        try shape.check()
        try settings.check()
        for data in [training] + (heldOut.map { [$0] } ?? []) {
            try Self.check(data, shape: shape, settings: settings)
        }
        self.shape = shape
        self.settings = settings
        self.training = training
        self.heldOut = heldOut
        self.options = options
        longest = max(training.longest, heldOut?.longest ?? 0, options.longest) - 1
        pass = TrainingPass(
            shape, kernels: try .chosen(), threads: options.threads,
            maxTokens: settings.batchTokens, longest: longest)
        optimizer = AdamW(pass.layout, kernels: pass.kernels, team: pass.team)
        order = BatchOrder(
            seed: settings.seed, batchTokens: settings.batchTokens,
            lengths: (0..<training.count).map { Int32(training.length($0) - 1) })
        let identity = RunIdentity(shape: shape, settings: settings, data: training.digest)
        checkpoint = options.checkpoint.map { Checkpoint(path: $0, identity: identity) }
        if let found = try checkpoint?.read(into: state) {
            guard found <= settings.steps else {
                throw TrainingError(
                    "the checkpoint is of step \(found), the run has \(settings.steps)")
            }
            step = found
            for _ in 0..<found {
                for sequence in order.next() {
                    learnedTokens += Int64(training.length(sequence) - 1)
                }
            }
        } else {
            pass.layout.initialise(pass.weights.base, seed: settings.seed, team: pass.team)
        }
    }

    private static func check(
        _ data: TokenSequences, shape: ReferenceShape, settings: TrainingSettings
    ) throws(TrainingError) {
        guard data.count > 0 else { throw TrainingError("\(data.path) has no sequences") }
        guard data.count <= Int(Int32.max) else {
            throw TrainingError("\(data.path) has \(data.count) sequences, more than 2³¹ − 1")
        }
        guard data.vocabulary <= shape.vocabulary else {
            throw TrainingError(
                "\(data.path) has ids of a vocabulary of \(data.vocabulary), the reference's has "
                    + "\(shape.vocabulary)")
        }
        guard data.longest <= shape.context else {
            throw TrainingError(
                "\(data.path) has a sequence of \(data.longest) ids, the reference's context is "
                    + "\(shape.context)",
                hint: "cut the sequences shorter, or give the reference a longer context")
        }
        guard data.longest - 1 <= settings.batchTokens else {
            throw TrainingError(
                "\(data.path) has a sequence of \(data.longest - 1) predicted tokens, a batch takes "
                    + "\(settings.batchTokens)",
                hint: "make the batch larger")
        }
    }

    /// Steps after which every sequence was learned from so many times.
    ///
    /// Batches are not full: one ends before the sequence that does not fit any more.
    ///
    /// - Parameters:
    ///   - epochs: passes over the sequences.
    ///   - training: the sequences.
    ///   - batchTokens: predicted tokens of a batch at most, those of the longest sequence at least.
    ///   - seed: the run's seed.
    /// - Returns: Steps.
    public static func steps(
        epochs: Int, of training: TokenSequences, batchTokens: Int, seed: UInt64
    ) -> Int {
        var order = BatchOrder(
            seed: seed, batchTokens: batchTokens,
            lengths: (0..<training.count).map { Int32(training.length($0) - 1) })
        var (steps, sequences) = (0, 0)
        while sequences < epochs * training.count {
            sequences += order.next().count
            steps += 1
        }
        return steps
    }

    /// Bytes of memory that a run takes beside its data, which stay in their files.
    ///
    /// - Parameters:
    ///   - shape: the model's shape.
    ///   - batchTokens: predicted tokens of a batch.
    ///   - longest: ids of the longest sequence.
    ///   - threads: threads that compute.
    /// - Returns: bytes.
    public static func memory(
        shape: ReferenceShape, batchTokens: Int, longest: Int, threads: Int
    ) -> Int {
        TrainingPass.memory(
            shape, threads: threads, maxTokens: batchTokens, longest: max(1, longest - 1))
            + 8 * shape.parameters
    }

    /// Every weight, in the order of the layout; a judge begins with its own.
    package var weights: FloatMemory { pass.weights }

    /// What a checkpoint keeps.
    private var state: [FloatMemory] { [pass.weights, optimizer.first, optimizer.second] }

    /// Does the steps that are left, or those up to `end`.
    ///
    /// A cancelled run writes a checkpoint before it throws, if it has one to write.
    ///
    /// - Parameters:
    ///   - end: where to stop before the settings' steps are done; nil for not.
    ///   - isCancelled: asked between steps and, inside one, at layers.
    ///   - report: is told of every step, evaluation and checkpoint.
    /// - Throws: `CancellationError`; ``TrainingError`` where the loss is no number any more or a
    ///   checkpoint cannot be written.
    public func run(
        until end: Int? = nil, isCancelled: () -> Bool = { false },
        report: (TrainingReport) -> Void
    ) throws {
        let last = min(end ?? settings.steps, settings.steps)
        lastCheckpoint = SteadyClock.now
        while step < last {
            do {
                if isCancelled() { throw CancellationError() }
                report(.step(try advance(isCancelled)))
                if let heldOut,
                    step % max(1, options.evaluationSteps) == 0 || step == settings.steps
                {
                    report(.heldOut(try evaluate(heldOut, isCancelled: isCancelled)))
                }
            } catch is CancellationError {
                try writeCheckpoint(report)
                throw CancellationError()
            }
            let rest = max(options.checkpointSeconds, 10 * checkpointCost)
            if step < last, SteadyClock.now - lastCheckpoint >= rest {
                try writeCheckpoint(report)
            }
        }
        try writeCheckpoint(report)
    }

    private func advance(_ isCancelled: () -> Bool) throws -> TrainingReport.Step {
        let began = SteadyClock.now
        var next = order
        let batch = batch(next.next(), of: training)
        let sum = try pass.gradients(of: batch, isCancelled: isCancelled)
        let norm = optimizer.norm(of: pass.gradient)
        guard sum.isFinite, norm.isFinite else {
            throw TrainingError(
                "the loss of step \(step + 1) is no number: training has diverged",
                hint: "take a lower learning rate or a longer warm-up")
        }
        optimizer.update(
            pass.weights, gradient: pass.gradient, norm: norm, step: step, settings: settings)
        // Only now: a step that was cancelled is done again.
        order = next
        step += 1
        learnedTokens += Int64(batch.rows)
        return TrainingReport.Step(
            step: step, loss: sum / Double(batch.rows), tokens: batch.rows,
            tokensPerSecond: Double(batch.rows) / max(SteadyClock.now - began, 1e-9),
            learningRate: settings.learningRate(step: step - 1), gradientNorm: norm)
    }

    private func batch(_ sequences: some Sequence<Int>, of data: TokenSequences) -> TokenBatch {
        var batch = TokenBatch(rows: settings.batchTokens)
        for sequence in sequences { data.withSequence(sequence) { batch.append($0) } }
        return batch
    }

    /// The mean loss of every sequence of `data` under the present weights.
    ///
    /// - Parameters:
    ///   - data: sequences no longer than those that the run was made with.
    ///   - isCancelled: asked at layers.
    /// - Returns: the mean, and how many tokens it is of.
    /// - Throws: `CancellationError`.
    public func evaluate(
        _ data: TokenSequences, isCancelled: () -> Bool = { false }
    ) throws -> TrainingReport.Evaluation {
        precondition(data.longest - 1 <= longest)
        var sum = 0.0, tokens = 0, first = 0
        while first < data.count {
            var end = first, rows = 0
            while end < data.count, rows + data.length(end) - 1 <= settings.batchTokens {
                rows += data.length(end) - 1
                end += 1
            }
            sum += try pass.loss(of: batch(first..<end, of: data), isCancelled: isCancelled)
            tokens += rows
            first = end
        }
        return TrainingReport.Evaluation(step: step, loss: sum / Double(tokens), tokens: tokens)
    }

    /// The loss of each sequence of `data` under the present weights, each read by itself.
    ///
    /// - Parameters:
    ///   - data: sequences no longer than those that the run was made for, nor than a batch.
    ///   - isCancelled: asked at layers.
    /// - Returns: Σ −ln p(token) of each sequence, nats.
    /// - Throws: `CancellationError`.
    public func losses(
        of data: TokenSequences, isCancelled: () -> Bool = { false }
    ) throws -> [Double] {
        precondition(data.longest - 1 <= min(longest, settings.batchTokens))
        return try (0..<data.count).map { sequence in
            try pass.loss(of: batch(sequence..<sequence + 1, of: data), isCancelled: isCancelled)
        }
    }

    private func writeCheckpoint(_ report: (TrainingReport) -> Void) throws(TrainingError) {
        guard let checkpoint, step > 0 else { return }
        let began = SteadyClock.now
        try checkpoint.write(step: step, arrays: state)
        lastCheckpoint = SteadyClock.now
        checkpointCost = lastCheckpoint - began
        report(.checkpoint(step: step, seconds: checkpointCost))
    }

    /// Writes config.json and model.safetensors into `folder`, each under a temporary name first.
    ///
    /// - Parameters:
    ///   - folder: an existing folder.
    ///   - bosToken: the id that stands in front of a text, if there is one.
    ///   - eosToken: the id that ends a text, if there is one.
    /// - Throws: ``TrainingError`` where the disk does not take them.
    public func writeModel(
        to folder: String, bosToken: Int? = nil, eosToken: Int? = nil
    ) throws(TrainingError) {
        try ReferenceFolder(path: folder).write(
            pass.weights, shape: shape, layout: pass.layout, bosToken: bosToken, eosToken: eosToken)
    }
}

import Foundation
import Logging
import TeacherInference

/// The teacher and the reference, loaded, checked against each other and known to the store.
struct ModelPair: Sendable {
    /// One model with its row in the store and its ``ModelFingerprint``.
    struct Member: Sendable {
        let model: any ScoringModel
        let id: Int64
        let fingerprint: String
    }

    /// The fingerprints of both.
    struct Fingerprints: Equatable {
        let teacher: String
        let reference: String
    }

    let teacher: Member
    let reference: Member
    let weightCheck: WeightCheck

    /// The fingerprints of both.
    var fingerprints: Fingerprints {
        Fingerprints(teacher: teacher.fingerprint, reference: reference.fingerprint)
    }

    /// Whether a chunk's token ids serve both: equal tokenizers and context rules.
    let sharesTokens: Bool

    /// Where the work is done.
    let places: [ScoringPlace]

    /// The model that plays a role.
    func member(_ role: ModelRole) -> Member { role == .teacher ? teacher : reference }

    /// Loads both models and makes them the store's current ones.
    ///
    /// - Parameters:
    ///   - loader: Knows the models and the longest chunk, and keeps what it has read.
    ///   - store: Takes the models' records and caches their fingerprints.
    ///   - logger: Tells which models were loaded.
    ///   - known: The fingerprints that both must have, where they were loaded before: a file
    ///     that was replaced meanwhile makes everything pending, which is a decision of a person's.
    ///   - isCancelled: Asked while an engine is waited for; true gives up.
    ///   - told: Hears how far the fingerprints are.
    /// - Throws: `ModelError`; ``RefineryError`` (refused) for a pair that cannot be compared or a
    ///   chunk size that does not fit a model's context, (engineAway, engineRefused) for an engine;
    ///   `CancellationError`.
    init(
        _ loader: inout PairLoader, store: Store, logger: Logger, known: Fingerprints? = nil,
        isCancelled: @escaping @Sendable () -> Bool = { false },
        told: (LoadingProgress) -> Void = { _ in }
    ) throws {
        var request = LoadRequest(logger: logger)
        request.known = { try store.servedRecord(fingerprint: $0) }
        request.isCancelled = isCancelled
        let configuration = loader.configuration
        request.timing = configuration.engineTiming
        let (models, digests, comparison) = try loader.load(request)
        sharesTokens = comparison == .token
        places = ScoringPlace.all(models, configuration)
        func register(
            _ model: any ScoringModel, _ role: ModelRole, digest: String, known: String?
        ) throws -> Member {
            let size = model.weightFiles.reduce(0) { $0 + $1.size }
            let fingerprint = try model.fingerprint(cache: store) {
                told(LoadingProgress(role: role, done: $0, total: size))
            }
            guard known == nil || known == fingerprint else {
                throw RefineryError(
                    .refused,
                    "the \(role.rawValue) \(model.path) is another model than the one loaded before",
                    hint: "start again to score everything with it, or bring the old one back")
            }
            let record = try Model(model, fingerprint: fingerprint, tokenizerDigest: digest)
            let id = try store.register(record, as: role)
            logger.notice(
                "model loaded",
                metadata: [
                    "role": "\(role.rawValue)", "path": "\(model.path)",
                    "parameters": "\(model.parameterCount)", "kernels": "\(model.computedBy)",
                    "context.rule": "\(model.contextRule)",
                    "fingerprint": "\(fingerprint.prefix(16))",
                ])
            return Member(model: model, id: id, fingerprint: fingerprint)
        }
        self.teacher = try register(
            models.teacher, .teacher, digest: digests.teacher, known: known?.teacher)
        self.reference = try register(
            models.reference, .reference, digest: digests.reference, known: known?.reference)
        if self.teacher.fingerprint == self.reference.fingerprint {
            logger.warning("teacher and reference are the same model: every difference will be 0")
        }
        let memory = ScoringMemory([models.teacher, models.reference], configuration)
        logger.notice(
            "memory for scoring",
            metadata: [
                "weights.bytes": "\(memory.weightBytes)", "worker.bytes": "\(memory.workerBytes)",
                "workers": "\(memory.threads)", "total.bytes": "\(memory.bytes)",
            ])
        weightCheck = WeightCheck([self.teacher, self.reference], logger: logger)
    }

    /// Cuts documents into pieces that fit both models.
    func chunker(maxTokens: Int) -> Chunker {
        Chunker(
            teacher: teacher.model, reference: reference.model, sharesTokens: sharesTokens,
            maxTokens: maxTokens)
    }
}

extension PipelineConfiguration {
    /// Loads both models and lets them go; blocks.
    ///
    /// - Parameters:
    ///   - logger: is told of what is noteworthy of an engine.
    ///   - wait: is told where an engine is away, and returns when it is to be asked again.
    /// - Throws: `ModelError`; ``RefineryError`` (refused) for a pair that cannot be compared or a
    ///   chunk size that does not fit a model's context, (engineRefused) for an engine; what `wait`
    ///   throws.
    public func checkModels(logger: Logger, wait: (RefineryError) throws -> Void) throws {
        var loader = PairLoader(self)
        _ = try loader.load(LoadRequest(logger: logger), wait: wait)
    }
}

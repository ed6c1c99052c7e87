import Foundation
import Logging
import TeacherInference

/// The teacher and the reference, loaded, checked against each other and known to the store.
struct ModelPair: Sendable {
    /// One model with its row in the store and its ``ModelFingerprint``.
    struct Member: Sendable {
        let model: LanguageModel
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

    /// Loads both models and makes them the store's current ones.
    ///
    /// - Parameters:
    ///   - configuration: Names the models and the longest chunk.
    ///   - store: Takes the models' records and caches their fingerprints.
    ///   - logger: Tells which models were loaded.
    ///   - known: The fingerprints that both must have, where they were loaded before: a file
    ///     that was replaced meanwhile makes everything pending, which is a decision of a person's.
    /// - Throws: `ModelError`; ``RefineryError`` (refused) for a pair that cannot be compared or a
    ///   chunk size that does not fit a model's context.
    init(
        _ configuration: PipelineConfiguration, store: Store, logger: Logger,
        known: Fingerprints? = nil
    ) throws {
        let (teacher, reference, digests, comparison) = try configuration.loadModels()
        sharesTokens = comparison == .token
        func register(
            _ model: LanguageModel, _ role: ModelRole, digest: String, known: String?
        ) throws -> Member {
            let fingerprint = try ModelFingerprint.of(model, cache: store)
            guard known == nil || known == fingerprint else {
                throw RefineryError(
                    .refused,
                    "the \(role.rawValue) \(model.path) is another model than the one loaded before",
                    hint: "start again to score everything with it, or bring the old one back")
            }
            var record = Model(
                path: model.path, fingerprint: fingerprint,
                architecture: model.configuration.architecture,
                parameters: Int64(model.parameterCount), tokenizer: model.tokenizer.summary,
                tokenizerDigest: digest, contextRule: model.contextRule,
                maxContext: model.maxContext)
            record.slice = try TrainingRecordFile.slice(folder: model.path)
            let id = try store.register(record, as: role)
            logger.notice(
                "model loaded",
                metadata: [
                    "role": "\(role.rawValue)", "path": "\(model.path)",
                    "parameters": "\(model.parameterCount)", "kernels": "\(model.kernelName)",
                    "context.rule": "\(model.contextRule)",
                    "fingerprint": "\(fingerprint.prefix(16))",
                ])
            return Member(model: model, id: id, fingerprint: fingerprint)
        }
        self.teacher = try register(
            teacher, .teacher, digest: digests.0, known: known?.teacher)
        self.reference = try register(
            reference, .reference, digest: digests.1, known: known?.reference)
        if self.teacher.fingerprint == self.reference.fingerprint {
            logger.warning("teacher and reference are the same model: every difference will be 0")
        }
        let memory = ScoringMemory([teacher, reference], configuration)
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
        let model = reference.model
        let room = model.maxContext - (model.contextToken == nil ? 0 : 1)
        return Chunker(
            tokenizer: teacher.model.tokenizer, maxTokens: maxTokens,
            companion: sharesTokens
                ? nil : Chunker.Companion(tokenizer: model.tokenizer, maxTokens: room))
    }
}

extension PipelineConfiguration {
    /// Loads both models and lets them go.
    ///
    /// - Throws: `ModelError`; ``RefineryError`` (refused) for a pair that cannot be compared or a
    ///   chunk size that does not fit a model's context.
    public func checkModels() throws {
        _ = try loadModels()
    }

    /// Both models, checked against each other, and the digests of their tokenizers.
    fileprivate func loadModels() throws -> (
        teacher: LanguageModel, reference: LanguageModel, digests: (String, String), PairComparison
    ) {
        let teacher = try LanguageModel(self.teacher)
        let reference = try LanguageModel(self.reference)
        let digests = (
            ModelFingerprint.tokenizer(teacher.tokenizer),
            ModelFingerprint.tokenizer(reference.tokenizer)
        )
        let comparison = try PairComparison(
            teacher: teacher, digests.0, reference: reference, digests.1)
        for model in [teacher, reference] {
            try PairComparison.checkFit(model, maxTokens: maxTokens)
        }
        return (teacher, reference, digests, comparison)
    }
}

extension LanguageModel {
    fileprivate convenience init(_ reference: ModelReference) throws(ModelError) {
        try self.init(path: reference.path, options: reference.options)
    }
}

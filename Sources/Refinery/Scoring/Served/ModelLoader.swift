import TeacherInference

/// Loads one model, and keeps what it has read should it be asked again.
///
/// Whoever waits for an engine asks again and again.
struct ModelLoader {
    private let reference: ModelReference
    private var native: LanguageModel?
    private var source: ServedSource?

    /// A loader that has read nothing yet.
    init(_ reference: ModelReference) {
        self.reference = reference
    }

    /// Reads the model, or connects to the engine that serves it; blocks.
    ///
    /// - Throws: `ModelError`; ``RefineryError`` as ``ServedModel`` has it; `CancellationError`.
    mutating func load(_ request: LoadRequest) throws -> any ScoringModel {
        guard reference.engine == nil else {
            let found = try source ?? ServedSource(reference, logger: request.logger)
            source = found
            return try ServedModel(found, request)
        }
        let found = try native ?? LanguageModel(path: reference.path, options: reference.options)
        native = found
        return found
    }
}

/// Loads a pair's models.
struct PairLoader {
    /// Both models, the digests of their tokenizers, and how they are compared.
    typealias Loaded = (
        models: ByRole<any ScoringModel>, digests: ByRole<String>, comparison: PairComparison
    )

    let configuration: PipelineConfiguration
    private var teacher: ModelLoader
    private var reference: ModelLoader

    /// A loader that has read nothing yet.
    init(_ configuration: PipelineConfiguration) {
        self.configuration = configuration
        teacher = ModelLoader(configuration.teacher)
        reference = ModelLoader(configuration.reference)
    }

    /// Both models, checked against each other, and the digests of their tokenizers.
    ///
    /// - Throws: `ModelError`; ``RefineryError`` (refused) for a pair that cannot be compared or a
    ///   chunk size that does not fit a model's context, (engineAway, engineRefused) for an engine;
    ///   `CancellationError`.
    mutating func load(_ request: LoadRequest) throws -> Loaded {
        let models = ByRole(
            teacher: try teacher.load(request), reference: try reference.load(request))
        let digests = ByRole(
            teacher: ModelFingerprint.tokenizer(models.teacher.tokenizer),
            reference: ModelFingerprint.tokenizer(models.reference.tokenizer))
        let comparison = try PairComparison(
            teacher: models.teacher, digests.teacher, reference: models.reference,
            digests.reference)
        for model in [models.teacher, models.reference] {
            try PairComparison.checkFit(model, maxTokens: configuration.maxTokens)
        }
        return (models, digests, comparison)
    }

    /// The same, again and again while an engine is away.
    ///
    /// - Parameters:
    ///   - request: what loading needs.
    ///   - wait: is told where an engine is away, and returns when it is to be asked again.
    /// - Returns: Both models.
    /// - Throws: As ``load(_:)``, but for an engine's absence; what `wait` throws.
    mutating func load(
        _ request: LoadRequest, wait: (RefineryError) throws -> Void
    ) throws -> Loaded {
        while true {
            do {
                return try load(request)
            } catch let error as RefineryError where error.kind == .engineAway {
                try wait(error)
            }
        }
    }
}

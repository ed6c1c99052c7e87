import Foundation
import ScoringEngines
import TeacherInference

/// A model as a user names it.
public struct ModelReference: Sendable, Equatable, CustomStringConvertible {
    /// A .gguf file or a Hugging Face folder; not used where an engine serves the model.
    public var path: String
    /// The context rule: `auto`, `none`, `bos` or a control token's spelling.
    public var context: String
    /// The pre-tokenizer's name, where the file's own is not to be used.
    public var pre: String?
    /// Fields of a folder's config.json that need not be understood.
    public var ignoredConfig: [String]
    /// The engine that serves it; nil for a model that this process reads.
    public var engine: EngineReference?

    /// A reference of the given parts.
    public init(path: String, context: String, pre: String?, ignoredConfig: [String] = []) {
        self.path = path
        self.context = context
        self.pre = pre
        self.ignoredConfig = ignoredConfig
    }

    /// The path, or the address of the engine that serves it.
    public var description: String {
        guard let engine else { return path }
        return "\(engine.kind)+\(engine.urls.joined(separator: ",")) \(engine.model)"
    }

    /// What of it is on this machine: the model, or a served model's tokenizer.
    public var localPath: String { engine?.tokenizer ?? path }

    /// How the library is to read it.
    public var options: LanguageModel.Options {
        LanguageModel.Options(context: context, pre: pre, ignoredConfig: ignoredConfig)
    }
}

/// What the pipeline works with.
public struct PipelineConfiguration: Sendable, Equatable {
    /// The teacher.
    public var teacher: ModelReference
    /// The reference model.
    public var reference: ModelReference
    /// Threads that score; 0 for one a core.
    public var threads = 0
    /// The most tokens of a chunk.
    public var maxTokens = 1024
    /// What ``maxTokens`` may be.
    public static let maxTokensRange = 16...1_000_000
    /// The most tokens of one worker's batch.
    public var batchTokens = 2048
    /// The most seconds of one batch.
    public var batchSeconds = 5.0
    /// Whether each token's NLL is stored too, in 16 bits.
    public var storeTokenNLL = false
    /// The share of the chunks that the teacher reads; nil for all of them.
    public var teacherShare: DecimalFraction?
    /// Nice level of the scoring threads.
    public var nice = 0
    /// Seconds without work after which the models' memory is given back; 0 keeps it.
    public var idleSeconds = 30.0
    /// Whether a full disk or a store that another process locks is waited for, not an error.
    public var waitsForStore = false
    /// Whether an engine that refuses to score is asked again later, not an error.
    ///
    /// One that is away is waited for in any case.
    public var waitsForEngines = false
    /// Seconds until an engine that refused is asked again.
    var refusalSeconds = 30.0
    /// Seconds until an engine that is away is asked again; more where it stays away.
    var absenceSeconds = 2.0
    /// How long engines are waited for.
    var engineTiming = EngineTiming()

    /// The defaults, with the given models.
    public init(teacher: ModelReference, reference: ModelReference) {
        self.teacher = teacher
        self.reference = reference
    }
}

extension PipelineConfiguration {
    /// Threads that score: ``threads``, or one a core that this process may use.
    public var scoringThreads: Int {
        threads > 0 ? threads : AvailableCores.count
    }

    /// Tokens that one worker's memory is sized for.
    public var batchCapacity: Int {
        Self.capacity(batchTokens: batchTokens, maxTokens: maxTokens)
    }

    /// A batch holds at least one chunk and its context token.
    static func capacity(batchTokens: Int, maxTokens: Int) -> Int {
        max(batchTokens, maxTokens + 1)
    }
}

import Logging
import ScoringEngines
import TeacherInference

/// What reading a model, or connecting to one, needs beside the model's name.
public struct LoadRequest: Sendable {
    /// Is told of what is noteworthy, never of texts or keys.
    public var logger: Logger
    /// What is recorded of a served model with this fingerprint.
    var known: @Sendable (String) throws -> ServedRecord? = { _ in nil }
    /// Asked now and then while an engine is waited for; true gives it up.
    var isCancelled: @Sendable () -> Bool = { false }
    /// How long engines are waited for.
    var timing = EngineTiming()

    /// A request without a store.
    public init(logger: Logger) {
        self.logger = logger
    }
}

extension ModelReference {
    /// Reads the model, or connects to the engine that serves it; blocks.
    ///
    /// - Throws: `ModelError`; ``RefineryError`` as ``ServedModel`` has it; `CancellationError`.
    public func load(_ request: LoadRequest) throws -> any ScoringModel {
        var loader = ModelLoader(self)
        return try loader.load(request)
    }
}

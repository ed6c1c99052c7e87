import TeacherInference

/// A model that this process reads scores on this machine's cores.
extension LanguageModel: ScoringModel {
    /// The architecture, such as `llama`.
    public var architecture: String { configuration.architecture }
    /// The kernels.
    public var computedBy: String { kernelName }
    /// The path that the user named.
    public var localPath: String { path }
    /// Nothing: no engine serves it.
    public var served: ServedRecord? { nil }
    /// None: it takes this machine's cores.
    public var remoteWorkers: RemoteWorkers? { nil }

    /// As ``ModelFingerprint/of(_:cache:progress:)``.
    public func fingerprint(cache: Store?, told: (Int64) -> Void) throws -> String {
        try ModelFingerprint.of(self, cache: cache, progress: told)
    }

    /// Allocates what a thread works in.
    public func makeScorer(batchTokens: Int) -> any SequenceScoring {
        NativeScorer(model: self, batchTokens: batchTokens)
    }
}

/// What the daemon is doing: `GET /v1/status`, `refinectl status --json`.
public struct StatusReport: Codable, Sendable, Equatable {
    /// What the daemon is doing.
    public var state = PipelineState.loading
    /// Every corpus, by name in byte order.
    public var corpora: [CorpusStatus] = []
    /// Tokens scored a second, by both models, in the last minute or so; null when idle.
    @NullEncoded public var tokensPerSecond: Double?
    /// Seconds until nothing is pending at the present rate; null when not known.
    @NullEncoded public var etaSeconds: Double?
    /// Between what numbers of seconds that is likely to be, two numbers; null when not known.
    @NullEncoded public var etaRange: [Double]?
    /// The current teacher; null until it has been loaded once.
    @NullEncoded public var teacher: ModelReport?
    /// The current reference; null until it has been loaded once.
    @NullEncoded public var reference: ModelReport?
    /// The store's file, as an absolute path; absent from daemons before it was added.
    public var store: String?
    /// The daemon's version.
    public var version = ""
    /// Why the state is `failed` or `waiting`.
    @NullEncoded public var error: String?

    /// A report to fill in.
    public init() {}

    private enum CodingKeys: String, CodingKey {
        case state, corpora, teacher, reference, store, version, error
        case tokensPerSecond = "tokens_per_second"
        case etaSeconds = "eta_seconds"
        case etaRange = "eta_seconds_range"
    }
}

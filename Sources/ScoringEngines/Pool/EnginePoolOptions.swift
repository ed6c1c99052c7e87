/// Bounds on what a pool sends, and on how long it goes on.
public struct EnginePoolOptions: Sendable {
    /// Tokens in flight at each endpoint: at least twice what the engine takes in one step.
    public var tokensInFlight = 16384
    /// Tokens of one request; a longer sequence makes a request of its own.
    public var requestTokens = 2048
    /// Tokens that a sequence may have, nil where it is not known.
    ///
    /// Longer ones fail without being sent.
    public var longestSequence: Int?
    /// What the operator calls the weights; compared where the engine reports it.
    public var revision: String?
    /// Compared at the start, whenever an endpoint comes back, and every ``checkEvery`` sequences.
    public var canary: EngineCanary?
    /// Sequences that an endpoint scores until identity and canary are asked for again.
    public var checkEvery = 10_000
    /// Wrong answers in a row from one endpoint that end the run.
    public var mostWrongAnswers = 4
    /// Sequences in a row that the engine refuses one by one, and none scored meanwhile, that end
    /// the run: then it is the request and not the sequence.
    public var mostFailures = 8
    /// How long the pool goes on while no endpoint scores anything; nil: for ever.
    public var patience: Duration?

    /// The defaults.
    public init() {}
}

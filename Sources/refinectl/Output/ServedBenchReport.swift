import Refinery

/// What `bench` says of a model that an engine serves.
struct ServedBenchReport: Codable, Sendable, Equatable {
    /// The address.
    var path: String
    /// The engine, with its version.
    var engine: String
    /// Tokens of one sequence.
    var length: Int
    /// Tokens that are sent before answers come, at each endpoint.
    var tokensInFlight: Int
    /// Tokens scored.
    var tokens: Int
    var seconds: Double
    var tokensPerSecond: Double
    /// Processor time of this process by token, 10⁻⁶ s.
    var microsecondsPerToken: Double

    private enum CodingKeys: String, CodingKey {
        case path, engine, length, tokens, seconds
        case tokensInFlight = "tokens_in_flight"
        case tokensPerSecond = "tokens_per_second"
        case microsecondsPerToken = "cpu_us_per_token"
    }

    /// The report of one run.
    init(
        _ benchmark: ServedBenchmark, tokensInFlight: Int, _ result: ServedBenchmark.Result
    ) {
        path = benchmark.model.path
        engine = benchmark.model.computedBy
        length = benchmark.length
        self.tokensInFlight = tokensInFlight
        tokens = result.tokens
        seconds = result.seconds
        tokensPerSecond = Double(result.tokens) / max(result.seconds, 1e-9)
        microsecondsPerToken = 1e6 * result.processorSeconds / Double(max(1, result.tokens))
    }

    /// The report for people.
    func render() -> String {
        var table = TextTable([("", .left), ("", .left)])
        func add(_ name: String, _ value: String) { table.add([name, value]) }
        add("model", path)
        add("engine", engine)
        add(
            "work",
            "\(NumberText.count(tokens)) tokens in sequences of \(NumberText.count(length)), "
                + "\(NumberText.count(tokensInFlight)) in flight")
        add("speed", "\(NumberText.rate(tokensPerSecond)) tokens/s")
        add("cost here", "\(NumberText.fixed(microsecondsPerToken, 2)) µs of a core a token")
        return NumberText.printableLines(table.render())
    }
}

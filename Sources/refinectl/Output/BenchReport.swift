import Refinery
import TeacherInference

/// What `bench` says of a model on this machine.
struct BenchReport: Codable, Sendable, Equatable {
    var path: String
    var kernels: String
    var threads: Int
    /// Tokens of one sequence.
    var length: Int
    /// Tokens of one thread's batch.
    var batchTokens: Int
    /// Tokens scored.
    var tokens: Int
    var seconds: Double
    var tokensPerSecond: Double
    /// Achieved floating-point operations, 10⁹ a second.
    var gigaflops: Double
    /// The machine's peak of fused multiply-adds on as many threads, 10⁹ operations a second.
    var peakGigaflops: Double
    /// Achieved by peak.
    var efficiency: Double
    /// Share of the threads' time by part, 0 to 1.
    var parts: [String: Double]
    /// What summaries for a teacher's share add to the time, as a share of it.
    var summaryShare: Double
    /// Most resident memory, bytes.
    var residentBytes: Int
    /// What the memory formula allots, bytes.
    var formulaBytes: Int

    private enum CodingKeys: String, CodingKey {
        case path, kernels, threads, length, tokens, seconds, efficiency, parts
        case batchTokens = "batch_tokens"
        case tokensPerSecond = "tokens_per_second"
        case gigaflops = "gflops"
        case peakGigaflops = "peak_gflops"
        case summaryShare = "summary_share"
        case residentBytes = "resident_bytes"
        case formulaBytes = "formula_bytes"
    }

    /// The report of one run.
    init(_ benchmark: Benchmark, _ result: Benchmark.Result) {
        path = benchmark.model.path
        kernels = benchmark.model.kernelName
        threads = benchmark.threads
        length = benchmark.length
        batchTokens = benchmark.batchTokens
        tokens = result.tokens
        seconds = result.seconds
        tokensPerSecond = Double(result.tokens) / result.seconds
        gigaflops = result.operations / result.seconds / 1e9
        peakGigaflops = result.peak / 1e9
        efficiency = result.operations / result.seconds / result.peak
        let all = result.parts.values.reduce(0, +)
        parts = Dictionary(
            uniqueKeysWithValues: result.parts.map { ($0.key.rawValue, $0.value / max(all, 1e-9)) })
        summaryShare = result.summaryShare
        residentBytes = result.residentBytes
        formulaBytes = result.formulaBytes
    }

    /// The report for people.
    func render() -> String {
        var table = TextTable([("", .left), ("", .left)])
        func add(_ name: String, _ value: String) { table.add([name, value]) }
        add("model", path)
        add(
            "work",
            "\(NumberText.count(tokens)) tokens in sequences of \(NumberText.count(length)), "
                + "batches of \(NumberText.count(batchTokens)), "
                + "\(NumberText.counted(Int64(threads), "thread")), kernels \(kernels)")
        add("speed", "\(NumberText.rate(tokensPerSecond)) tokens/s")
        add(
            "arithmetic",
            "\(NumberText.fixed(gigaflops, 1)) GFLOP/s of \(NumberText.fixed(peakGigaflops, 1)) "
                + "(\(NumberText.fixed(100 * efficiency, 1)) % of the multiply-add peak)")
        for part in ForwardPart.allCases {
            add(
                part == .embedding ? "time" : "",
                "\(NumberText.fixed(100 * (parts[part.rawValue] ?? 0), 1)) % \(part.rawValue)")
        }
        add(
            "summaries",
            "\(NumberText.fixed(100 * summaryShare, 2)) % more time, for a reference whose teacher "
                + "reads a share")
        add(
            "memory",
            "\(NumberText.bytes(Int64(residentBytes))) resident at most; weights and buffers are "
                + NumberText.bytes(Int64(formulaBytes)))
        return table.render()
    }
}

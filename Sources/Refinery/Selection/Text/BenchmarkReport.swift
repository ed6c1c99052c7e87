/// The answer of `POST /v1/benchmarks`, whose body is ``QuestionWindows/bytes``.
public struct BenchmarkReport: Codable, Sendable, Equatable {
    /// What a rule names the benchmark by.
    public var sha256: String
    /// How many windows the store holds of it.
    public var windows: Int

    /// What is said of a benchmark.
    public init(_ windows: QuestionWindows) {
        sha256 = windows.sha256
        self.windows = windows.hashes.count
    }
}

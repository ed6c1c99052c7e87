/// What became of a score file: the answer of `POST /v1/score-files`.
public struct ScoreImportReport: Codable, Sendable, Equatable {
    /// The job's number.
    public var job: Int64
    /// The file, as it was named.
    public var file: String
    /// Whether its pair is the current one, so that its scores count.
    public var isCurrent: Bool
    /// What became of its scores.
    public var scores: ScoreImportCounts

    /// A report on a file that was taken.
    ///
    /// - Parameters:
    ///   - job: the job's number.
    ///   - file: its name.
    ///   - header: its first line.
    ///   - scores: what became of its scores.
    ///   - store: took them.
    /// - Throws: ``RefineryError`` where the store cannot be read.
    public init(
        job: Int64, file: String, _ header: ScoreFileHeader, _ scores: ScoreImportCounts,
        in store: Store
    ) throws {
        self.job = job
        self.file = file
        let status = try store.status()
        isCurrent =
            status.teacher?.fingerprint == header.teacher.fingerprint
            && status.reference?.fingerprint == header.reference.fingerprint
        self.scores = scores
    }

    private enum CodingKeys: String, CodingKey {
        case job, file, scores
        case isCurrent = "current"
    }
}

import Prediction

/// What is expected of the differences of chunks that the teacher did not read, chunk by chunk.
struct ExpectedDifferences {
    private let regression: RidgeRegression
    private let summaries: SummaryRows
    private var names: DomainNames

    /// Expectations by a regression.
    ///
    /// - Parameters:
    ///   - regression: learnt from a sample.
    ///   - snapshot: the store.
    ///   - reference: row id of the model whose summaries it takes.
    /// - Throws: ``RefineryError`` where the store cannot be read.
    init(_ regression: RidgeRegression, in snapshot: Snapshot, reference: Int64) throws {
        self.regression = regression
        summaries = try SummaryRows(snapshot, model: reference)
        names = DomainNames(snapshot)
    }

    /// The expected difference of a chunk that stands for its text; nil where the reference left no
    /// summary.
    ///
    /// Ids must ascend from call to call.
    mutating func next(_ chunk: Int64, domain: Int32) throws -> Double? {
        try summaries.next(chunk).map { try expect($0, domain) }
    }

    /// The expected difference of any chunk that stands for its text.
    mutating func find(_ chunk: Int64) throws -> Double? {
        try summaries.find(chunk).map { try expect($0.features, $0.domain) }
    }

    private mutating func expect(_ features: [Float], _ domain: Int32) throws -> Double {
        guard features.count == regression.coefficients.count else {
            throw RefineryError(
                .refused,
                "the reference left \(features.count) numbers of a chunk, and the prediction takes "
                    + "\(regression.coefficients.count)",
                hint: "the rule's prediction is of another reference")
        }
        return regression.predict(features, domain: try names.name(of: domain))
    }
}

/// A regression learnt from the chunks that the teacher read, and what regressions that did not see
/// a chunk say of it.
public struct DifferencePrediction: Sendable {
    /// The regression on all chunks.
    public let regression: RidgeRegression
    /// A prediction for each chunk of the learning set, by a regression on the other nine folds of
    /// chunks.
    ///
    /// It may have seen other chunks of the same document, as the regression on all chunks may have
    /// of a chunk that the teacher did not read.
    public let outOfFold: [Double]
    /// A prediction for each chunk of the learning set, by a regression on the other four folds of
    /// documents: as of a chunk of whose document the teacher read nothing.
    public let outOfDocument: [Double]

    /// Fits to `set`.
    ///
    /// - Parameter set: chunks that both models read, in chunk order.
    /// - Throws: ``PredictionError`` where they are of too few documents.
    public init(_ set: LearningSet) throws(PredictionError) {
        let fitter = RidgeFitter(set)
        regression = try fitter.fit()
        var byChunk: [RidgeRegression] = [], byDocument: [RidgeRegression] = []
        for fold in 0..<TextHash.chunkFolds {
            byChunk.append(try fitter.fit(withoutChunks: fold))
        }
        for fold in 0..<TextHash.documentFolds {
            byDocument.append(try fitter.fit(withoutDocuments: fold))
        }
        func predictions(_ folds: [RidgeRegression], _ hashes: [TextHash]) -> [Double] {
            (0..<set.count).map { index in
                let domain = set.domains[index]
                return folds[hashes[index].fold(of: folds.count)].predict(
                    set.row(index), domain: domain < 0 ? nil : set.domainNames[domain])
            }
        }
        outOfFold = predictions(byChunk, set.chunks)
        outOfDocument = predictions(byDocument, set.documents)
    }
}

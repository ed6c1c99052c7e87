import Prediction

/// Chunks whose true differences are all known.
struct Corpus {
    let chunks: [JudgedChunk]
    let features: [[Float]]
    private let texts: [TextHash]
    private let documents: [TextHash]
    private let domains: [Int]

    init(path: String, withStates: Bool) throws {
        chunks = try JudgedChunk.read(path: path)
        features = try chunks.map { try $0.features(withStates: withStates) }
        texts = chunks.map { TextHash(sha256: JudgedChunk.bytes($0.sha256)) }
        documents = chunks.map { TextHash(sha256: JudgedChunk.bytes($0.document)) }
        var indices: [String: Int] = [:]
        domains = chunks.map { chunk in
            guard let domain = chunk.domain else { return -1 }
            let index = indices[domain] ?? indices.count
            indices[domain] = index
            return index
        }
    }

    /// What is learnt from the chunks of these indices.
    func learningSet(_ indices: [Int]) throws -> LearningSet {
        var set = LearningSet(width: features.first?.count ?? 0)
        for index in indices {
            try set.append(
                features: features[index], domain: chunks[index].domain,
                chunk: texts[index],
                document: documents[index], difference: chunks[index].difference)
        }
        return set
    }

    /// The whole procedure: sample, prediction, band, quality; nil where the share is too small.
    ///
    /// - Parameters:
    ///   - seed: of the sample.
    ///   - share: of the teacher, in thousandths.
    ///   - ratio: of the chunks that the rule keeps.
    /// - Returns: What it says of every chunk, and of itself.
    /// - Throws: ``PredictionError``.
    func run(seed: Int, share: Int, ratio: Double) throws -> PredictionJudge.Run? {
        let share = (share, TeacherSample.places / 1000 * share)
        guard let sample = try? TeacherSample(share: share.1, ofChunks: chunks.count) else {
            return nil
        }
        let places = chunks.map {
            TeacherSample.place(ofText: JudgedChunk.bytes($0.sha256), seed: UInt64(seed))
        }
        let draw = sample.draw(places: places, domains: domains)
        let set = try learningSet(draw.chunks)
        let prediction = try DifferencePrediction(set)
        let predicted = chunks.indices.map {
            prediction.regression.predict(features[$0], domain: chunks[$0].domain)
        }
        var read = [Bool](repeating: false, count: chunks.count)
        for index in draw.chunks { read[index] = true }
        let rule = SelectionCut.share(ratio)
        let sizes = [Double](repeating: 1, count: chunks.count)
        func expected() -> [Double] {
            chunks.indices.map { read[$0] ? chunks[$0].difference : predicted[$0] }
        }
        let cut = rule.value(differences: expected(), sizes: sizes)
        let unread = chunks.indices.filter { !read[$0] }
        let band = CutBand(
            cut: cut, spread: PredictionSpread(set, prediction, cut: cut),
            predictions: unread.map { predicted[$0] }, domains: unread.map { chunks[$0].domain },
            budget: chunks.count * share.0 / 1000 - draw.chunks.count)
        for index in unread where band.contains(predicted[index], domain: chunks[index].domain) {
            read[index] = true
        }
        let quality = try PredictionQuality(
            set, prediction,
            probabilities: draw.chunks.map { draw.probabilities[domains[$0]] ?? 1 },
            sizes: draw.chunks.map { _ in 1 }, cut: rule,
            last: rule.value(differences: expected(), sizes: sizes), band: band)
        return PredictionJudge.Run(
            seed: seed, share: share.0, sampled: draw.chunks, read: read, predicted: predicted,
            expected: expected(), quality: quality)
    }
}

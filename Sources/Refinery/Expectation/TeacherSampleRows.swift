import Prediction

extension RefineryError {
    /// Why a prediction cannot be made, as a refusal.
    init(_ error: PredictionError) {
        self.init(.refused, error.message, hint: error.hint)
    }
}

/// The teacher's sample with what both models said of it: what a prediction is learnt from.
struct TeacherSampleRows {
    /// The chunks of the sample that both models scored, by ascending id.
    let set: LearningSet
    /// Row ids of the chunks of ``set``.
    let chunks: [Int64]
    /// Row ids of their documents.
    let documents: [Int64]
    /// How probable it was that each was drawn.
    let probabilities: [Double]
    /// Their scored tokens.
    let tokens: [Double]
    /// What a difference is divided by.
    let unit: ScoreUnit
    /// How much the teacher reads, and what besides the sample.
    let share: TeacherShareRow

    /// Reads the sample of the current pair.
    ///
    /// - Parameters:
    ///   - snapshot: the store.
    ///   - pair: the models.
    ///   - share: how much the teacher reads.
    ///   - isPartial: whether chunks of the sample that are not scored yet are passed over.
    /// - Throws: ``RefineryError`` where no sample is drawn, or it is not read yet.
    init(
        _ snapshot: Snapshot, _ pair: ByRole<Model>, share: TeacherShareRow, isPartial: Bool
    ) throws {
        guard let threshold = share.threshold else {
            throw RefineryError(
                .refused,
                "nothing can be expected of chunks that the teacher did not read: its sample of "
                    + "\(share.share) of the chunks is not drawn yet",
                hint: "wait until the corpus is cut; a sample has at least "
                    + "\(TeacherSample.fewestChunks) chunks")
        }
        self.share = share
        unit = pair.sharesTokens ? .token : .byte
        var draw = SampleDraw(TeacherSample(threshold: threshold))
        var ofSample: [Int64: Int32] = [:]
        try snapshot.forEachOriginal {
            draw.add(Int($0.id), place: $0.place, domain: Int($0.domain))
        }
        let drawn = draw.finish()
        let wanted = IDSet(drawn.chunks)
        try snapshot.forEachOriginal { if wanted.contains($0.id) { ofSample[$0.id] = $0.domain } }
        let rows = try ScoreRows(snapshot, pair)
        let summaries = try SummaryRows(snapshot, model: pair.reference.id)
        var (set, missing) = (LearningSet?.none, 0)
        var (chunks, documents): ([Int64], [Int64]) = ([], [])
        var (probabilities, tokens): ([Double], [Double]) = ([], [])
        var names = DomainNames(snapshot)
        for id in drawn.chunks.map(Int64.init) {
            guard let domain = ofSample[id] else { continue }
            let outcome = try rows.next(id)
            guard case .scored(let teacher, let reference) = outcome,
                let features = try summaries.next(id)
            else {
                switch outcome {
                // A score without a summary is read once more.
                case .pending, .unread, .scored: missing += 1
                case .tooShort, .failed: break
                }
                continue
            }
            let count = Double(unit == .token ? teacher.tokens : teacher.bytes)
            let hashes = try snapshot.textHashes(ofChunk: id)
            let name = try names.name(of: domain)
            var grown = set ?? LearningSet(width: features.count)
            set = nil
            do {
                try grown.append(
                    features: features, domain: name, chunk: hashes.chunk,
                    document: hashes.document, difference: (reference.nll - teacher.nll) / count)
            } catch {
                throw RefineryError(error)
            }
            set = grown
            chunks.append(id)
            documents.append(hashes.documentID)
            probabilities.append(drawn.probabilities[Int(domain)] ?? 1)
            tokens.append(Double(teacher.tokens))
        }
        guard missing == 0 || isPartial else {
            throw RefineryError(
                .refused,
                "the teacher has yet to read \(missing) of the \(drawn.chunks.count) chunks of its "
                    + "sample",
                hint: "wait until they are done, or ask for a partial selection (--partial)")
        }
        guard let set else {
            throw RefineryError(
                .refused, "no chunk of the teacher's sample is scored by both models",
                hint: "raise the teacher's share, or read the whole corpus with the teacher")
        }
        self.set = set
        (self.chunks, self.documents) = (chunks, documents)
        (self.probabilities, self.tokens) = (probabilities, tokens)
    }

    /// The regression on the sample, and what regressions say of chunks that they did not see.
    func learn() throws -> DifferencePrediction {
        do {
            return try DifferencePrediction(set)
        } catch {
            throw RefineryError(error)
        }
    }

    /// Whether more than the NLLs of the reference is known: an engine shows nothing else.
    var seesStates: Bool { self.set.width > NLLStatistics.count }
}

/// Names of domains, each looked up once.
struct DomainNames {
    private let snapshot: Snapshot
    private var names: [Int32: String?] = [:]

    /// No names yet.
    init(_ snapshot: Snapshot) { self.snapshot = snapshot }

    /// The name of the domain of that row id; nil for 0, which is none.
    mutating func name(of id: Int32) throws -> String? {
        guard id != 0 else { return nil }
        if let name = names[id] { return name }
        let name = try snapshot.domainName(id).map { String(decoding: $0, as: UTF8.self) }
        names[id] = .some(name)
        return name
    }
}

extension IDSet {
    /// A set of these.
    init(_ ids: [Int]) {
        self.init()
        for id in ids { insert(Int64(id)) }
    }
}

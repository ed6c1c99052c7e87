import Refinery

/// A pilot of a corpus, with its progress on stderr: what `estimate` and `inspect --measure` do.
struct PilotRun {
    /// The corpus.
    let sources: [CorpusSource]
    /// How its lines are read.
    let fields: FieldNames
    /// The teacher.
    let teacher: any ScoringModel
    /// The reference; nil: only the cost is said.
    let reference: (any ScoringModel)?
    /// What is asked for; the rates of served models are measured.
    var request: EstimateRequest
    /// Threads that work.
    let threads: Int

    /// Draws and scores; blocks.
    func run(_ isCancelled: AtomicFlag) throws -> EstimateRecord {
        var request = request
        for (role, model) in [(ModelRole.teacher, teacher)]
            + (reference.map { [(ModelRole.reference, $0)] } ?? [])
        where model.remoteWorkers != nil {
            request.servedRates[role] = try MeasuredSpeed.measure(served: model).tokensPerSecond
        }
        let bytes = sources.reduce(0) { $0 + (FileReader.size(path: $1.path) ?? 0) }
        let stage = EstimateStage(
            CorpusDocuments(files: sources, fields: fields, isCancelled: isCancelled),
            bytes: bytes, teacher: teacher, reference: reference, request: request,
            threads: threads, isCancelled: { isCancelled.isSet })
        let reporter = ProgressReporter()
        defer { reporter.finish() }
        var read: Int64 = 0
        return try stage.run { event in
            switch event {
            case .reading(let count):
                read += Int64(count)
                reporter.update(
                    ProgressSnapshot(stage: "reading", done: read, total: bytes, unit: "bytes"))
            case .rejected(let line): reporter.note(NumberText.printable("rejected \(line)"))
            case .scoring(let chunks, let all):
                // It ends when its time is up, whatever is left.
                reporter.update(
                    ProgressSnapshot(
                        stage: "scoring", done: Int64(chunks), total: Int64(all), isSteady: false))
            }
        }
    }
}

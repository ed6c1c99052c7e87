import Foundation
import NIOPosix
import Refinery

/// The stages of `refine`: import, cut and score, select, write.
struct RefineJob: Sendable {
    /// The store's file.
    let store: String
    /// Whether the user named the store.
    let isKept: Bool
    /// The files.
    let sources: [CorpusSource]
    /// How they are read.
    let files: CorpusOptions
    /// The models and the threads.
    let configuration: PipelineConfiguration
    /// Score files to take in place of scoring; none: score.
    let scores: [String]
    /// What an hour of one core costs; nil where nobody says.
    let price: Double?
    /// Set by Ctrl-C.
    let interrupted = AtomicFlag()

    /// Does it all; what it throws leaves in the store what was recorded.
    ///
    /// `ruleFiles` are those that the rule names; without an `output` to write to it
    /// only says what would be kept. The answer is the selection and how many lines were rejected.
    func run(
        rule: SelectionRule, ruleFiles: RuleFiles, writing: OutputOptions, output: ExportOutput?
    ) async throws -> (SelectionSummary, rejected: Int64) {
        let pool = NIOThreadPool.singleton
        let name = store
        let (lock, opened) = try await pool.runIfActive {
            (try InstanceLock(store: name), try Store(path: name))
        }
        defer { withExtendedLifetime(lock) {} }
        // Before hours of scoring, not behind them.
        let kept = files.keep
        try await pool.runIfActive {
            try SelectionStage(opened).checkColumns(rule, awaiting: kept)
        }
        let rejected = try await importFiles(into: opened)
        try await pool.runIfActive { try SelectionStage(opened).checkColumns(rule) }
        // Before the scoring: where the teacher reads a share, it reads what is near the rule's cut.
        try await pool.runIfActive { try ruleFiles.add(to: opened) }
        if scores.isEmpty {
            try await ScoringRun(configuration, rule: rule, price: price).run(on: opened)
        } else {
            try await pool.runIfActive { try takeScores(into: opened) }
        }
        let interrupted = interrupted
        let summary = try await pool.runIfActive {
            let reporter = ProgressReporter()
            reporter.update(ProgressSnapshot(stage: "selecting"))
            let began = ContinuousClock.now
            let stage = SelectionStage(
                opened, isCancelled: { interrupted.isSet },
                told: { progress in
                    // What is quick needs no word.
                    guard began.duration(to: .now) > .seconds(1) else { return }
                    reporter.update(progress.snapshot)
                })
            let summary: SelectionSummary
            var note = ""
            if let output {
                let jobs = JobLog(opened)
                summary = try jobs.run(
                    .selection, corpus: rule.corpus, detail: writing.name ?? rule.suggestedName
                ) { job in
                    let summary = try stage.select(rule, name: writing.name)
                    try opened.updateJob(
                        job, done: Int64(summary.keptChunks), total: Int64(summary.candidates))
                    return summary
                }
                note = try jobs.run(.export, corpus: rule.corpus, detail: summary.name) { job in
                    let dropped =
                        output.format == .fasttext
                        ? try SelectionStage(opened).selectOtherEnd(of: summary) : nil
                    let note = try Self.write(
                        opened, summary, dropped, writing, output, reporter, interrupted)
                    let kept = Int64(summary.keptChunks)
                    try opened.updateJob(job, done: kept, total: kept)
                    return note
                }
            } else {
                summary = try stage.preview(rule, name: writing.name)
            }
            reporter.finish()
            StandardOutput.writeError(note)
            try opened.close()
            return summary
        }
        return (summary, rejected)
    }

    /// Takes the score files, which must have a score of every chunk.
    private func takeScores(into store: Store) throws {
        let (teacher, reference) = (configuration.teacher, configuration.reference)
        let before = try store.status()
        let counts = try ScoreImportJob(
            files: scores,
            tokenizers: ScoreImportStage.Tokenizers(
                teacher: teacher.path, reference: reference.path, pre: teacher.pre,
                referencePre: reference.pre),
            makesCurrent: true,
            threads: configuration.threads > 0 ? configuration.threads : AvailableCores.count,
            isStopped: interrupted
        ).run(on: store)
        StandardOutput.writeError(ScoreImportJob.words(counts))
        let missing = try store.status().corpora.first { $0.name == files.corpusName }?.pending ?? 0
        guard missing == 0 else {
            // A refused command leaves the store's pair as it was.
            if let teacher = before.teacher { _ = try store.register(teacher, as: .teacher) }
            if let reference = before.reference {
                _ = try store.register(reference, as: .reference)
            }
            throw Failure(
                "\(NumberText.counted(missing, "score")) of the corpus are in none of the score files",
                hint: "score the missing shards by `refinectl score-shard`, or leave --scores out: "
                    + "the same command with --store then scores the rest here")
        }
    }

    /// Reads every file into the store; what stands there already is left as it is.
    private func importFiles(into store: Store) async throws -> Int64 {
        let sizes = sources.map { $0.isStandardInput ? nil : FileReader.size(path: $0.path) }
        let display = UploadDisplay(
            total: sizes.contains(nil) ? nil : sizes.reduce(0) { $0 + ($1 ?? 0) },
            files: sources.count, stage: "importing")
        let start = ContinuousClock.now
        var summaries: [ImportSummary] = []
        for source in sources {
            display.begin(source)
            let summary = try await NIOThreadPool.singleton.runIfActive {
                try importFile(source, into: store, display)
            }
            display.end(
                documents: summary.documents)
            summaries.append(summary)
        }
        display.finish()
        StandardOutput.writeError(
            Enqueue.words(summaries, took: .now - start, rejectsHint: rejectsHint)
                + Enqueue.notes(summaries, replacing: files.replace))
        try Enqueue.checkTaken(summaries, hint: rejectsHint ?? "the reasons are above")
        guard summaries.contains(where: { $0.documents > 0 }) else {
            throw Failure("there is nothing to refine: the files hold no document")
        }
        return summaries.reduce(0) { $0 + $1.rejected }
    }

    /// Where the reasons of rejected lines can be read; a temporary store's are printed.
    private var rejectsHint: String? {
        isKept ? "table `reject` of the store says why" : nil
    }

    private func importFile(
        _ source: CorpusSource, into store: Store, _ display: UploadDisplay
    ) throws -> ImportSummary {
        var options = Importer.Options()
        options.format = source.format
        options.compression = source.compression
        options.fields = files.fields
        options.kept = files.keep ?? KeptFields()
        options.namesID = files.idField != nil
        options.namesDomain = files.domainField != nil
        let reader = try CorpusReader(source, fields: files.fields, keepsOthers: true)
        for note in reader.notes { display.note(note) }
        var job = try ImportJob(
            store: store, corpus: files.corpusName, file: source.displayName, path: source.path,
            options: options, replace: files.replace)
        let summary = try job.run {
            do {
                let piece = try reader.read { interrupted.isSet }
                if let piece { display.sent(piece) }
                return piece?.bytes
            } catch is CancellationError {
                throw JobCancelled("interrupted")
            }
        }
        if !isKept, summary.rejected > 0 { try printRejects(store, of: source.path) }
        return summary
    }

    /// No bad line is silent: a temporary store cannot be asked afterwards.
    private func printRejects(_ store: Store, of file: String) throws {
        try store.rejects(corpus: files.corpusName) { reject in
            guard reject.file == file else { return }
            StandardOutput.writeError(
                NumberText.printable(
                    "rejected \(reject.file):\(reject.line)  \(reject.reason.rawValue)  "
                        + reject.detail) + "\n")
        }
    }

    private static func write(
        _ store: Store, _ summary: SelectionSummary, _ dropped: SelectionSummary?,
        _ writing: OutputOptions, _ output: ExportOutput, _ reporter: ProgressReporter,
        _ interrupted: AtomicFlag
    ) throws -> String {
        let provenance = try Provenance(store, of: summary)
        try writing.check(output, against: provenance)
        let file = try ExportFile(output)
        let total = Int64(summary.keptChunks + (dropped?.keptChunks ?? 0))
        func write(_ selection: SelectionSummary) throws {
            try ExportStage(store).rows(of: selection.id, writing.options) { row in
                if interrupted.isSet { throw JobCancelled("interrupted") }
                try file.write(OutputRow(row))
                reporter.update(
                    ProgressSnapshot(
                        stage: "writing", done: Int64(file.rows), total: total, unit: "rows"))
            }
        }
        do {
            try write(summary)
            if let dropped {
                try file.beginDropped(after: summary, writing.options)
                try write(dropped)
            }
            try file.finish(
                summary: summary, dropped: dropped, provenance: provenance,
                options: writing.options)
            return file.controlTokenNote
        } catch {
            file.discard()
            throw error
        }
    }
}

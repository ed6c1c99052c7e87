import Foundation
import Refinery
import TeacherInference

/// A proof with its progress.
struct ProofJob: Sendable {
    /// The store's file.
    let store: String
    /// The files of the target or of the corpus; none: the store's documents judge.
    let sources: [CorpusSource]
    /// The fields of a line.
    let fields: FieldNames
    /// The teacher; nil: where the store's was loaded from.
    let teacher: String?
    /// How it is read.
    let options: LanguageModel.Options
    /// What is asked for; an empty selection is the last that is no baseline.
    let request: ProofRequest
    /// The folder.
    let output: String
    /// Threads that work.
    let threads: Int
    /// Whether nobody is asked.
    let goesOn: Bool
    /// Set by Ctrl-C.
    let isCancelled = AtomicFlag()

    /// Trains; blocks.
    ///
    /// - Returns: What came of it.
    /// - Throws: `Failure`, `RefineryError`, `TrainingError`, `ModelError`; `CancellationError`.
    func run() throws -> ProofRecord {
        let lock = try InstanceLock(store: store)
        defer { withExtendedLifetime(lock) {} }
        let opened = try Store(path: store)
        var request = request
        if request.selection.isEmpty { request.selection = try last(opened) }
        let current = try opened.roles().first { $0.role == .teacher && $0.isCurrent }
        guard let path = teacher ?? current?.model.path else {
            throw Failure("the store \(store) has no teacher yet", hint: "score it first")
        }
        let model = try LanguageModel(path: path, options: options)
        let isCancelled = isCancelled
        let stage = ProofStage(
            opened, teacher: model, request: request, output: output, threads: threads,
            isCancelled: { isCancelled.isSet })
        let display = ProofDisplay()
        defer { display.finish() }
        let documents =
            sources.isEmpty
            ? nil : CorpusDocuments(files: sources, fields: fields, isCancelled: isCancelled)
        let record = try stage.run(corpus: documents) { record, seconds in
            display.finish()
            return asks(record, seconds)
        } _: {
            display.show($0)
        }
        display.finish()
        StandardOutput.writeError("\(output)/proof.html has the page\n")
        try opened.close()
        return record
    }

    private func last(_ store: Store) throws -> String {
        let selections = try SelectionStage(store).selections()
        guard
            let found = selections.last(where: {
                $0.rule.baseline == nil && $0.name != request.beside
            })
        else {
            throw Failure(
                "the store has no selection that could be judged",
                hint: "`refinectl refine --store` makes one")
        }
        return found.name
    }

    /// Says what can be seen and asks whether to go on.
    private func asks(_ record: ProofRecord, _ seconds: Double) -> Bool {
        if let detectable = record.detectable {
            StandardOutput.writeError(
                "the smallest effect that would be seen in four of five proofs is "
                    + "\(NumberText.fixed(detectable, 4)) bits a byte; the other arms take about "
                    + "\(NumberText.duration(seconds: seconds))\n")
        }
        guard !goesOn else { return true }
        guard isatty(0) == 1, isatty(2) == 1 else { return false }
        StandardOutput.writeError("go on? [y/N] ")
        return readLine()?.lowercased().hasPrefix("y") == true
    }
}

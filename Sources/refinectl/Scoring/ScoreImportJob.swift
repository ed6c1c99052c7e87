import Refinery

/// Takes score files into a store, with its progress.
struct ScoreImportJob: Sendable {
    /// The score files.
    let files: [String]
    /// What cuts documents that are not cut yet; nil refuses them.
    let tokenizers: ScoreImportStage.Tokenizers?
    /// Whether the files' pair becomes the store's current one also where it has another.
    let makesCurrent: Bool
    /// Threads that cut.
    let threads: Int
    /// Set by Ctrl-C: what was taken stays.
    let isStopped: AtomicFlag

    /// Takes every file; blocks.
    ///
    /// - Parameter store: has the documents.
    /// - Returns: what became of the scores.
    /// - Throws: `Failure` where files of two pairs would become current; what
    ///   `ScoreImportStage` throws.
    func run(on store: Store) throws -> ScoreImportCounts {
        let stage = ScoreImportStage(store, tokenizers: tokenizers, threads: threads)
        let status = try store.status()
        let becomesCurrent = makesCurrent || (status.teacher == nil || status.reference == nil)
        // Before anything is taken: one pair can be current.
        let first = try files.first.map { ($0, try ScoreFileReader(path: $0).header()) }
        if let first, becomesCurrent {
            for path in files.dropFirst() {
                let header = try ScoreFileReader(path: path).header()
                guard first.1.teacher.fingerprint == header.teacher.fingerprint,
                    first.1.reference.fingerprint == header.reference.fingerprint
                else {
                    throw Failure(
                        "\(path) is of another pair than \(first.0): one pair can be current",
                        hint: "import the files of each pair by themselves")
                }
            }
        }
        let reporter = ProgressReporter()
        var total = ScoreImportCounts()
        for path in files {
            let before = total.chunks
            let (counts, _) = try stage.run(
                path,
                progress: { rows in
                    reporter.update(
                        ProgressSnapshot(stage: "importing scores", done: Int64(before + rows)))
                }, isCancelled: { isStopped.isSet })
            total.add(counts)
        }
        if let first, becomesCurrent { try stage.makeCurrent(first.1) }
        reporter.finish()
        return total
    }

    /// What became of the scores, in words.
    static func words(_ counts: ScoreImportCounts) -> String {
        var text =
            "\(NumberText.counted(Int64(counts.chunks), "row")): "
            + "\(NumberText.counted(Int64(counts.recorded), "score")) recorded, "
            + "\(NumberText.count(counts.unchanged)) unchanged\n"
        if counts.unknown > 0 {
            text +=
                "note: \(NumberText.counted(Int64(counts.unknown), "row")) are of texts that the store "
                + "has no chunk of\n"
        }
        if counts.differing > 0 {
            text +=
                "note: \(NumberText.counted(Int64(counts.differing), "score")) differ from another of "
                + "the same text and model: \(NumberText.count(counts.replaced)) went before it, "
                + "\(NumberText.count(counts.outranked)) behind it, and "
                + "\(NumberText.count(counts.native)) behind one of this store's own\n"
        }
        return text
    }
}

import Refinery
import TrainerFormats

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
        if becomesCurrent { try Self.check(files) }
        let reporter = ProgressReporter()
        var total = ScoreImportCounts()
        var first: ScoreFileHeader?
        for path in files {
            let before = total.chunks
            let (counts, header) = try stage.run(
                path,
                reading: { rows in
                    reporter.update(
                        ProgressSnapshot(stage: "reading scores", done: Int64(before + rows)))
                },
                progress: { rows in
                    reporter.update(
                        ProgressSnapshot(stage: "importing scores", done: Int64(before + rows)))
                }, isCancelled: { isStopped.isSet })
            total.add(counts)
            if becomesCurrent { try Self.check(header, path, with: first, files[0]) }
            first = first ?? header
        }
        if let first, becomesCurrent { try stage.makeCurrent(first) }
        reporter.finish()
        return total
    }

    /// Refuses files that cannot be read and files of several pairs.
    ///
    /// - Parameter files: the score files.
    /// - Returns: The header of the first; nil without files.
    /// - Throws: `Failure`; `RefineryError` for a file that is no score file.
    @discardableResult
    static func check(_ files: [String]) throws -> ScoreFileHeader? {
        var first: ScoreFileHeader?
        for path in files {
            let header = try ScoreFileReader(path: path).header()
            try check(header, path, with: first, files[0])
            first = first ?? header
        }
        return first
    }

    /// That the scores are of other models than those that are named, as far as their names say.
    static func note(_ header: ScoreFileHeader, teacher: String, reference: String?) -> String? {
        let named = [(teacher, header.teacher.name), (reference, header.reference.name)]
        let others = named.filter { path, name in
            path.map { FilePath.name(of: $0) != FilePath.name(of: name) } ?? false
        }
        guard !others.isEmpty else { return nil }
        return NumberText.printable(
            "note: the scores are of \(header.teacher.name) and \(header.reference.name); of "
                + "\(others.compactMap(\.0).joined(separator: " and ")) the tokenizer alone is read"
        )
            + "\n"
    }

    private static func check(
        _ header: ScoreFileHeader, _ path: String, with first: ScoreFileHeader?, _ other: String
    ) throws {
        guard let first else { return }
        guard first.teacher.fingerprint == header.teacher.fingerprint,
            first.reference.fingerprint == header.reference.fingerprint
        else {
            throw Failure(
                "\(path) is of another pair than \(other): one pair can be current",
                hint: "import the files of each pair by themselves")
        }
    }

    /// What became of the scores, in words.
    static func words(_ counts: ScoreImportCounts) -> String {
        var text =
            "\(NumberText.counted(Int64(counts.chunks), "row")): "
            + "\(NumberText.counted(Int64(counts.recorded), "score")) recorded, "
            + "\(NumberText.count(counts.unchanged)) unchanged\n"
        if counts.unknown > 0 {
            text +=
                "note: the store has no chunk with the text of "
                + "\(NumberText.counted(Int64(counts.unknown), "row"))\n"
        }
        if counts.differing > 0 {
            text +=
                "note: \(NumberText.count(counts.differing)) times the store had another score of "
                + "the same text and model: \(NumberText.count(counts.replaced)) were replaced, "
                + "\(NumberText.count(counts.outranked)) stayed, and "
                + "\(NumberText.count(counts.native)) stayed that this store made itself\n"
        }
        return text
    }
}

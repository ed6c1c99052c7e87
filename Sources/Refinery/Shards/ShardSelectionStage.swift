/// Applies a rule to the score files of many shards, without a store.
///
/// The files are read once, several at a time. What a rule needs of their rows lies in files without
/// a name, which are sorted and read in passes, so that memory is bounded: a few bits a row, and for
/// a mix 4 bytes a candidate. The same rows are kept as of a store that took the shards in the
/// list's order and imported the same score files.
public struct ShardSelectionStage: Sendable {
    /// What a selection tells while it is made.
    public enum Event: Sendable, Equatable {
        /// So many rows more have been read.
        case read(Int)
        /// All are read, and one set of sums is found for each text.
        case joining
        /// The rule is applied.
        case choosing
        /// What is kept is written.
        case writing
    }

    private let shards: [ShardScores]
    private let folder: String
    private let threads: Int
    private let told: @Sendable (Event) -> Void
    private let isCancelled: @Sendable () -> Bool

    /// A stage over score files, of which the first lines are read.
    ///
    /// - Parameters:
    ///   - paths: the files; their order is that of equal scores.
    ///   - folder: where rows lie on the way: about 300 bytes each.
    ///   - threads: files that are read at once.
    ///   - told: hears how far it is.
    ///   - isCancelled: asked now and then; true gives up, and nothing is written.
    /// - Throws: ``RefineryError`` for a file that is no score file, and for two of different models
    ///   or chunkers.
    public init(
        _ paths: [String], folder: String, threads: Int = 1,
        told: @escaping @Sendable (Event) -> Void = { _ in },
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws {
        shards = try paths.map { path in
            if isCancelled() { throw JobCancelled("interrupted") }
            return ShardScores(path: path, header: try ScoreFileReader(path: path).header())
        }
        self.folder = folder
        self.threads = threads
        self.told = told
        self.isCancelled = isCancelled
        guard let first = shards.first else {
            throw RefineryError(.invalid, "no score file is named")
        }
        for other in shards { try Self.compare(other, first) }
    }

    private static func compare(_ other: ShardScores, _ first: ShardScores) throws {
        let (a, b) = (first.header, other.header)
        let parts = [
            ("teacher", a.teacher.fingerprint, b.teacher.fingerprint),
            ("reference", a.reference.fingerprint, b.reference.fingerprint),
            ("chunker", a.chunker.fingerprint, b.chunker.fingerprint),
        ]
        guard let (what, one, two) = parts.first(where: { $1 != $2 }) else { return }
        throw RefineryError(
            .refused,
            "\(other.path) has the \(what) \(two.prefix(16)), and \(first.path) \(one.prefix(16))",
            hint: "score files of one selection have one pair of models and one chunker")
    }

    /// Selects by a rule and writes the folder of cuts; blocks.
    ///
    /// - Parameters:
    ///   - rule: what is kept.
    ///   - name: the selection's name.
    ///   - output: the folder, where nothing may be yet.
    ///   - writer: the program, with its version.
    /// - Returns: What was selected.
    /// - Throws: ``RefineryError`` for a rule that score files cannot decide, a file that is damaged
    ///   or two of one shard, and where nothing is left to be kept; ``JobCancelled``.
    public func run(
        _ rule: SelectionRule, name: String? = nil, output: String, writer: String
    ) throws -> ShardCuts {
        try rule.validate()
        try rule.checkShards()
        let name = try name.map { try Name($0, of: .selection).text } ?? rule.suggestedName
        let header = shards[0].header
        let pair = ByRole(
            teacher: header.teacher.model(path: header.teacher.name),
            reference: header.reference.model(path: header.reference.name))
        let rule = rule.sparing(pair.reference.slice)
        if let corpus = rule.corpus {
            guard
                shards.contains(where: { Array($0.header.shard.corpus.utf8) == Array(corpus.utf8) })
            else {
                throw RefineryError(.notFound, "no score file is of the corpus \"\(corpus)\"")
            }
        }
        try checkPaths()
        let cuts = try CutsFolder(output)
        let intake = try ShardIntake(
            shards, rule: rule, folder: folder, progress: { told(.read($0)) },
            isCancelled: isCancelled)
        let files = try intake.read(threads: threads)
        try checkOnce(files)
        told(.joining)
        let found = try ShardScan(shards, rule: rule, pair: pair, folder: folder)
            .read(intake, isCancelled: isCancelled)
        told(.choosing)
        let (applied, outcome, summary) = try choose(rule, pair, found, name: name)
        told(.writing)
        let rows = try KeptRowWriter(cuts, shards: shards.count, folder: folder)
            .write(outcome.kept, of: applied.scan.items, isCancelled: isCancelled)
        let result = ShardCuts(
            writer: writer, selection: summary, header: header,
            repeatedDocuments: found.repeatedDocuments, differing: found.differing,
            last: rows.last,
            shards: zip(zip(shards, files), rows.files).map { known, rows in
                let (scores, file) = known
                let shard = scores.header.shard
                return ShardCuts.Shard(
                    corpus: shard.corpus, file: shard.file, sha256: shard.sha256,
                    scores: file.trailer.hash.hexadecimal, chunks: file.trailer.chunks,
                    kept: rows.count, rows: rows.name, rowsSHA256: rows.sha256)
            })
        let json = try cuts.file(ShardCuts.fileName)
        try json.write(try result.json())
        _ = try json.finish()
        try checkCancellation()
        try cuts.keep()
        return result
    }

    private func checkCancellation() throws {
        if isCancelled() { throw JobCancelled("interrupted") }
    }

    /// Applies the rule as a store does.
    private func choose(
        _ rule: SelectionRule, _ pair: ByRole<Model>, _ found: ShardScan.Result, name: String
    ) throws -> (AppliedRule, Ranking.Outcome, SelectionSummary) {
        let (domains, slice) = (found.domains, found.slice)
        let scope = RuleScope(
            domainID: { try domains.id(named: $0) }, domainName: { domains.name(of: $0) },
            sliceStep: { _, _ in slice })
        var names = Ranking.Names()
        names.mix = try rule.mix?.weights(id: scope.domainID)
        names.name = { id in
            domains.name(of: id).map { String(decoding: $0, as: UTF8.self) } ?? DomainName.none
        }
        let applied = AppliedRule(
            rule, pair: pair, scan: found.scan, scope: scope, names: names, folder: folder)
        guard found.scan.items.count > 0 else {
            throw RefineryError(
                .refused,
                "nothing is scored: no candidates among \(found.chunks) chunks "
                    + "(\(found.scan.exclusions.tooShort) too short, "
                    + "\(found.scan.exclusions.failed) failed)")
        }
        let (candidates, steps) = try applied.candidates()
        let removals = steps.removals
        try SelectionStage.checkSome(candidates, removals)
        try checkCancellation()
        let outcome = try applied.ranking.keep(candidates, removals: removals)
        var counts = CorpusStatus(name: "")
        counts.documents = Int64(found.documents)
        counts.chunks = Int64(found.chunks)
        var summary = try SelectionSummary(
            of: outcome, removed: candidates.removed, applied, scope: counts,
            name: scope.domainName)
        summary.name = name
        return (applied, outcome, summary)
    }

    /// Refuses a file that is named twice, before hours of reading.
    private func checkPaths() throws {
        var seen: [FileID: String] = [:]
        for shard in shards {
            guard let id = FileID(path: shard.path),
                let other = seen.updateValue(shard.path, forKey: id)
            else { continue }
            throw RefineryError(
                .refused, "\(shard.path) and \(other) are one file", hint: "name it once")
        }
    }

    /// Refuses two score files with chunks of one shard: which one counts nobody could say.
    private func checkOnce(_ files: [ShardIntake.File]) throws {
        var seen: [String: String] = [:]
        for (shard, file) in zip(shards, files) where file.trailer.chunks > 0 {
            if let other = seen.updateValue(shard.path, forKey: shard.header.shard.sha256) {
                throw RefineryError(
                    .refused,
                    "\(shard.path) and \(other) are of one shard, "
                        + "\(shard.header.shard.file) (SHA-256 "
                        + "\(shard.header.shard.sha256.prefix(16)))",
                    hint: "name one of them")
            }
        }
    }
}

/// Makes the items of a rule of the rows of shards, as ``ScoreScan`` makes them of a store's.
///
/// Ids are made of places in the list, so that they are ordered as those of a store that took the
/// shards in the list's order.
struct ShardScan {
    /// What was read.
    struct Result {
        /// What is scored, and what is not.
        let scan: ScoreScan.Result
        /// The domains, by the items' ids.
        let domains: DomainOrder
        /// The step that removes the rule's slice.
        let slice: SliceStep
        /// Documents that are there, of the rule's corpus.
        let documents: Int
        /// Chunks of these documents.
        let chunks: Int
        /// Documents whose corpus and id stood before.
        let repeatedDocuments: Int
        /// Rows whose sums were not those that stand for their text.
        let differing: Int
    }

    private let shards: [ShardScores]
    private let rule: SelectionRule
    private let pair: ByRole<Model>
    private let folder: String

    /// A scan for a rule.
    init(_ shards: [ShardScores], rule: SelectionRule, pair: ByRole<Model>, folder: String) {
        self.shards = shards
        self.rule = rule
        self.pair = pair
        self.folder = folder
    }

    /// Goes through all rows that an intake has read.
    ///
    /// - Parameters:
    ///   - intake: what was read of the score files.
    ///   - isCancelled: asked for every row; true gives up.
    /// - Returns: What a rule is applied to.
    /// - Throws: ``RefineryError`` where the models cannot be compared or the disk fails;
    ///   ``JobCancelled``.
    func read(_ intake: ShardIntake, isCancelled: () -> Bool) throws -> Result {
        let dropped = try repeated(intake, isCancelled)
        let links = try linked(intake, dropped: dropped, isCancelled)
        var linked = try links.links.ranked()
        var link = try linked.next()
        var builder = ItemBuilder(unit: .chunk, folder: folder)
        var domains = DomainOrder(intake.domains.names)
        var (sliced, trained) = (IDSet(), IDSet())
        var (documents, chunks) = (0, 0)
        for shard in shards.indices {
            let isWanted = rule.corpus.map {
                Array($0.utf8) == Array(shards[shard].header.shard.corpus.utf8)
            }
            var last: UInt32?
            try intake.rows.forEach(shard: shard) { number, row in
                if isCancelled() { throw JobCancelled("interrupted") }
                let place = ShardPlace(shard: UInt32(shard), number: number)
                let document = ShardPlace(shard: UInt32(shard), number: row.document).id
                guard !dropped.contains(document) else { return }
                var row = row
                var original = place
                if let found = link, found.place == place {
                    original = found.original
                    if found.teacher != place {
                        row.takeTeacher(of: try intake.rows.row(found.teacher))
                    }
                    if found.reference != place {
                        row.takeReference(of: try intake.rows.row(found.reference))
                    }
                    link = try linked.next()
                }
                if row.part != .candidate { sliced.insert(document) }
                if row.part == .trained { trained.insert(original.id) }
                let domain = domains.id(of: row.domain)
                guard isWanted ?? true else { return }
                if row.document != last { documents += 1 }
                last = row.document
                chunks += 1
                try builder.add(
                    row.outcome, chunk: place.id, document: document, original: original.id,
                    domain: domain, draw: row.draw)
            }
        }
        return Result(
            scan: ScoreScan.Result(
                items: builder.items, exclusions: builder.exclusions,
                reader: ColumnReader(per: try builder.scoreUnit(pair))),
            domains: domains, slice: SliceStep(documents: sliced, originals: trained),
            documents: documents, chunks: chunks, repeatedDocuments: dropped.count,
            differing: links.differing)
    }

    /// The documents whose corpus and id stood before: a store takes the first.
    private func repeated(_ intake: ShardIntake, _ isCancelled: () -> Bool) throws -> IDSet {
        var dropped = IDSet()
        var names = try intake.documents.merged()
        var first: DocumentName?
        while let next = try names.next() {
            if isCancelled() { throw JobCancelled("interrupted") }
            if let first, first.name == next.name {
                dropped.insert(next.place.id)
            } else {
                first = next
            }
        }
        return dropped
    }

    private func linked(
        _ intake: ShardIntake, dropped: IDSet, _ isCancelled: () -> Bool
    ) throws -> TextLinks {
        let order = shards.indices.sorted { a, b in
            let (one, other) = (shards[a].header.shard.sha256, shards[b].header.shard.sha256)
            return one != other ? one.utf8.lexicographicallyPrecedes(other.utf8) : a < b
        }
        var ranks = Array(repeating: 0, count: shards.count)
        for (rank, shard) in order.enumerated() { ranks[shard] = rank }
        var links = TextLinks(dropped: dropped, ranks: ranks, folder: folder)
        var texts = try intake.texts.merged()
        while let text = try texts.next() {
            if isCancelled() { throw JobCancelled("interrupted") }
            try links.add(text)
        }
        try links.finish()
        return links
    }
}

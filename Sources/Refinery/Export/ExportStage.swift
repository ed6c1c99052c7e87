/// Hands over what a selection keeps, as rows to be written.
public struct ExportStage: Sendable {
    /// Places that are sorted in memory at once.
    private static let runLength = 1 << 17

    private let store: Store

    /// The stage over a store.
    public init(_ store: Store) {
        self.store = store
    }

    /// Hands over a selection's rows one by one, in bounded memory.
    ///
    /// They are read in pages, so that no connection is held while `body` waits for a client. What
    /// a selection holds does not change; where it is deleted meanwhile, its rows end in an error.
    ///
    /// - Parameters:
    ///   - selection: Row id.
    ///   - options: Order, joining, and whether to read the documents' other fields too.
    ///   - body: Called for each row; what it throws ends the export.
    /// - Throws: ``RefineryError`` where there is no such selection or a row cannot be read; what
    ///   `body` throws.
    public func rows(
        of selection: Int64, _ options: ExportOptions, _ body: (ExportRow) throws -> Void
    ) throws {
        try options.validate()
        let reader = try store.read { try SelectedRows($0, selection: selection) }
        var places = try store.read { try ranked(reader, options, $0) }
        var adjacent = AdjacentRows()
        var count = 0
        while true {
            let page = try store.read { snapshot in
                try reader.page(snapshot, fields: options.fields) {
                    try places.next().map { ($0.chunk, rank: Int($0.document), score: $0.score) }
                }
            }
            guard !page.isEmpty else { break }
            count += page.count
            for row in page {
                if !options.mergesAdjacent {
                    try body(row)
                } else if let run = adjacent.add(row) {
                    try body(run)
                }
            }
        }
        if let run = adjacent.finish() { try body(run) }
        try store.read { try reader.check(count, $0) }
    }

    /// The places of all rows in the order asked for; `document` holds the rank.
    private func ranked(
        _ reader: SelectedRows, _ options: ExportOptions, _ snapshot: Snapshot
    ) throws -> RankedCandidates {
        let draws = KeyedDraw(label: "refinery-shuffle-1", seed: options.seed)
        let runs = CandidateRuns(folder: store.folder, capacity: Self.runLength)
        let isShuffled = options.order == .shuffle
        try reader.forEachPlace(snapshot, withSHA256: isShuffled) { id, rank, score, sha256 in
            let key: Double =
                switch options.order {
                case .corpus: 0  // then the lower id comes first
                case .score: -Double(rank)
                case .shuffle: -KeyedDraw.uniform(draws.draw(sha256: sha256))
                }
            try runs.add(
                Candidate(
                    chunk: id, document: rank, key: key, score: score, tokens: 0, domain: 0,
                    group: 0))
        }
        return try runs.ranked()
    }
}

import Dispatch
import Synchronization

/// Reads the score files of shards, several at a time, each once.
final class ShardIntake: Sendable {
    /// What was read of one file.
    struct File: Sendable {
        /// Its last line.
        var trailer: ScoreFileTrailer
    }

    /// Places of texts that all threads together sort in memory.
    private static let sorted = 1 << 21

    /// The rows.
    let rows: ShardRows
    /// The rows' texts.
    let texts: RunFile<TextPlace>
    /// The documents.
    let documents: RunFile<DocumentName>
    /// The documents' domains.
    let domains = ShardDomains()

    private let shards: [ShardScores]
    private let draws: KeyedDraw?
    private let slice: CorpusSlice?
    private let progress: @Sendable (Int) -> Void
    private let isCancelled: @Sendable () -> Bool
    private let next = Atomic(0)
    private let results: Mutex<[Result<File, any Error>?]>

    /// An intake that has read nothing.
    ///
    /// - Parameters:
    ///   - shards: the files with their headers.
    ///   - rule: what is asked for: it says what is drawn, and the slice that is left out.
    ///   - folder: where rows lie.
    ///   - progress: is told how many rows more have been read.
    ///   - isCancelled: asked for every row; true gives up.
    /// - Throws: ``RefineryError`` where nothing can be written there.
    init(
        _ shards: [ShardScores], rule: SelectionRule, folder: String,
        progress: @escaping @Sendable (Int) -> Void, isCancelled: @escaping @Sendable () -> Bool
    ) throws {
        self.shards = shards
        draws = SelectionOrder.draws(rule)
        slice = rule.slice
        self.progress = progress
        self.isCancelled = isCancelled
        rows = try ShardRows(shards: shards.count, folder: folder)
        texts = try RunFile(folder: folder)
        documents = try RunFile(folder: folder)
        results = Mutex(Array(repeating: nil, count: shards.count))
    }

    /// Reads all files; blocks.
    ///
    /// - Parameter threads: how many files are read at once.
    /// - Returns: What was read of each.
    /// - Throws: ``RefineryError`` for the first file in the list that is damaged; ``JobCancelled``.
    func read(threads: Int) throws -> [File] {
        let threads = max(1, min(threads, shards.count))
        DispatchQueue.concurrentPerform(iterations: threads) { _ in
            var reader = ShardReader(self, sorted: max(1 << 16, Self.sorted / threads))
            while true {
                let shard = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard shard < shards.count else { break }
                let result = Result { try reader.read(shard) }
                results.withLock { $0[shard] = result }
                if case .failure = result { next.store(shards.count, ordering: .relaxed) }
            }
            do { try reader.finish() } catch {
                results.withLock { $0[0] = .failure(error) }
            }
        }
        let read = results.withLock { $0 }
        for case .failure(let error)? in read { throw error }
        return try read.compactMap { try $0?.get() }
    }

    /// What one thread has on its way.
    private struct ShardReader {
        /// Rows that are written at once.
        private static let page = 1 << 13
        /// Rows between two reports.
        private static let report = 1 << 12

        private let intake: ShardIntake
        private let sorted: Int
        private var rows: [ShardRow] = []
        private var texts: [TextPlace] = []
        private var documents: [DocumentName] = []
        private var domains: [[UInt8]: Int32] = [:]

        init(_ intake: ShardIntake, sorted: Int) {
            self.intake = intake
            self.sorted = sorted
        }

        /// Reads a file from its first line to its last.
        mutating func read(_ shard: Int) throws -> File {
            let scores = intake.shards[shard]
            let corpus = Array(scores.header.shard.corpus.utf8)
            let isOnePair =
                scores.header.teacher.fingerprint == scores.header.reference.fingerprint
            var count = 0
            var document = -1
            var row = ShardRow()
            let frame = try ScoreFileReader(path: scores.path).read { line in
                guard case .chunk(let chunk) = line else { return }
                if intake.isCancelled() { throw JobCancelled("interrupted") }
                guard let number = UInt32(exactly: count) else {
                    throw RefineryError(.refused, "\(scores.path) has more than 2³² chunks")
                }
                if chunk.ordinal == 0 {
                    document += 1
                    row = ShardRow()
                    row.document = UInt32(document)
                    row.domain = try domain(chunk.domain)
                    if let slice = intake.slice {
                        row.part = ShardRow.Part(slice.part(ofText: chunk.documentHash.bytes))
                    }
                    try add(
                        DocumentName(
                            corpus: corpus, id: chunk.document,
                            place: ShardPlace(shard: UInt32(shard), number: UInt32(document))))
                }
                var scored = row
                scored.setTeacher(chunk.teacher)
                // A store has one score of a text and a model.
                scored.setReference(isOnePair ? chunk.teacher : chunk.reference)
                if let draws = intake.draws {
                    scored.draw = chunk.hash.bytes.withUnsafeBytes { draws.draw(sha256: $0) }
                }
                try add(scored, chunk.hash, ShardPlace(shard: UInt32(shard), number: number))
                count += 1
                if count % Self.report == 0 { intake.progress(Self.report) }
            } header: { header in
                guard header == scores.header else {
                    throw RefineryError(
                        .input, "\(scores.path) was replaced while it was read",
                        hint: "run the command again")
                }
            }
            intake.progress(count % Self.report)
            try intake.rows.append(&rows, shard: shard)
            return File(trailer: frame.trailer)
        }

        /// Writes what is left.
        mutating func finish() throws {
            try intake.texts.add(&texts)
            try intake.documents.add(&documents)
        }

        private mutating func add(
            _ row: ShardRow, _ text: ContentHash, _ place: ShardPlace
        ) throws {
            rows.append(row)
            if rows.count == Self.page { try intake.rows.append(&rows, shard: Int(place.shard)) }
            texts.append(
                TextPlace(
                    text: text.leading, place: place, document: row.document,
                    teacher: row.teacher, reference: row.reference, digest: row.digest))
            if texts.count == sorted { try intake.texts.add(&texts) }
        }

        private mutating func add(_ document: DocumentName) throws {
            documents.append(document)
            if documents.count == sorted { try intake.documents.add(&documents) }
        }

        private mutating func domain(_ name: [UInt8]?) throws -> Int32 {
            guard let name else { return 0 }
            if let number = domains[name] { return number }
            let number = try intake.domains.number(of: name)
            domains[name] = number
            return number
        }
    }
}

/// A score file in a list, with its first line.
struct ShardScores: Sendable {
    /// Where it lies.
    var path: String
    /// Its first line.
    var header: ScoreFileHeader
}

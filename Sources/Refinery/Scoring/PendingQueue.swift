/// Which pending chunks are handed out next: what `pending` holds, read in pages by ascending id.
///
/// There is nothing to save: after a restart the store says again what is pending.
struct PendingQueue: Sendable {
    /// Read from the store, not yet handed out.
    private var chunks: ArraySlice<PendingChunk> = []
    /// Highest chunk id read in this pass over the store.
    private(set) var cursor: Int64 = 0
    /// The last page was empty.
    private var exhausted = false
    /// A thread is reading a page.
    private var isReading = false
    /// Chunks may have become pending since the page that is being read was asked for.
    private var isStale = false
    /// Batches handed out and not yet recorded.
    private(set) var inFlight = 0

    /// Chunks of one page.
    static let pageSize = 256

    /// What a worker should do now.
    enum Step {
        /// Score these, then call ``finish()``.
        case score([PendingChunk])
        /// Read the page after this id, then call ``add(_:)``.
        case read(after: Int64)
    }

    /// Fewer tokens than this are not worth a batch of their own.
    static let leastTokens = 512

    /// The next step for a worker that takes up to `tokens` tokens; nil when there is none for now.
    ///
    /// Once the end is in sight, what is left is shared out among `workers`.
    mutating func next(tokens: Int, workers: Int = 1) -> Step? {
        let waiting = chunks.reduce(0) { $0 + $1.tokens }
        if !exhausted, waiting < tokens, !isReading {
            isReading = true
            return .read(after: cursor)
        }
        guard !chunks.isEmpty else { return nil }
        let share = exhausted ? max((waiting + workers - 1) / workers, Self.leastTokens) : tokens
        let tokens = min(tokens, share)
        var taken: [PendingChunk] = []
        var sum = 0
        while let chunk = chunks.first, taken.isEmpty || sum + chunk.tokens <= tokens {
            sum += chunk.tokens
            taken.append(chunk)
            chunks.removeFirst()
        }
        inFlight += 1
        return .score(taken)
    }

    /// Takes in a page.
    ///
    /// An empty one ends the pass; if anything was handed out in it, another begins, since ids
    /// below the cursor may have become pending meanwhile.
    mutating func add(_ page: [PendingChunk]) {
        isReading = false
        exhausted = page.isEmpty && !isStale
        isStale = false
        chunks.append(contentsOf: page)
        if let last = page.last { cursor = last.id }
        startOver()
    }

    /// A batch is recorded.
    mutating func finish() {
        inFlight -= 1
        startOver()
    }

    /// New chunks may be pending.
    mutating func look() {
        exhausted = false
        isStale = isReading
    }

    private mutating func startOver() {
        if exhausted, chunks.isEmpty, inFlight == 0, cursor > 0 {
            cursor = 0
            exhausted = false
        }
    }

    /// Nothing is pending, as far as the last look into the store showed.
    var isIdle: Bool { exhausted && chunks.isEmpty && inFlight == 0 && cursor == 0 }
}

import GRDB

/// What both models of a pair found out about a chunk.
enum PairOutcome {
    /// A model has yet to score it.
    case pending
    /// The reference scored it, the teacher has not.
    case unread(reference: Sums)
    /// Too short for one model at least.
    case tooShort
    /// Failed in one model at least.
    case failed
    /// Both scored it.
    case scored(teacher: Sums, reference: Sums)

    /// What one model found out about a chunk.
    enum Single {
        case tooShort, failed
        case scored(Sums)
    }

    /// What two models that both had their turn found out.
    init(teacher: Single, reference: Single) {
        switch (teacher, reference) {
        case (.failed, _), (_, .failed): self = .failed
        case (.tooShort, _), (_, .tooShort): self = .tooShort
        case (.scored(let teacher), .scored(let reference)):
            self = .scored(teacher: teacher, reference: reference)
        }
    }

    /// What one model stored.
    struct Sums {
        var tokens: Int32
        var bytes: Int32
        var nll: Double
        var adaptedNLL: Double
        var repetition: Double
    }
}

/// Reads the scores of a pair of models, chunk by chunk, beside another query over `chunk`.
final class ScoreRows {
    private static let columns =
        "chunk, model, tokens, bytes, nll, nll_adapted, repetition, outcome"

    private let all: RowStream
    private let one: RowStream
    private let teacher: Int64
    private let reference: Int64
    private var isOpen = true
    private let snapshot: Snapshot
    private var count = 0

    /// Chunks between two looks at whether they are still wanted.
    private static let looks = 4096

    /// The scores of two models, from the first chunk on.
    init(_ snapshot: Snapshot, _ pair: ByRole<Model>) throws {
        teacher = pair.teacher.id
        reference = pair.reference.id
        self.snapshot = snapshot
        let db = snapshot.db
        // By its primary key: no sorting, no looking up.
        all = try RowStream(
            db, sql: "SELECT \(Self.columns) FROM score ORDER BY chunk, model")
        one = try RowStream(db, sql: "SELECT \(Self.columns) FROM score WHERE chunk = ?")
        isOpen = try all.next()
    }

    /// The outcome of a chunk; ids must ascend from call to call.
    func next(_ chunk: Int64) throws -> PairOutcome {
        count += 1
        if count % Self.looks == 0 { try snapshot.checkCancellation() }
        while isOpen, all.integer(0) < chunk { isOpen = try all.next() }
        return try outcome {
            isOpen && all.integer(0) == chunk ? all : nil
        } advance: {
            isOpen = try all.next()
        }
    }

    /// The outcome of any chunk.
    func find(_ chunk: Int64) throws -> PairOutcome {
        try one.begin(chunk)
        var isThere = try one.next()
        return try outcome {
            isThere ? one : nil
        } advance: {
            isThere = try one.next()
        }
    }

    private func outcome(
        row: () -> RowStream?, advance: () throws -> Void
    ) throws -> PairOutcome {
        var first: PairOutcome.Single?
        var second: PairOutcome.Single?
        while let row = row() {
            let model = row.integer(1)
            if model == teacher { first = try Self.read(row) }
            if model == reference { second = try Self.read(row) }
            try advance()
        }
        guard let first else {
            switch second {
            case .scored(let sums): return .unread(reference: sums)
            // Whatever the teacher would say, it is no candidate.
            case .tooShort: return .tooShort
            case .failed: return .failed
            case nil: return .pending
            }
        }
        guard let second else { return .pending }
        return PairOutcome(teacher: first, reference: second)
    }

    private static func read(_ row: RowStream) throws -> PairOutcome.Single {
        guard row.isNull(4) else {
            return .scored(
                PairOutcome.Sums(
                    tokens: try row.small(2), bytes: try row.small(3), nll: row.real(4),
                    adaptedNLL: row.real(5), repetition: row.real(6)))
        }
        return row.withBytes(7) { $0.elementsEqual("failed".utf8) } ? .failed : .tooShort
    }
}

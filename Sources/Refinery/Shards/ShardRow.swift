/// A row of a score file as shards are selected from: everything but its strings and hashes.
struct ShardRow: BitwiseCopyable, Sendable {
    /// What a model found out, a score before what is too short, that before a failure.
    enum Outcome: UInt8, Comparable {
        case scored, tooShort, failed

        static func < (a: Outcome, b: Outcome) -> Bool { a.rawValue < b.rawValue }
    }

    /// What its document is to the reference.
    enum Part: UInt8 {
        case candidate, trained, heldOut
    }

    /// The 64 bits that draw it at random, 0 where nothing is drawn.
    var draw: UInt64 = 0
    /// Σ NLL by the teacher, nats.
    var teacherNLL = 0.0
    /// Σ NLL by the reference, nats.
    var referenceNLL = 0.0
    /// Σ adapted NLL by the reference, nats; NaN where there is none.
    var adaptedNLL = Double.nan
    /// Share of repeated windows; NaN where they were not counted.
    var repetition = Double.nan
    /// Tokens that the teacher scored.
    var teacherTokens: Int32 = 0
    /// Bytes that they cover.
    var teacherBytes: Int32 = 0
    /// Tokens that the reference scored.
    var referenceTokens: Int32 = 0
    /// Bytes that they cover.
    var referenceBytes: Int32 = 0
    /// Its document's number in the shard, from 0.
    var document: UInt32 = 0
    /// Its document's domain, 0 for none.
    var domain: Int32 = 0
    /// The teacher's outcome.
    var teacher = Outcome.failed
    /// The reference's outcome.
    var reference = Outcome.failed
    /// What its document is to the reference.
    var part = Part.candidate

    /// Takes over the teacher's outcome of a chunk.
    mutating func setTeacher(_ outcome: ChunkScore.Outcome) {
        teacher = Outcome(outcome)
        guard case .scored(let sums, _) = outcome else { return }
        teacherNLL = sums.nll
        repetition = sums.repetition ?? .nan
        teacherTokens = Int32(clamping: sums.tokens)
        teacherBytes = Int32(clamping: sums.bytes)
    }

    /// Takes over the reference's outcome of a chunk.
    mutating func setReference(_ outcome: ChunkScore.Outcome) {
        reference = Outcome(outcome)
        guard case .scored(let sums, _) = outcome else { return }
        referenceNLL = sums.nll
        adaptedNLL = sums.nllAdapted ?? .nan
        referenceTokens = Int32(clamping: sums.tokens)
        referenceBytes = Int32(clamping: sums.bytes)
    }

    /// Takes over another row's sums by the teacher.
    mutating func takeTeacher(of other: ShardRow) {
        teacher = other.teacher
        teacherNLL = other.teacherNLL
        repetition = other.repetition
        teacherTokens = other.teacherTokens
        teacherBytes = other.teacherBytes
    }

    /// Takes over another row's sums by the reference.
    mutating func takeReference(of other: ShardRow) {
        reference = other.reference
        referenceNLL = other.referenceNLL
        adaptedNLL = other.adaptedNLL
        referenceTokens = other.referenceTokens
        referenceBytes = other.referenceBytes
    }

    /// What both models found out, as a store's rows say it.
    var outcome: PairOutcome {
        func single(_ outcome: Outcome, _ sums: PairOutcome.Sums) -> PairOutcome.Single {
            switch outcome {
            case .scored: .scored(sums)
            case .tooShort: .tooShort
            case .failed: .failed
            }
        }
        return PairOutcome(
            teacher: single(
                teacher,
                PairOutcome.Sums(
                    tokens: teacherTokens, bytes: teacherBytes, nll: teacherNLL, adaptedNLL: .nan,
                    repetition: repetition)),
            reference: single(
                reference,
                PairOutcome.Sums(
                    tokens: referenceTokens, bytes: referenceBytes, nll: referenceNLL,
                    adaptedNLL: adaptedNLL, repetition: .nan)))
    }

    /// 64 bits that differ where what the models found out does.
    var digest: UInt64 {
        var hasher = Hasher()
        // What is missing is the one NaN that this type makes.
        hasher.combine(teacherNLL.bitPattern)
        hasher.combine(referenceNLL.bitPattern)
        hasher.combine(adaptedNLL.bitPattern)
        hasher.combine(repetition.bitPattern)
        hasher.combine(teacherTokens)
        hasher.combine(teacherBytes)
        hasher.combine(referenceTokens)
        hasher.combine(referenceBytes)
        hasher.combine(teacher)
        hasher.combine(reference)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}

extension ShardRow.Outcome {
    fileprivate init(_ outcome: ChunkScore.Outcome) {
        switch outcome {
        case .scored: self = .scored
        case .tooShort: self = .tooShort
        case .failed: self = .failed
        }
    }
}

extension ShardRow.Part {
    /// What a text is to the reference.
    init(_ part: CorpusSlice.Part) {
        switch part {
        case .candidate: self = .candidate
        case .trained: self = .trained
        case .heldOut: self = .heldOut
        }
    }
}

/// Where a row or a document is: its shard's place in the list, and its number in the shard.
///
/// In this order rows and documents have ids in a store that took the shards in the list's order.
struct ShardPlace: BitwiseCopyable, Hashable, Comparable, Sendable {
    /// The shard's place in the list, from 0.
    var shard: UInt32
    /// The row's or document's number in the shard, from 0.
    var number: UInt32

    /// A number that is ordered as places are.
    var id: Int64 { Int64(shard) << 32 | Int64(number) }

    /// A place.
    init(shard: UInt32, number: UInt32) {
        self.shard = shard
        self.number = number
    }

    /// The place of that number.
    init(id: Int64) {
        shard = UInt32(truncatingIfNeeded: id >> 32)
        number = UInt32(truncatingIfNeeded: id)
    }

    static func < (a: ShardPlace, b: ShardPlace) -> Bool { a.id < b.id }
}

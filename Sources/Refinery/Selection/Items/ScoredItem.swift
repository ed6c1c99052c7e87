/// What is selected, a chunk or a whole document, with the sums that both models gave it.
struct ScoredItem: Sendable, BitwiseCopyable {
    /// Row id in `chunk`; of a document its first chunk's.
    var chunk: Int64
    /// Row id in `document`.
    var document: Int64
    /// The same number for equal texts: the lowest `chunk` among them, wherever that stands.
    var original: Int64
    /// The 64 bits that draw it at random, 0 where nothing is drawn.
    var draw: UInt64
    /// Σ NLL by the teacher, nats.
    var teacherNLL: Double
    /// Σ NLL by the reference, nats.
    var referenceNLL: Double
    /// Σ adapted NLL by the reference, nats; NaN where it was scored before there was one.
    var adaptedNLL: Double
    /// Share of repeated windows; NaN where it was scored before they were counted.
    var repetition: Double
    /// Tokens that the teacher scored.
    var tokens: Int32
    /// Tokens that the reference scored.
    var referenceTokens: Int32
    /// Bytes of text that the teacher's tokens cover.
    var bytes: Int32
    /// Row id in `domain`, 0 for none.
    var domain: Int32
    /// Of the imported columns that the rule reads.
    var imported = ImportedValues()

    /// What a mean over the item is divided by.
    func count(of unit: ScoreUnit) -> Double {
        unit == .token ? Double(tokens) : Double(bytes)
    }
}

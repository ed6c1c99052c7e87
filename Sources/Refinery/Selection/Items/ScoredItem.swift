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
    /// Σ NLL by the teacher, nats; NaN where it did not read all of it.
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
    /// Σ (NLL by the reference − that by the teacher), nats, where the teacher did not read all of
    /// it: true of what it read, expected of the rest; else NaN.
    ///
    /// Before the imported columns, so that a table leaves both out where a rule reads neither.
    var expectedGain = Double.nan
    /// Of the imported columns that the rule reads; the last field, so that a table can leave out
    /// the places that the rule does not fill.
    var imported = ImportedValues()

    /// An item whose imported columns have no values.
    static let withoutValues = ScoredItem(
        chunk: 0, document: 0, original: 0, draw: 0, teacherNLL: 0, referenceNLL: 0, adaptedNLL: 0,
        repetition: 0, tokens: 0, referenceTokens: 0, bytes: 0, domain: 0)

    /// The bytes in which an item differs from ``withoutValues`` where the rule reads so many
    /// imported columns, and maybe what is expected.
    static func bytes(withColumns count: Int, expecting isExpecting: Bool) -> Int {
        let left = ImportedValues.most - count + (count == 0 && !isExpecting ? 1 : 0)
        return MemoryLayout<ScoredItem>.size - left * MemoryLayout<Double>.stride
    }

    /// Σ (NLL by the reference − that by the teacher), nats, expected where it is not known.
    var gain: Double { teacherNLL.isNaN ? expectedGain : referenceNLL - teacherNLL }

    /// What a mean over the item is divided by.
    func count(of unit: ScoreUnit) -> Double {
        unit == .token ? Double(tokens) : Double(bytes)
    }
}

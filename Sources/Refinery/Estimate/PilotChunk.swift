/// One scored chunk of a pilot.
struct PilotChunk: Sendable {
    /// What both models say of one text.
    struct Sums: Sendable {
        /// Σ NLL by the teacher and by the reference, nats.
        var teacher: Double
        var reference: Double
        /// What they are divided by: tokens, or bytes where the tokenizers differ.
        var teacherUnits: Double
        var referenceUnits: Double
        /// The share of repeated windows, by the teacher's tokens.
        var repetition: Double
        /// Tokens of the teacher.
        var tokens: Int

        /// reference − teacher, nats a token or a byte.
        var difference: Double { referenceLoss - teacherLoss }
        /// Nats a token or a byte.
        var teacherLoss: Double { teacher / teacherUnits }
        /// Nats a token or a byte.
        var referenceLoss: Double { reference / referenceUnits }

        /// Whether the guards that are on unless they are turned off let it pass.
        var passesGuards: Bool {
            let guards = Guards.standard
            return tokens >= guards.minTokens ?? 0 && repetition <= guards.maxRepetition ?? 1
        }
    }

    /// Its domain; nil for none.
    let domain: [UInt8]?
    /// Whether it is of the draw over the whole corpus.
    let isMain: Bool
    /// How much of the corpus's text it stands for, in bytes: those of its document over the chance
    /// that it was drawn.
    var weight = 1.0
    /// Bytes of its document, and tokens of the whole document.
    let documentBytes: Int
    let documentTokens: Int
    /// Bytes of the chunk.
    let bytes: Int
    /// Tokens that the teacher and the reference scored of it.
    let teacherTokens: Int
    let referenceTokens: Int
    /// Both models' sums; nil without a reference.
    let sums: Sums?
    /// Mean differences of its odd and of its even blocks of 32 tokens; nil where it has fewer than
    /// two of each, or the tokenizers differ.
    let halves: (odd: Double, even: Double)?
    /// What became of its spoiled twins, by kind.
    let twins: [TextCorruption: Sums]
}

import Foundation

/// A number that every scored chunk or document has, under the one name that it has everywhere.
public enum Column: String, Sendable, Codable, CaseIterable {
    /// (nll_reference − nll_teacher) / tokens, or / bytes where the models' tokens differ.
    case difference
    /// The difference against a reference that can copy: nll_adapted in nll_reference's place.
    case adapted
    /// The difference minus the median difference of the candidates of similar length.
    case atLength = "at_length"
    /// 1 − nll_teacher / nll_reference; 0 where the reference's is 0.
    case relative
    /// Nats a token of the teacher's.
    case teacherLoss = "teacher_loss"
    /// Nats a token of the reference's.
    case referenceLoss = "reference_loss"
    /// Bits a byte by the teacher.
    case teacherBitsPerByte = "teacher_bits_per_byte"
    /// Bits a byte by the reference.
    case referenceBitsPerByte = "reference_bits_per_byte"
    /// exp(teacher_loss).
    case teacherPerplexity = "teacher_perplexity"
    /// exp(reference_loss).
    case referencePerplexity = "reference_perplexity"
    /// Tokens that the teacher scored.
    case tokens
    /// Bytes of text that they cover.
    case bytes
    /// Share of the windows of eight teacher tokens that equal an earlier one.
    case repetition

    /// The column of that name.
    ///
    /// - Throws: ``StoreError`` that lists the columns there are.
    public init(named name: String) throws {
        guard let column = Column(rawValue: name) else {
            throw StoreError(
                .invalid, "there is no column \"\(name.prefix(60))\"",
                hint: "columns: " + Column.allCases.map(\.rawValue).joined(separator: ", "))
        }
        self = column
    }

    /// The value of an item, NaN where the store has none.
    ///
    /// That of ``atLength`` depends on the candidates; here it is the difference, which
    /// ``LengthBins`` corrects.
    func value(of item: ScoredItem, per unit: ScoreUnit) -> Double {
        switch self {
        case .difference, .atLength:
            (item.referenceNLL - item.teacherNLL) / item.count(of: unit)
        case .adapted: (item.adaptedNLL - item.teacherNLL) / item.count(of: unit)
        case .relative: item.referenceNLL == 0 ? 0 : 1 - item.teacherNLL / item.referenceNLL
        case .teacherLoss: item.teacherNLL / Double(item.tokens)
        case .referenceLoss: item.referenceNLL / Double(item.referenceTokens)
        case .teacherBitsPerByte: item.teacherNLL / Double(item.bytes) / log(2)
        case .referenceBitsPerByte: item.referenceNLL / Double(item.bytes) / log(2)
        case .teacherPerplexity: Self.perplexity(item.teacherNLL / Double(item.tokens))
        case .referencePerplexity:
            Self.perplexity(item.referenceNLL / Double(item.referenceTokens))
        case .tokens: Double(item.tokens)
        case .bytes: Double(item.bytes)
        case .repetition: item.repetition
        }
    }

    /// JSON has no infinity.
    private static func perplexity(_ loss: Double) -> Double {
        min(exp(loss), .greatestFiniteMagnitude)
    }
}

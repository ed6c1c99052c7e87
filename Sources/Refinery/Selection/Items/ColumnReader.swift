import Foundation

/// Reads columns of scored items.
struct ColumnReader: Sendable, Equatable {
    /// What means are divided by.
    let unit: ScoreUnit
    /// The imported columns that the items carry, in the order of ``ScoredItem/imported``.
    let imported: [String]

    /// A reader of items that carry these columns.
    init(per unit: ScoreUnit, imported: [String] = []) {
        self.unit = unit
        self.imported = imported
    }

    /// The value of an item, NaN where the store has none.
    ///
    /// That of ``Column/atLength`` depends on the candidates; here it is the difference, which
    /// ``LengthBins`` corrects.
    func value(_ column: Column, of item: ScoredItem) -> Double {
        switch column {
        case .difference, .atLength:
            (item.referenceNLL - item.teacherNLL) / item.count(of: unit)
        case .expectedDifference: item.gain / item.count(of: unit)
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
        case .imported(let name):
            imported.firstIndex(of: name).map { item.imported[$0] } ?? .nan
        }
    }

    /// JSON has no infinity.
    private static func perplexity(_ loss: Double) -> Double {
        min(exp(loss), .greatestFiniteMagnitude)
    }
}

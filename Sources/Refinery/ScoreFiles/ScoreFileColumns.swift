import Parquet

/// The columns of a score file that is Parquet.
///
/// docs/score-files.md has them with their meaning.
enum ScoreFileColumns {
    /// What the metadata call the header's line.
    static let headerKey = "refinery.header"
    /// What the metadata call the trailer's line.
    static let trailerKey = "refinery.trailer"

    /// Every column, in the file's order.
    static let all: [ParquetWriterColumn] =
        [
            ParquetWriterColumn("row", .text), ParquetWriterColumn("corpus", .text),
            ParquetWriterColumn("id", .text, isOptional: true),
            ParquetWriterColumn("document_sha256", .text, isOptional: true),
            ParquetWriterColumn("domain", .text, isOptional: true),
            ParquetWriterColumn("line", .integer),
            ParquetWriterColumn("ordinal", .integer, isOptional: true),
            ParquetWriterColumn("start", .integer, isOptional: true),
            ParquetWriterColumn("end", .integer, isOptional: true),
            ParquetWriterColumn("sha256", .text, isOptional: true),
        ] + teacher.columns("teacher_") + reference.columns("reference_") + [
            ParquetWriterColumn("reason", .text, isOptional: true),
            ParquetWriterColumn("detail", .text, isOptional: true),
        ]

    // Places in that order.
    static let row = 0
    static let corpus = 1
    static let id = 2
    static let documentHash = 3
    static let domain = 4
    static let line = 5
    static let ordinal = 6
    static let start = 7
    static let end = 8
    static let hash = 9
    static let teacher = Outcome(first: 10)
    static let reference = Outcome(first: 20)
    static let reason = 30
    static let detail = 31

    /// The columns in which no reject has a value.
    static let ofChunks = [documentHash...domain, ordinal...reference.repetition]
    /// The columns in which no chunk has a value.
    static let ofRejects = [reason...detail]

    /// The columns of what one model found.
    struct Outcome {
        /// The place of the first.
        let first: Int

        var outcome: Int { first }
        var reason: Int { first + 1 }
        var tokens: Int { first + 2 }
        var bytes: Int { first + 3 }
        var nll: Int { first + 4 }
        var nllSquared: Int { first + 5 }
        var top1: Int { first + 6 }
        var top10: Int { first + 7 }
        var nllAdapted: Int { first + 8 }
        var repetition: Int { first + 9 }

        func columns(_ prefix: String) -> [ParquetWriterColumn] {
            let kinds: [(String, ParquetWriterColumn.Kind)] = [
                ("outcome", .text), ("reason", .text), ("tokens", .integer), ("bytes", .integer),
                ("nll", .double), ("nll_squared", .double), ("top1", .integer),
                ("top10", .integer), ("nll_adapted", .double), ("repetition", .double),
            ]
            return kinds.map { ParquetWriterColumn(prefix + $0.0, $0.1, isOptional: true) }
        }
    }
}

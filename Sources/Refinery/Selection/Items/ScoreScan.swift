import Prediction

/// Reads everything that both models have scored, in order of chunk id.
///
/// `chunk`, `document` and `score` are read side by side in the order of their keys: each page of
/// the file once, nothing joined or sorted. Only duplicates look their original's scores up.
struct ScoreScan {
    /// What was read.
    struct Result {
        /// What is scored.
        let items: SpillTable<ScoredItem>
        /// What is not.
        let exclusions: Exclusions
        /// What reads their columns.
        let reader: ColumnReader

        /// What means are divided by.
        var unit: ScoreUnit { reader.unit }
    }

    /// The models.
    let pair: ByRole<Model>
    /// The one corpus that is read, nil for all.
    let corpus: String?
    /// Whether an item is a chunk or a document.
    let unit: ItemUnit
    /// Draws for each item, where the rule asks for it.
    let draws: KeyedDraw?
    /// The imported columns that the items are to carry.
    var imported: [String] = []
    /// What is expected of chunks that the teacher did not read; without it they are pending.
    var prediction: RidgeRegression?
    /// Where items lie that memory should not hold.
    let folder: String

    /// Reads the store as it stands in the transaction.
    ///
    /// - Throws: ``RefineryError`` for models that cannot be compared.
    func read(_ snapshot: Snapshot) throws -> Result {
        let corpus = try snapshot.corpusID(corpus)
        let columns = try imported.map { try snapshot.importedColumn(named: $0) }
        guard columns.count <= ImportedValues.most else {
            throw RefineryError(
                .invalid, "more than \(ImportedValues.most) imported columns in one rule")
        }
        let values = try ColumnRows(snapshot, columns)
        var builder = ItemBuilder(
            unit: unit, columns: columns, isExpecting: prediction != nil, folder: folder)
        var expected = try prediction.map {
            try ExpectedDifferences($0, in: snapshot, reference: pair.reference.id)
        }
        let scores = try ScoreRows(snapshot, pair)
        let documents = try DocumentRows(snapshot)
        let chunks = try snapshot.chunks()
        var document: Int64 = 0
        var place: DocumentRows.Place?
        while try chunks.next() {
            let id = chunks.integer(0)
            if chunks.integer(1) != document {
                document = chunks.integer(1)
                try builder.endDocument()
                place = try documents.find(document)
                if unit == .document, place?.corpus == corpus || corpus == nil {
                    documents.withSHA256 { builder.beginDocument(sha256: $0, draws: draws) }
                }
            }
            guard let place, corpus == nil || place.corpus == corpus else { continue }
            let isDuplicate = !chunks.isNull(2)
            let original = isDuplicate ? chunks.integer(2) : id
            var outcome = isDuplicate ? try scores.find(original) : try scores.next(id)
            var gain = Double.nan
            if case .unread(let reference) = outcome {
                let found =
                    isDuplicate
                    ? try expected?.find(original)
                    : try expected?.next(id, domain: place.domain)
                if let found {
                    let teacher = try unreadSums(reference, chunkTokens: chunks.small(4))
                    gain =
                        found
                        * Double(
                            pair.sharesTokens ? teacher.tokens : teacher.bytes)
                    outcome = .scored(teacher: teacher, reference: reference)
                }
            }
            let draw =
                unit == .chunk
                ? draws.map { draws in chunks.withBytes(3, draws.draw(sha256:)) } : nil
            try builder.add(
                outcome, chunk: id, document: document, original: original, domain: place.domain,
                draw: draw ?? 0, expectedGain: gain,
                imported: columns.isEmpty
                    ? ImportedValues()
                    : try imported(
                        ColumnPlace(chunk: id, original: original, document: document), values))
        }
        try builder.endDocument()
        return Result(
            items: builder.items, exclusions: builder.exclusions,
            reader: ColumnReader(per: try builder.scoreUnit(pair), imported: imported))
    }

    /// What is known of the teacher's sums where it read nothing: of the same tokens the
    /// reference's counts, else those of the chunker, whose tokens are the teacher's.
    private func unreadSums(
        _ reference: PairOutcome.Sums, chunkTokens: Int32
    ) -> PairOutcome.Sums {
        PairOutcome.Sums(
            tokens: pair.sharesTokens ? reference.tokens : chunkTokens, bytes: reference.bytes,
            nll: .nan, adaptedNLL: .nan, repetition: reference.repetition)
    }

    /// The imported columns' values of a chunk.
    private func imported(
        _ chunk: ColumnPlace, _ rows: ColumnRows
    ) throws -> ImportedValues {
        var values = ImportedValues()
        try rows.next(chunk) { values[$0] = $1 }
        return values
    }
}

extension ItemBuilder {
    /// Tokens where both models see the same ones, else bytes.
    ///
    /// - Throws: ``RefineryError`` for models that cannot be compared.
    func scoreUnit(_ pair: ByRole<Model>) throws -> ScoreUnit {
        if pair.sharesTokens, tokensAgree { return .token }
        try Self.requireContexts(pair)
        guard bytesAgree else {
            throw RefineryError(
                .unusable, "the models' scores of one chunk cover different bytes",
                hint: "score the corpus again with this version")
        }
        return .byte
    }

    private static func requireContexts(_ pair: ByRole<Model>) throws {
        let (teacher, reference) = (pair.teacher, pair.reference)
        let without = pair.roles.first { $0.value.contextRule == "none" }
        guard let role = without?.role else { return }
        throw RefineryError(
            .refused,
            "teacher and reference do not see the same tokens (tokenizers \(teacher.tokenizer) "
                + "and \(reference.tokenizer), context \(teacher.contextRule) and "
                + "\(reference.contextRule)), so scores are per byte, and for that both need a "
                + "context token: the \(role.rawValue) has none",
            hint: "give both a context token (--context TOKEN, or context in the config) "
                + "or use a pair with one tokenizer")
    }
}

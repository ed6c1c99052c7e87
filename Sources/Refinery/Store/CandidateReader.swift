import GRDB

/// Reads the candidates of a rule from the scores of two models.
struct CandidateReader {
    /// The candidates, their unit, and what was passed over.
    struct Result {
        let candidates: CandidateRuns
        var exclusions: Exclusions
        var unit: ScoreUnit
    }

    let teacher: ModelRecord
    let reference: ModelRecord
    /// Where candidates are sorted that memory should not hold.
    let folder: String

    /// Whether a score may be a mean over tokens: both models see the same tokens.
    private var sharesTokens: Bool {
        teacher.tokenizerDigest == reference.tokenizerDigest
            && teacher.contextRule == reference.contextRule
    }

    /// Reads the candidates; `corpus` is a row id, nil for all corpora.
    func read(_ db: Database, rule: SelectionRule, corpus: Int64?) throws -> Result {
        if sharesTokens, let result = try read(db, rule: rule, corpus: corpus, unit: .token) {
            return result
        }
        try requireContexts()
        guard let result = try read(db, rule: rule, corpus: corpus, unit: .byte) else {
            throw StoreError(
                .unusable, "the models' scores of one chunk cover different bytes",
                hint: "score the corpus again with this version")
        }
        return result
    }

    private func requireContexts() throws {
        let without = [teacher, reference].filter { $0.contextRule == "none" }
        guard let model = without.first else { return }
        throw StoreError(
            .refused,
            "teacher and reference do not see the same tokens (tokenizers \(teacher.tokenizer) "
                + "and \(reference.tokenizer), context \(teacher.contextRule) and "
                + "\(reference.contextRule)), so scores are per byte, and for that both need a "
                + "context token: the \(model.role.rawValue) has none",
            hint: "give both a context token (--context TOKEN, or context in the config) "
                + "or use a pair with one tokenizer")
    }

    /// nil where a chunk's two scores do not cover the same units.
    private func read(
        _ db: Database, rule: SelectionRule, corpus: Int64?, unit: ScoreUnit
    ) throws -> Result? {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT c.id, c.document, c.duplicate_of, coalesce(d.domain, 0),
                    t.outcome, t.tokens, t.bytes, t.nll, r.outcome, r.tokens, r.bytes, r.nll
                FROM chunk c CROSS JOIN document d ON d.id = c.document
                LEFT JOIN score t ON t.chunk = coalesce(c.duplicate_of, c.id) AND t.model = ?1
                LEFT JOIN score r ON r.chunk = coalesce(c.duplicate_of, c.id) AND r.model = ?2
                WHERE c.retired = 0 AND (?3 IS NULL OR d.corpus = ?3) ORDER BY c.id
                """, arguments: [teacher.id, reference.id, corpus])
        var result = Result(
            candidates: CandidateRuns(folder: folder), exclusions: Exclusions(), unit: unit)
        var foreign = IDSet()  // originals of other corpora that stand here already
        while let row = try rows.next() {
            let original: Int64? = row[2]
            let isRepeated =
                try original.map {
                    try corpus == nil || isLocal($0, corpus, db) || !foreign.insert($0)
                } ?? false
            guard let first: String = row[4], let second: String = row[8] else {
                // the original counts where it is in question itself
                if !isRepeated { result.exclusions.pending += 1 }
                continue
            }
            if first != "scored" || second != "scored" {
                if isRepeated && !rule.keepDuplicates { continue }
                if first == "failed" || second == "failed" {
                    result.exclusions.failed += 1
                } else {
                    result.exclusions.tooShort += 1
                }
                continue
            }
            if isRepeated && !rule.keepDuplicates {
                result.exclusions.duplicates += 1
                continue
            }
            let count: Int64 = unit == .token ? row[5] : row[6]
            guard count == (unit == .token ? row[9] : row[10]) else { return nil }
            let difference: Double = (row[11] as Double) - (row[7] as Double)
            try result.candidates.add(
                Candidate(
                    chunk: row[0], document: row[1], score: difference / Double(count),
                    tokens: row[5], domain: row[3]))
        }
        return result
    }

    private func isLocal(_ chunk: Int64, _ corpus: Int64?, _ db: Database) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: """
                SELECT d.corpus FROM chunk c JOIN document d ON d.id = c.document WHERE c.id = ?
                """)
        return try Int64.fetchOne(statement, arguments: [chunk]) == corpus
    }
}

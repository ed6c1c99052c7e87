import TeacherInference

/// Scores batches of chunks with the models of one place.
///
/// One a thread.
struct ChunkScorer: ~Copyable {
    private let pair: ModelPair
    private let storeTokenNLL: Bool
    /// The reference's before the teacher's.
    private var parts: [RoleScorer]

    /// Allocates for batches of up to `batchTokens` tokens.
    ///
    /// - Parameters:
    ///   - pair: the models.
    ///   - roles: those that score here.
    ///   - batchTokens: of the largest batch.
    ///   - storeTokenNLL: whether each token's NLL is recorded.
    ///   - summarises: whether the reference leaves a summary of each chunk.
    init(
        pair: ModelPair, roles: [ModelRole], batchTokens: Int, storeTokenNLL: Bool,
        summarises: Bool = false
    ) {
        self.pair = pair
        self.storeTokenNLL = storeTokenNLL
        parts = [.reference, .teacher].filter(roles.contains).map {
            RoleScorer(
                role: $0, member: pair.member($0), batchTokens: batchTokens,
                summarises: summarises && $0 == .reference)
        }
    }

    /// What the models say of `chunks`, each asked only for what is pending.
    ///
    /// A batch during which a model's file was touched is scored again.
    ///
    /// - Throws: `CancellationError`; `ModelError` where no chunk of a batch has a finite log-prob,
    ///   which is the model's fault and not the chunks'; ``RefineryError`` for an engine.
    mutating func score(
        _ chunks: [PendingChunk], isCancelled: () -> Bool
    ) throws -> [ChunkScore] {
        while true {
            let changes = pair.weightCheck.changes
            do {
                let scores = try scoreOnce(chunks, isCancelled: isCancelled)
                if try pair.weightCheck.isValid(since: changes) { return scores }
            } catch let error as ModelError {
                // Wrong weights may be why: then the check names the file, or they are right again.
                if try pair.weightCheck.isValid(since: changes) { throw error }
            }
            for place in parts.indices { parts[place].failures = 0 }
        }
    }

    private mutating func scoreOnce(
        _ chunks: [PendingChunk], isCancelled: () -> Bool
    ) throws -> [ChunkScore] {
        // Where both are here and have the same tokens, a text is tokenised once.
        let texts = pair.sharesTokens && parts.count > 1 ? tokenize(chunks, pair.teacher) : nil
        var scores: [ChunkScore] = []
        for place in parts.indices {
            let role = parts[place].role
            let needed = chunks.indices.filter { chunks[$0].needs(role) }
            scores += try parts[place].score(
                needed.map { chunks[$0].id },
                texts.map { texts in needed.map { texts[$0] } }
                    ?? tokenize(needed.map { chunks[$0] }, pair.member(role)),
                storeTokenNLL: storeTokenNLL, isCancelled: isCancelled)
        }
        return scores
    }

    private func tokenize(
        _ chunks: [PendingChunk], _ member: ModelPair.Member
    ) -> [RoleScorer.Text] {
        chunks.map { chunk in
            chunk.text.withUnsafeBytes { member.model.tokenize($0) }
        }
    }
}

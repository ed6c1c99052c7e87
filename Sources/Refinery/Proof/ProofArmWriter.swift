import Crypto
import Foundation
import ReferenceTraining
import TeacherInference

/// Writes what an arm's students learn from: the chunks that its rule keeps, as token sequences in
/// the order of the corpus.
struct ProofArmWriter {
    /// Of the control's chunks, the share whose words are shuffled.
    private static let shuffledShare = 0.25

    private let store: Store
    private let selection: SelectionSummary
    private let beside: SelectionSummary?
    private let teacher: LanguageModel
    private let longest: Int

    /// A writer for the arms of a selection, of sequences of at most `longest` ids.
    ///
    /// - Parameters:
    ///   - store: has the selections.
    ///   - selection: the one that is judged.
    ///   - beside: the one of the arm ``ProofArm/beside``; nil where there is no such arm.
    ///   - teacher: has the tokenizer.
    ///   - longest: the most ids of a sequence.
    init(
        _ store: Store, _ selection: SelectionSummary, beside: SelectionSummary?,
        teacher: LanguageModel, longest: Int
    ) {
        self.store = store
        self.selection = selection
        self.beside = beside
        self.teacher = teacher
        self.longest = longest
    }

    /// Chooses and writes.
    ///
    /// - Parameters:
    ///   - arm: the arm.
    ///   - seed: of its draw.
    ///   - path: the file of sequences.
    ///   - isCancelled: asked before each chunk.
    /// - Returns: How much was written.
    /// - Throws: ``RefineryError`` where the rule finds nothing; `TrainingError` where the disk takes
    ///   no more; `CancellationError`.
    func write(
        _ arm: ProofArm, seed: Int, to path: String, isCancelled: () -> Bool
    ) throws -> SliceCounts {
        try store.read { snapshot in
            var file = try TokenSequencesWriter(
                path: path, vocabulary: teacher.tokenizer.vocabularySize)
            var counts = SliceCounts()
            var texts = try TextReader(snapshot)
            let draws = KeyedDraw(label: "refinery-proof-1", seed: UInt64(seed))
            let context = teacher.contextToken.map { [$0] } ?? []
            for chunk in try chunks(arm, seed: seed, snapshot) {
                if isCancelled() { throw CancellationError() }
                let place = try snapshot.place(ofChunk: chunk)
                var text = try texts.text(of: place.document, place.range)
                if arm == .shuffled {
                    let draw = SHA256.hash(data: text).withUnsafeBytes { draws.draw(sha256: $0) }
                    if KeyedDraw.uniform(draw) < Self.shuffledShare {
                        text = TextCorruption.shuffledWords.apply(to: text, seed: draw)
                    }
                }
                let ids = text.withUnsafeBytes { context + teacher.tokenize($0).ids }
                guard ids.count >= 2 else { continue }
                // A shuffled text may have more tokens than its own.
                let sequence = ids.prefix(longest)
                try file.append(sequence)
                counts.chunks += 1
                counts.tokens += Int64(sequence.count - 1)
            }
            guard counts.tokens > 0 else {
                throw RefineryError(.refused, "the arm \"\(arm.words)\" has no chunk to learn from")
            }
            try file.finish()
            return counts
        }
    }

    /// Row ids of the arm's chunks, ascending.
    private func chunks(_ arm: ProofArm, seed: Int, _ snapshot: Snapshot) throws -> [Int64] {
        let selection = arm == .beside ? beside ?? selection : selection
        var kept: [Int64] = []
        if let rule = arm.rule(like: selection, seed: UInt64(seed)) {
            let choice = try SelectionStage(store).choose(rule, name: nil, snapshot)
            try choice.kept.forEach { _, item in
                kept.append(rule.unit == .chunk ? item.chunk : item.document)
            }
        } else {
            let rows = try snapshot.keptTokens(of: selection.id, selection.rule.unit)
            while try rows.next() { kept.append(rows.integer(0)) }
        }
        kept.sort()
        guard selection.rule.unit == .document else { return kept }
        let pair = try snapshot.currentPair()
        let models = ByRole(teacher: pair.teacher.id, reference: pair.reference.id)
        return try kept.flatMap { document in
            try snapshot.scoredChunks(ofDocument: document, models).map(\.chunk)
        }
    }
}

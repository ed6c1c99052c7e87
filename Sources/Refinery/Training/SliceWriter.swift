import ReferenceTraining
import TeacherInference

/// Writes a slice of a corpus as token sequences: each chunk as scoring cuts and tokenises it.
struct SliceWriter {
    private let slice: CorpusSlice
    private let teacher: LanguageModel
    private let chunker: Chunker

    /// A writer of the chunks of at most `maxTokens` tokens.
    init(slice: CorpusSlice, teacher: LanguageModel, maxTokens: Int) {
        self.slice = slice
        self.teacher = teacher
        chunker = Chunker(tokenizer: teacher.tokenizer, maxTokens: maxTokens)
    }

    /// Writes both parts.
    ///
    /// - Parameters:
    ///   - documents: the corpus.
    ///   - training: the file of what trains.
    ///   - heldOut: the file of what is held out.
    ///   - isCancelled: asked before each document.
    ///   - progress: told of the documents written so far.
    /// - Returns: What both files hold, and what was read.
    /// - Throws: `TrainingError` where the disk takes no more; `CancellationError`.
    func write(
        _ documents: CorpusDocuments, training: String, heldOut: String, isCancelled: () -> Bool,
        progress: (Int64) -> Void
    ) throws -> (training: SliceCounts, heldOut: SliceCounts, tally: CorpusDocuments.Tally) {
        let vocabulary = teacher.tokenizer.vocabularySize
        var trainingFile = try TokenSequencesWriter(path: training, vocabulary: vocabulary)
        var heldOutFile = try TokenSequencesWriter(path: heldOut, vocabulary: vocabulary)
        var counts = (training: SliceCounts(), heldOut: SliceCounts())
        let tally = try documents.forEach { document, sha256 in
            if isCancelled() { throw CancellationError() }
            switch slice.part(ofText: sha256) {
            case .candidate: return
            case .trained:
                try append(document.text, to: &trainingFile, &counts.training)
            case .heldOut:
                try append(document.text, to: &heldOutFile, &counts.heldOut)
            }
            progress(counts.training.documents + counts.heldOut.documents)
        }
        try trainingFile.finish()
        try heldOutFile.finish()
        return (counts.training, counts.heldOut, tally)
    }

    private func append(
        _ text: [UInt8], to file: inout TokenSequencesWriter, _ counts: inout SliceCounts
    ) throws {
        counts.documents += 1
        let context = teacher.contextToken.map { [$0] } ?? []
        for chunk in chunker.cut(text) {
            let ids = text[chunk.range].withUnsafeBytes { context + teacher.tokenize($0).ids }
            // A chunk that is too short to score is too short to learn from.
            guard ids.count >= 2 else { continue }
            try file.append(ids)
            counts.chunks += 1
            counts.tokens += Int64(ids.count - 1)
        }
    }
}

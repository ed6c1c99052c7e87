import Prediction
import TeacherInference

extension SequenceScoring {
    /// Scores `sequences`, and hands over what of their hidden states a summary needs.
    ///
    /// An engine shows no hidden states, and nothing is handed over then.
    ///
    /// - Parameters:
    ///   - sequences: as in ``SequenceScoring/score(_:isCancelled:)``.
    ///   - isCancelled: as there.
    ///   - states: called with the index of each sequence that has something to score.
    /// - Returns: as there.
    /// - Throws: as there.
    func score(
        _ sequences: [[TokenID]], isCancelled: () -> Bool,
        states: (_ sequence: Int, HiddenStateSums) -> Void
    ) throws -> [SequenceOutcome] {
        guard let native = self as? NativeScorer else {
            return try score(sequences, isCancelled: isCancelled)
        }
        return try native.scoreNatively(sequences, isCancelled: isCancelled, states: states)
    }
}

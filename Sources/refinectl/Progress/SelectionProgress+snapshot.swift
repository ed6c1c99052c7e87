import Refinery

extension SelectionProgress {
    /// It as progress of a stage of its own.
    var snapshot: ProgressSnapshot {
        let (stage, unit) =
            switch part {
            case .contamination: ("looking for benchmarks", "texts")
            case .signatures: ("reading for near duplicates", "documents")
            case .comparing: ("comparing near duplicates", "passes")
            case .recording: ("recording", "rows")
            }
        return ProgressSnapshot(
            stage: stage, done: Int64(done), total: Int64(total), unit: unit)
    }
}

import Prediction

/// Lets the teacher read its sample.
struct SampleStage {
    private let store: Store

    /// The stage over a store.
    init(_ store: Store) { self.store = store }

    /// Makes what the teacher has not read of its sample pending for it.
    ///
    /// The sample depends on the chunks alone, so that it is the same however often it is drawn.
    ///
    /// - Parameter hasCut: whether a rule with a cut says where the rest of the share is read;
    ///   without one the sample is all of it.
    /// - Returns: How many chunks became pending.
    /// - Throws: ``RefineryError`` where the share is too few chunks.
    func run(hasCut: Bool) throws -> Int {
        let found = try store.read { snapshot -> (threshold: Int, chunks: [Int64])? in
            guard let row = try snapshot.teacherShare() else { return nil }
            let count = try snapshot.originalCount()
            let places = row.share.places
            let sample: TeacherSample
            do throws(PredictionError) {
                sample =
                    hasCut
                    ? try TeacherSample(share: places, ofChunks: count)
                    : try TeacherSample(wholeShare: places, ofChunks: count)
            } catch {
                throw RefineryError(error)
            }
            // A larger sample that was drawn before stays one, as far as the share allows.
            let threshold = max(sample.threshold, min(row.threshold ?? 0, places))
            var draw = SampleDraw(TeacherSample(threshold: threshold))
            try snapshot.forEachOriginal {
                draw.add(Int($0.id), place: $0.place, domain: Int($0.domain))
            }
            return (threshold, draw.finish().chunks.map(Int64.init))
        }
        guard let found else { return 0 }
        return try store.startReading(found.chunks, threshold: found.threshold)
    }
}

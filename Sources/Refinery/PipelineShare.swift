import Logging

/// What a teacher that reads a share of the chunks reads next: its sample, then what lies around
/// the cut of a rule.
///
/// Each step is decided by the rows of the store alone, so that a restart goes on with the same
/// chunks.
struct PipelineShare: Sendable {
    private let store: Store
    private let rule: SelectionRule?
    private let logger: Logger

    /// The steps over a store; without a rule that has a cut the sample is all that is read.
    init(_ store: Store, rule: SelectionRule?, logger: Logger) {
        self.store = store
        self.rule = rule?.hasCut == true ? rule : nil
        self.logger = logger
    }

    /// Makes the next chunks pending for the teacher.
    ///
    /// - Parameter isFinal: whether no more documents come: a share of too few chunks is an error
    ///   then, and is waited with otherwise.
    /// - Returns: How many chunks became pending.
    /// - Throws: ``RefineryError`` where the share is too few chunks, or the store cannot be
    ///   written.
    func advance(isFinal: Bool) throws -> Int {
        let status = try store.status()
        guard status.unchunked == 0, status.corpora.contains(where: { $0.chunks > 0 }) else {
            return 0
        }
        do {
            let sampled = try SampleStage(store).run(hasCut: rule != nil)
            if sampled > 0 {
                logger.info("the teacher reads its sample", metadata: ["chunks": "\(sampled)"])
                return sampled
            }
        } catch let error as RefineryError where error.kind == .refused && !isFinal {
            logger.notice("the teacher reads nothing yet: \(error.message)")
            return 0
        }
        guard let rule, try store.status().pending == 0 else { return 0 }
        let near = try BandStage(store).run(rule)
        if near > 0 {
            logger.info("the teacher reads what is near the cut", metadata: ["chunks": "\(near)"])
        }
        return near
    }
}

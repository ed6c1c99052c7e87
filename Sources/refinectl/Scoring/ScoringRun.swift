import Logging
import NIOPosix
import Refinery

/// Cuts and scores what a store holds, in this process, and shows how far it is.
struct ScoringRun: Sendable {
    private let configuration: PipelineConfiguration
    private let rule: SelectionRule?
    private let price: Double?

    /// A run with the models and the threads of a configuration.
    ///
    /// - Parameters:
    ///   - configuration: the models.
    ///   - rule: what is selected by later; where the teacher reads a share, it reads what is near
    ///     the rule's cut.
    ///   - price: of a core hour; nil where nobody says.
    init(
        _ configuration: PipelineConfiguration, rule: SelectionRule? = nil, price: Double? = nil
    ) {
        self.configuration = configuration
        self.rule = rule
        self.price = price
    }

    /// Cuts and scores until nothing is left, or the task is cancelled.
    ///
    /// - Parameter store: the store.
    /// - Throws: what ends the pipeline; `CancellationError`.
    func run(on store: Store) async throws {
        let reporter = ProgressReporter()
        let display = ScoringDisplay(reporter, price: price)
        let pipeline = Pipeline(
            store: store, configuration: configuration, rule: rule,
            logger: WarningLog.logger(reporter))
        let progress = PipelineProgress(store, pipeline)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    let report = try await NIOThreadPool.singleton.runIfActive {
                        try progress.report()
                    }
                    display.show(report)
                    try? await Task.sleep(for: .milliseconds(500))
                }
            }
            defer { group.cancelAll() }
            try await pipeline.drain()
        }
        try Task.checkCancellation()
        let last = try await NIOThreadPool.singleton.runIfActive { try progress.report() }
        display.show(last)
        display.finish()
        if last.failedChunks > 0 {
            StandardOutput.writeError(
                "note: \(NumberText.counted(last.failedChunks, "score")) failed: those chunks are no candidates\n"
            )
        }
    }
}

import Refinery

extension Client {
    /// Sends a request by which the daemon selects, and shows meanwhile how far its job is.
    ///
    /// - Parameters:
    ///   - detail: what the job calls itself.
    ///   - reporter: shows it.
    ///   - request: sends the request.
    /// - Returns: The answer.
    /// - Throws: What `request` throws.
    func following<Answer: Sendable>(
        _ detail: String, _ reporter: ProgressReporter,
        _ request: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer {
        try await withThrowingTaskGroup(of: Answer?.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await request() }
            group.addTask {
                while !Task.isCancelled {
                    try? await Task.sleep(for: .seconds(1))
                    // What goes wrong here goes wrong with the request, too, which says it.
                    let jobs = try? await send(API.jobs, query: [("limit", "20")])
                    let job = jobs?.first {
                        $0.kind == .selection && $0.state == .running && $0.detail == detail
                    }
                    if let progress = job.flatMap({ SelectionProgress($0) }), !Task.isCancelled {
                        reporter.update(progress.snapshot)
                    }
                }
                return nil
            }
            while let ended = try await group.next() {
                if let answer = ended { return answer }
            }
            throw CancellationError()
        }
    }
}

import HTTPTypes
import Refinery
import Synchronization

/// Pages about selections, made when somebody asks for one, one at a time.
actor ReportPages {
    private let store: Store
    private let threads: BlockingThreads
    private var kept: [(id: Int64, page: [UInt8])] = []
    private var making: [Int64: Task<[UInt8], any Error>] = [:]
    private var last: Task<[UInt8], any Error>?
    private let isOver = Flag()

    /// Whether the daemon shuts down.
    private final class Flag: Sendable {
        private let value = Atomic(false)
        var isSet: Bool { value.load(ordering: .relaxed) }
        func set() { value.store(true, ordering: .relaxed) }
    }

    /// Pages that are remembered: a selection does not change.
    private static let most = 4

    /// Pages about a store's selections.
    init(_ store: Store, _ threads: BlockingThreads) {
        self.store = store
        self.threads = threads
    }

    /// Gives up what is being made; nothing is made any more.
    nonisolated func end() { isOver.set() }

    /// The page about a selection.
    ///
    /// - Throws: `RefineryError` where there is no such selection or its models are not the current
    ///   ones.
    func page(of name: String) async throws -> [UInt8] {
        let store = store
        let found = try await threads.query { try SelectionStage(store).selection(named: name) }
        guard let selection = found else {
            throw RequestError(.notFound, "there is no selection \(name)")
        }
        let id = selection.id
        if let page = kept.first(where: { $0.id == id })?.page { return page }
        if let task = making[id] { return try await task.value }
        let (threads, before, isOver) = (threads, last, isOver)
        let task = Task {
            // Reports read every score: two at once would take twice the memory.
            _ = try? await before?.value
            guard !isOver.isSet else { throw CancellationError() }
            let slot = try await threads.slot()
            return try await slot.run {
                let stage = ReportStage(store) { isOver.isSet }
                return ReportPage.render(try stage.report(selection: name), tokens: [:])
            }
        }
        (making[id], last) = (task, task)
        defer { making[id] = nil }
        let page = try await task.value
        kept.append((id, page))
        if kept.count > Self.most { kept.removeFirst() }
        return page
    }
}

/// What a rule removes items by; the raw value is the stable word of results.
public enum StepName: String, Sendable, CaseIterable {
    /// Documents that a file of ids names.
    case excludedIDs = "exclude_ids"
    /// Documents that the reference was trained on, or that were held out.
    case slice
    /// Domains.
    case excludedDomains = "exclude_domain"
    /// The range of a column.
    case range = "where"
    /// Too few tokens.
    case length = "short"
    /// Too many repeated windows.
    case repetition
    /// Quotations from benchmarks.
    case contamination
    /// Documents that are nearly the same.
    case nearDuplicates = "near_duplicates"
    /// Texts that are the same.
    case duplicates
}

/// One step of a rule: it decides about items in order of chunk id.
///
/// A step is one value in one file of this folder: its preparation is its `init`, and
/// ``SelectionRule/steps(over:by:in:folder:told:)`` alone knows the order.
protocol SelectionStep {
    /// What it removes by.
    static var name: StepName { get }
    /// Its name in results: the step's, with what tells it from others of the kind.
    var label: String { get }
    /// Whether it removes the next item that all steps before it leave.
    mutating func removes(_ item: ScoredItem) -> Bool
    /// The number of an item that it looks at, with the least and the most that pass.
    func limits(of item: ScoredItem) -> StepLimits?
    /// A column that items lack and the step needs, with their number.
    var lacking: (column: Column, items: Int)? { get }
    /// A column that needs the teacher's sums, with the number of items that lack them.
    var unread: (column: Column, items: Int)? { get }
    /// What else results say of it.
    var detail: Removal.Detail? { get }
}

/// A number that a step looks at, and what passes.
struct StepLimits {
    var value: Double
    var least: Double?
    var most: Double?

    /// Whether the number is outside of its limits.
    var isOutside: Bool { value < least ?? -.infinity || value > most ?? .infinity }
}

extension SelectionStep {
    var label: String { Self.name.rawValue }
    func limits(of item: ScoredItem) -> StepLimits? { nil }
    var lacking: (column: Column, items: Int)? { nil }
    var unread: (column: Column, items: Int)? { nil }
    var detail: Removal.Detail? { nil }
}

/// The steps of a rule in their order; each item counts at the first step that removes it.
struct StepSequence {
    private var steps: [any SelectionStep] = []
    private var counts: [DomainTotal] = []

    /// Puts a step behind the others.
    mutating func append(_ step: some SelectionStep) {
        steps.append(step)
        counts.append(DomainTotal())
    }

    /// What each step has removed so far, in order.
    var removals: [Removal] {
        zip(steps, counts).map { step, count in
            Removal(
                by: step.label, items: count.items, tokens: count.tokens, detail: step.detail)
        }
    }

    /// The label of the first step that removes the next item; nil for a candidate.
    mutating func remover(of item: ScoredItem) -> String? {
        remove(item).map { steps[$0].label }
    }

    /// Whether the next item is a candidate.
    mutating func passes(_ item: ScoredItem) -> Bool {
        remove(item) == nil
    }

    /// Counts the item at the first step that removes it, whose place it returns.
    private mutating func remove(_ item: ScoredItem) -> Int? {
        for place in steps.indices where steps[place].removes(item) {
            counts[place].items += 1
            counts[place].tokens += Int(item.tokens)
            return place
        }
        return nil
    }

    /// - Throws: ``RefineryError`` where a step needed a number that items lack.
    func checkNumbers() throws {
        if let (column, count) = steps.compactMap(\.unread).first(where: { $0.items > 0 }) {
            throw RefineryError.unread(column, count)
        }
        var lacking: [Column: Int] = [:]
        for (column, items) in steps.compactMap(\.lacking) where items > 0 {
            lacking[column, default: 0] += items
        }
        if let (column, count) = lacking.min(by: { $0.key.name < $1.key.name }) {
            throw RefineryError.lacking(column, count)
        }
    }

    /// What each step says of an item, for people; `removedBy` is the label of the one that
    /// removed it.
    func explained(_ item: ScoredItem, removedBy: String?) -> [ChunkReport.Step] {
        var isRemoved = false
        return steps.map { step in
            let limits = step.limits(of: item)
            var listed = ChunkReport.Step(step.label, limits)
            if step.label == removedBy {
                listed.removes = true
                isRemoved = true
            } else {
                // Behind the one that removed it a step is not asked, but a number tells.
                listed.removes =
                    isRemoved ? limits.flatMap { listed.value == nil ? nil : $0.isOutside } : false
            }
            return listed
        }
    }
}

extension ChunkReport.Step {
    /// A step with the number that it looks at; JSON has no infinity.
    init(_ label: String, _ limits: StepLimits?) {
        self.init(by: label)
        func finite(_ value: Double?) -> Double? { value.flatMap { $0.isFinite ? $0 : nil } }
        value = finite(limits?.value)
        least = finite(limits?.least)
        most = finite(limits?.most)
    }
}

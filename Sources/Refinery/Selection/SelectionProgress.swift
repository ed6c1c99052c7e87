/// How far a selection is, in one of the parts that take long where there is much.
public struct SelectionProgress: Sendable, Equatable {
    /// A part, in the order in which a selection has them.
    public enum Part: String, Sendable, CaseIterable {
        /// Texts are searched for what benchmarks ask.
        case contamination
        /// Documents are read for what tells near duplicates.
        case signatures
        /// Documents that share such a mark are compared, one kind of mark after the other.
        case comparing
        /// What is kept is written down.
        case recording
    }

    /// The part.
    public var part: Part
    /// How much of it is done.
    public var done: Int
    /// How much there is of it.
    public var total: Int

    /// A part of which so much is done.
    public init(part: Part, done: Int, total: Int) {
        (self.part, self.done, self.total) = (part, done, total)
    }

    /// What the record of a job says; nil where it is no selection that is being made.
    public init?(_ job: JobRecord) {
        guard let part = job.part.flatMap(Part.init(rawValue:)), let total = job.total else {
            return nil
        }
        self.init(part: part, done: Int(job.done), total: Int(total))
    }

    /// Hears how far a selection is; it is called often, on the thread that selects.
    typealias Listener = (SelectionProgress) -> Void

    /// Tells a listener now and then, and at the end.
    static func tell(_ told: Listener, _ part: Part, _ done: Int, of total: Int) {
        if done & 0x3F == 0 || done == total {
            told(SelectionProgress(part: part, done: done, total: total))
        }
    }
}

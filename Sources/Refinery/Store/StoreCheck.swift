/// What a check of a store found; all zero and empty is good.
public struct StoreCheck: Sendable, Equatable, Codable {
    /// What SQLite says is damaged in the file, a line each.
    public var damage: [String] = []
    /// Rows that refer to rows which are not there, by table.
    public var dangling: [String: Int] = [:]
    /// Chunk and model pairs without a score that `pending` lacks.
    public var missing = 0
    /// Rows of `pending` that should not be there.
    public var surplus = 0
    /// Rows of `unread` that should not be there.
    public var surplusUnread = 0
    /// Counters that are off, one line each: which, what it says and what it should say.
    public var counters: [String] = []

    /// A check that found nothing.
    public init() {}

    /// Whether the file itself is good, so that what is derived from it can be written anew.
    public var isWhole: Bool { damage.isEmpty && dangling.isEmpty }

    /// Whether nothing is off.
    public var isClean: Bool {
        isWhole && missing == 0 && surplus == 0 && surplusUnread == 0 && counters.isEmpty
    }

    /// What was found, for people.
    public var lines: [String] {
        if isClean { return ["nothing is wrong"] }
        var lines = damage.map { "damaged: \($0)" }
        lines += dangling.sorted { $0.key < $1.key }
            .map { "table \($0.key): \($0.value) rows refer to rows that are not there" }
        if missing > 0 { lines.append("pending lacks \(missing) rows") }
        if surplus > 0 { lines.append("pending has \(surplus) rows too many") }
        if surplusUnread > 0 { lines.append("unread has \(surplusUnread) rows too many") }
        lines += counters.map { "counter of \($0)" }
        lines.append(
            isWhole
                ? "hint: --repair writes pending and the counters anew"
                : "hint: restore a backup; what can be read is kept in the file")
        return lines
    }
}

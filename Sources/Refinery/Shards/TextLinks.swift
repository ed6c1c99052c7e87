/// What the rows of equal texts have in common: the first of them, and the one set of sums.
///
/// Of several sums of one text and model the least stands, as in a store that imports the files: by
/// outcome, SHA-256 of the shard, line and ordinal. A document whose corpus and id stood before is
/// not there, as in a store; its sums count all the same.
struct TextLinks {
    /// Links of rows that are not the only ones of their text.
    let links: SortedRuns<TextLink>
    /// Rows whose sums are not those that stand for their text.
    private(set) var differing = 0

    private let dropped: IDSet
    private let ranks: [Int]
    private let folder: String
    private var group: Group?

    private struct Group {
        var first: TextPlace
        var original: ShardPlace?
        var teacher: TextPlace
        var reference: TextPlace
        var isEqual = true
        /// All members, from the second on.
        var members: SpillTable<TextPlace>?
    }

    /// No links yet.
    ///
    /// - Parameters:
    ///   - dropped: documents that are not there.
    ///   - ranks: for each shard its place in the order of the shards' SHA-256.
    ///   - folder: where links lie that memory should not hold.
    init(dropped: IDSet, ranks: [Int], folder: String) {
        self.dropped = dropped
        self.ranks = ranks
        self.folder = folder
        links = SortedRuns(folder: folder)
    }

    /// Takes the next place of a text, sorted.
    ///
    /// - Throws: ``RefineryError`` where the disk takes no more.
    mutating func add(_ next: TextPlace) throws {
        guard var open = group, open.first.text == next.text else {
            try finish()
            group = Group(
                first: next, original: isDropped(next) ? nil : next.place, teacher: next,
                reference: next)
            return
        }
        if open.members == nil {
            open.members = SpillTable(folder: folder)
            try open.members?.append(open.first)
        }
        try open.members?.append(next)
        if open.original == nil, !isDropped(next) { open.original = next.place }
        if next.digest != open.first.digest { open.isEqual = false }
        if goesBefore(next, open.teacher, \.teacher) { open.teacher = next }
        if goesBefore(next, open.reference, \.reference) { open.reference = next }
        group = open
    }

    /// Takes the end of the texts.
    ///
    /// - Throws: ``RefineryError`` where the disk takes no more.
    mutating func finish() throws {
        guard let open = group else { return }
        group = nil
        guard let members = open.members, let original = open.original else { return }
        try members.forEach { _, member in
            guard !isDropped(member) else { return }
            let isOwn =
                open.isEqual
                || member.digest == open.teacher.digest
                    && member.digest == open.reference.digest
            if !isOwn { differing += 1 }
            guard !isOwn || member.place != original else { return }
            try links.add(
                TextLink(
                    place: member.place, original: original,
                    teacher: isOwn ? member.place : open.teacher.place,
                    reference: isOwn ? member.place : open.reference.place))
        }
    }

    private func isDropped(_ place: TextPlace) -> Bool {
        dropped.contains(ShardPlace(shard: place.place.shard, number: place.document).id)
    }

    private func goesBefore(
        _ a: TextPlace, _ b: TextPlace, _ outcome: KeyPath<TextPlace, ShardRow.Outcome>
    ) -> Bool {
        if a[keyPath: outcome] != b[keyPath: outcome] {
            return a[keyPath: outcome] < b[keyPath: outcome]
        }
        let (one, other) = (ranks[Int(a.place.shard)], ranks[Int(b.place.shard)])
        return one != other ? one < other : a.place.number < b.place.number
    }
}

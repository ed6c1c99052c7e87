/// Removes the documents that a file of ids names, as takedown and opt-out requests do.
struct ExcludedIDsStep: SelectionStep {
    static let name = StepName.excludedIDs

    /// Ids and documents that are named in results at most.
    private static let most = 20

    /// The documents that go.
    private let documents: IDSet
    /// The first chunks of the texts of which every copy goes.
    private let texts: IDSet
    let detail: Removal.Detail?

    /// Looks the ids up, and for exact copies of what they exclude.
    ///
    /// - Throws: ``RefineryError`` where the store does not hold the file.
    init(
        _ file: IDListFile, over items: SpillTable<ScoredItem>, in snapshot: Snapshot
    ) throws {
        let list = try Self.list(file, in: snapshot)
        var excluded = IDSet()
        var unmatched: [String] = []
        var matched = 0
        for entry in list.entries {
            let found = try snapshot.documents(id: entry.id, corpus: entry.corpus)
            for document in found { excluded.insert(document) }
            if !found.isEmpty {
                matched += 1
            } else if unmatched.count < Self.most {
                let id = String(decoding: entry.id, as: UTF8.self)
                unmatched.append(entry.corpus.map { "\($0): \(id)" } ?? id)
            }
        }
        var originals = IDSet()
        try items.forEach { _, item in
            if excluded.contains(item.document) { originals.insert(item.original) }
        }
        var copies = 0
        var holders: [Int64] = []
        try items.forEach { _, item in
            guard originals.contains(item.original), !excluded.contains(item.document) else {
                return
            }
            copies += 1
            if holders.count < Self.most, holders.last != item.document {
                holders.append(item.document)
            }
        }
        documents = excluded
        texts = file.andCopies ? originals : IDSet()
        detail = Removal.Detail(
            ids: list.entries.count, matched: matched, unmatched: unmatched, copies: copies,
            copiesIn: try holders.compactMap { try snapshot.id(ofDocument: $0) })
    }

    func removes(_ item: ScoredItem) -> Bool {
        documents.contains(item.document) || texts.contains(item.original)
    }

    /// The file's ids, as the store holds them.
    private static func list(_ file: IDListFile, in snapshot: Snapshot) throws -> IDList {
        guard let bytes = try snapshot.ruleFile(sha256: file.sha256) else {
            throw RefineryError(
                .notFound,
                "the store does not hold \(file.file) (SHA-256 \(file.sha256))",
                hint: "`refinectl export --exclude-ids FILE` sends it along")
        }
        guard IDListFile.digest(bytes) == file.sha256 else {
            throw RefineryError(
                .unusable, "the file of ids \(file.file) is damaged in the store",
                hint: "`refinectl selections delete` what uses it, or restore a backup")
        }
        return try IDList(bytes, name: file.file)
    }
}

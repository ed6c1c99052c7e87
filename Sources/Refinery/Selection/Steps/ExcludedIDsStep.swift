/// Removes the documents that a file of ids names, as takedown and opt-out requests do.
struct ExcludedIDsStep: SelectionStep {
    static let name = StepName.excludedIDs

    /// The documents that go.
    private let documents: IDSet
    /// What has the text of an excluded chunk or document, where copies go, too.
    private let copies: Copies?
    let detail: Removal.Detail?

    /// What has the same text as something that is excluded.
    private enum Copies {
        /// Items whose text is the one of these chunks.
        case chunks(IDSet)
        /// Whole documents.
        case documents(IDSet)

        /// Looks through the whole store: what is excluded need not be scored, nor of the rule's
        /// corpus.
        init(of excluded: IDSet, _ ids: [Int64], unit: ItemUnit, in snapshot: Snapshot) throws {
            switch unit {
            case .chunk:
                var originals = IDSet()
                for id in ids {
                    for original in try snapshot.originals(ofDocument: id) {
                        originals.insert(original)
                    }
                }
                self = .chunks(originals)
            case .document:
                self = .documents(try snapshot.documents(withTextsOf: ids))
            }
        }

        func contains(_ item: ScoredItem) -> Bool {
            switch self {
            case .chunks(let originals): originals.contains(item.original)
            case .documents(let documents): documents.contains(item.document)
            }
        }
    }

    /// Looks the ids up, and for exact copies of what they exclude.
    ///
    /// - Throws: ``RefineryError`` where the store does not hold the file.
    init(
        _ file: IDListFile, unit: ItemUnit, over items: SpillTable<ScoredItem>,
        in snapshot: Snapshot
    ) throws {
        let list = try Self.list(file, in: snapshot)
        var excluded = IDSet()
        var ids: [Int64] = []
        var unmatched: [String] = []
        var matched = 0
        for entry in list.entries {
            let found = try snapshot.documents(id: entry.id, corpus: entry.corpus)
            for document in found where excluded.insert(document) { ids.append(document) }
            if !found.isEmpty {
                matched += 1
            } else if unmatched.count < Removal.Detail.mostNamed {
                let id = String(decoding: entry.id, as: UTF8.self)
                unmatched.append(entry.corpus.map { "\($0): \(id)" } ?? id)
            }
        }
        let same = try Copies(of: excluded, ids, unit: unit, in: snapshot)
        var count = 0
        var holders: [Int64] = []
        try items.forEach { _, item in
            guard !excluded.contains(item.document), same.contains(item) else { return }
            count += 1
            if holders.count < Removal.Detail.mostNamed, holders.last != item.document {
                holders.append(item.document)
            }
        }
        documents = excluded
        copies = file.andCopies ? same : nil
        detail = Removal.Detail(
            ids: list.entries.count, matched: matched, unmatched: unmatched, copies: count,
            copiesIn: try holders.compactMap { try snapshot.id(ofDocument: $0) })
    }

    func removes(_ item: ScoredItem) -> Bool {
        documents.contains(item.document) || copies?.contains(item) == true
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

/// Removes the documents that the reference was trained on and those held out, and every text that
/// was trained on, wherever else it is.
///
/// A reference knows what it was trained on, so that its NLL there says nothing of how easy a text
/// is: such a chunk's difference is too low.
struct SliceStep: SelectionStep {
    static let name = StepName.slice

    /// The documents of the slice, those that were held out among them.
    private let documents: IDSet
    /// The first chunks of the texts that were trained on.
    private let originals: IDSet

    /// Looks through the whole store: what was trained on need not be scored, nor of the rule's
    /// corpus.
    init(_ slice: CorpusSlice, unit: ItemUnit, in snapshot: Snapshot) throws {
        var trained = IDSet()
        var (found, texts) = (IDSet(), IDSet())
        try snapshot.documentTexts { document, sha256 in
            switch slice.part(ofText: sha256) {
            case .candidate: return
            case .trained: trained.insert(document)
            case .heldOut: break
            }
            found.insert(document)
        }
        // Documents of equal text are in the same part already.
        if unit == .chunk {
            try snapshot.chunkOriginals { document, original in
                if trained.contains(document) { texts.insert(original) }
            }
        }
        (documents, originals) = (found, texts)
    }

    /// Removes these documents, and the texts that these chunks were the first of.
    init(documents: IDSet, originals: IDSet) {
        self.documents = documents
        self.originals = originals
    }

    func removes(_ item: ScoredItem) -> Bool {
        documents.contains(item.document) || originals.contains(item.original)
    }
}

extension SelectionRule {
    /// The rule with the slice of the store's reference, unless it keeps that or names one.
    func sparing(_ slice: CorpusSlice?) -> SelectionRule {
        guard let slice, slice.isSpared, self.slice == nil, !keepSlice else { return self }
        var rule = self
        rule.slice = slice
        return rule
    }
}

/// Gathers chunks, in order of their ids, as items: each by itself, or its document's together.
struct ItemBuilder {
    /// What is scored.
    let items: SpillTable<ScoredItem>
    /// What is not.
    private(set) var exclusions = Exclusions()
    /// Whether both models scored as many tokens of every chunk.
    private(set) var tokensAgree = true
    /// Whether both models scored as many bytes of every chunk.
    private(set) var bytesAgree = true

    private let unit: ItemUnit
    /// Places of imported columns that hold categories, which have no mean.
    private let categories: Set<Int>
    /// Originals without a score that are counted already.
    private var counted = IDSet()
    /// The first chunk of the first document of each text, by half of its SHA-256.
    private var texts: [UInt128: Int64] = [:]
    private var open: OpenDocument?

    /// A document whose chunks are under way.
    fileprivate struct OpenDocument {
        let text: UInt128
        let draw: UInt64
        var item: ScoredItem?
        var isPending = false
        var hasFailed = false
        /// Windows of eight tokens, and those that repeat.
        var windows = 0.0
        var repeated = 0.0
        var imported = ImportedValues.Whole()
    }

    /// Gathers nothing yet.
    ///
    /// - Parameters:
    ///   - unit: whether an item is a chunk or a document.
    ///   - columns: the imported columns whose values the items carry.
    ///   - isExpecting: whether items may come that the teacher did not read.
    ///   - folder: where items lie that memory should not hold.
    init(
        unit: ItemUnit, columns: [ImportedColumn] = [], isExpecting: Bool = false, folder: String
    ) {
        self.unit = unit
        categories = Set(columns.indices.filter { columns[$0].kind == .category })
        items = SpillTable(
            folder: folder,
            first: ScoredItem.bytes(withColumns: columns.count, expecting: isExpecting),
            then: ScoredItem.withoutValues)
    }

    /// The chunks that follow are of one document with this text.
    mutating func beginDocument(sha256: UnsafeRawBufferPointer, draws: KeyedDraw?) {
        let text = sha256.prefix(16).reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
        open = OpenDocument(text: text, draw: draws?.draw(sha256: sha256) ?? 0)
    }

    /// Takes in the next chunk.
    ///
    /// One that the teacher did not read comes as scored, with NaN for the teacher's NLL and the
    /// gain that is expected.
    ///
    /// - Throws: ``RefineryError`` where the disk takes no more or a document is too long.
    mutating func add(
        _ outcome: PairOutcome, chunk: Int64, document: Int64, original: Int64, domain: Int32,
        draw: UInt64, expectedGain: Double = .nan, imported: ImportedValues = ImportedValues()
    ) throws {
        guard case .scored(let teacher, let reference) = outcome else {
            return exclude(outcome, original)
        }
        if teacher.tokens != reference.tokens { tokensAgree = false }
        if teacher.bytes != reference.bytes { bytesAgree = false }
        let item = ScoredItem(
            chunk: chunk, document: document, original: original, draw: draw,
            teacherNLL: teacher.nll, referenceNLL: reference.nll,
            adaptedNLL: reference.adaptedNLL, repetition: teacher.repetition,
            tokens: teacher.tokens, referenceTokens: reference.tokens, bytes: teacher.bytes,
            domain: domain, expectedGain: expectedGain, imported: imported)
        guard unit == .document else { return try items.append(item) }
        try open?.add(item)
    }

    /// The document that was begun is complete.
    mutating func endDocument() throws {
        guard let document = open else { return }
        open = nil
        if document.isPending {
            exclusions.pending += 1
        } else if document.hasFailed {
            exclusions.failed += 1
        } else if var item = document.item {
            item.draw = document.draw
            // NaN, where a chunk has none, stays NaN.
            item.repetition =
                document.windows == 0 ? item.repetition * 0 : document.repeated / document.windows
            item.imported = document.imported.values(categories: categories)
            item.original = texts[document.text] ?? item.chunk
            texts[document.text] = item.original
            try items.append(item)
        } else {
            exclusions.tooShort += 1
        }
    }

    private mutating func exclude(_ outcome: PairOutcome, _ original: Int64) {
        if unit == .document {
            switch outcome {
            case .pending, .unread: open?.isPending = true
            case .failed: open?.hasFailed = true
            case .tooShort, .scored: break
            }
            return
        }
        // Equal texts count once.
        guard counted.insert(original) else { return }
        switch outcome {
        case .pending, .unread: exclusions.pending += 1
        case .failed: exclusions.failed += 1
        case .tooShort: exclusions.tooShort += 1
        case .scored: break
        }
    }
}

extension ItemBuilder.OpenDocument {
    /// Adds the sums of one of its chunks.
    fileprivate mutating func add(_ chunk: ScoredItem) throws {
        let windows = max(0, Double(chunk.tokens) - Double(RepeatedWindows.length - 1))
        self.windows += windows
        repeated += windows * chunk.repetition
        imported.add(chunk.imported, tokens: chunk.tokens)
        guard var sum = item else {
            item = chunk
            return
        }
        func total(_ a: Int32, _ b: Int32) throws -> Int32 {
            let (total, overflow) = a.addingReportingOverflow(b)
            guard !overflow else {
                throw RefineryError(
                    .refused, "document \(chunk.document) is longer than 2³¹ bytes or tokens",
                    hint: "select chunks, or leave it out")
            }
            return total
        }
        if sum.teacherNLL.isNaN || chunk.teacherNLL.isNaN {
            sum.expectedGain = sum.gain + chunk.gain
        }
        sum.teacherNLL += chunk.teacherNLL
        sum.referenceNLL += chunk.referenceNLL
        sum.adaptedNLL += chunk.adaptedNLL
        sum.repetition += chunk.repetition
        sum.tokens = try total(sum.tokens, chunk.tokens)
        sum.referenceTokens = try total(sum.referenceTokens, chunk.referenceTokens)
        sum.bytes = try total(sum.bytes, chunk.bytes)
        item = sum
    }
}

/// Scores and lists of merges say one thing in two ways. This is the form that both have in common.
///
/// A vocabulary with scores tries all ways to put one piece together at once. A list tries one after
/// another. The ids are the same, whatever the order within one piece. For two neighbours that make
/// the piece P were made of P's own characters alone, by what is tried first among these. That
/// is one series of steps, and it has one state of two symbols. So only one way to put P together
/// ever comes up.
///
/// Pieces of equal score are tried from the left, which no list says. Runs of one character are the
/// exception: of "▁▁", "▁▁▁" and so on the left one grows as long as it can. A list that tries the
/// longer first does the same. Llama's pieces for spaces are such runs of equal score.
extension SentencePieceVocabulary {
    /// The merges by product, then by the length of the left symbol, with ranks that both forms have.
    ///
    /// Ranks count the blocks of merges that are tried together: those of one piece, or those of the
    /// runs of one character.
    ///
    /// - Returns: Nil where a list and scores would not say the same: then a piece is put together in
    ///   some ways but not in others, or pieces of equal score are no runs.
    func canonicalMerges() -> [Merge]? {
        guard hasEverySplit else { return nil }
        let ranks = mergeList.map(\.rank).sorted()
        let runs = runBlocks(ranks)
        var blocks: [Block: Span] = [:]
        for merge in mergeList {
            blocks[block(of: merge, runs), default: Span(merge)].insert(merge)
        }
        // Of a rank that several blocks share, each must be one of runs.
        var runMerges: [UInt32: Int] = [:]
        for case (.runs, let span) in blocks where span.first == span.last {
            runMerges[span.first, default: 0] += span.count
        }
        for (block, span) in blocks {
            let count = Self.count(ranks, from: span.first, through: span.last)
            guard count != span.count else { continue }
            guard case .runs = block, span.first == span.last, runMerges[span.first] == count
            else { return nil }
        }
        let ordered = blocks.sorted {
            ($0.value.first, $0.value.leastProduct) < ($1.value.first, $1.value.leastProduct)
        }
        let places = Dictionary(
            uniqueKeysWithValues: ordered.enumerated().map { ($1.key, UInt32($0)) })
        return mergeList.map { merge in
            var merge = merge
            merge.rank = places[block(of: merge, runs)] ?? 0
            return merge
        }.sorted { ($0.product, length($0.left)) < ($1.product, length($1.left)) }
    }

    /// Bytes of a symbol.
    func length(_ symbol: TokenID) -> Int { spelling(ofSymbol: symbol).count }

    /// The bytes of a symbol, which may be one behind the vocabulary.
    func spelling(ofSymbol symbol: TokenID) -> ArraySlice<UInt8> {
        Int(symbol) < count ? pieces[Int(symbol)] : extraSymbols[Int(symbol) - count]
    }

    /// Merges that are tried together.
    private enum Block: Hashable {
        case piece(TokenID)
        case runs(of: [UInt8])
    }

    /// What the merges of a block cover.
    private struct Span {
        var first: UInt32
        var last: UInt32
        var leastProduct: TokenID
        var count = 0

        init(_ merge: Merge) {
            (first, last, leastProduct) = (merge.rank, merge.rank, merge.product)
        }

        mutating func insert(_ merge: Merge) {
            first = min(first, merge.rank)
            last = max(last, merge.rank)
            leastProduct = min(leastProduct, merge.product)
            count += 1
        }
    }

    private func block(of merge: Merge, _ runs: Set<[UInt8]>) -> Block {
        if let run = Self.run(pieces[Int(merge.product)]), runs.contains(run.character) {
            return .runs(of: run.character)
        }
        return .piece(merge.product)
    }

    /// Whether the merges are all ways to put a piece together from two symbols.
    private var hasEverySplit: Bool {
        for merge in mergeList {
            guard isSymbol[Int(merge.product)] else { return false }
            for part in [merge.left, merge.right] where Int(part) < count && !isSymbol[Int(part)] {
                return false
            }
        }
        var (splits, work) = (0, 0)
        for id in 0..<count where isSymbol[id] {
            let piece = pieces[id]
            work += piece.count * piece.count
            // With scores what is longer is refused.
            guard piece.count <= Self.maxPieceBytes, work <= Self.maxSplitWork else { return false }
            var cut = piece.startIndex + Self.scalarWidth(piece)
            while cut < piece.endIndex {
                if canBeSymbol(piece[..<cut]), canBeSymbol(piece[cut...]) { splits += 1 }
                cut += UTF8Width.of(piece[cut])
            }
        }
        return splits == mergeList.count
    }

    /// The characters whose runs grow from the left as long as they can, whatever the order of
    /// their merges says beyond that.
    private func runBlocks(_ ranks: [UInt32]) -> Set<[UInt8]> {
        var own: [[UInt8]: [(merge: Merge, length: Int)]] = [:]
        for merge in mergeList {
            guard let run = Self.run(pieces[Int(merge.product)]) else { continue }
            own[run.character, default: []].append((merge, run.length))
        }
        var last: [[UInt8]: UInt32] = [:]
        for (character, found) in own where growsFromTheLeft(found) {
            let all = found.map(\.merge.rank)
            guard let from = all.min(), let through = all.max() else { continue }
            let isAlone = Self.count(ranks, from: from, through: through) == found.count
            if isAlone || from == through { last[character] = through }
        }
        // Whatever is tried before must not have a run as a part.
        for merge in mergeList {
            let product = Self.run(pieces[Int(merge.product)])?.character
            for part in [merge.left, merge.right] {
                guard let run = Self.run(spelling(ofSymbol: part)), run.character != product,
                    let through = last[run.character], merge.rank <= through
                else { continue }
                last[run.character] = nil
            }
        }
        return Set(last.keys)
    }

    /// Whether the runs that `found` makes have every length up to the longest, and one more
    /// character is put behind a run no later than two characters are put together.
    private func growsFromTheLeft(_ found: [(merge: Merge, length: Int)]) -> Bool {
        let lengths = Set(found.map(\.length))
        guard let longest = lengths.max(), lengths.count == longest - 1,
            let pair = found.first(where: { $0.length == 2 })?.merge
        else { return false }
        return found.allSatisfy {
            $0.length == 2 || $0.merge.right != pair.right || $0.merge.rank <= pair.rank
        }
    }

    /// The character that `piece` repeats, and how often, if it does so twice or more.
    private static func run(_ piece: ArraySlice<UInt8>) -> (character: [UInt8], length: Int)? {
        let width = scalarWidth(piece)
        guard width > 0, piece.count > width, piece.count.isMultiple(of: width) else { return nil }
        let character = piece.prefix(width)
        guard zip(piece, piece.dropFirst(width)).allSatisfy(==) else { return nil }
        return (Array(character), piece.count / width)
    }

    /// How many of `ranks`, which ascend, are from `first` through `last`.
    private static func count(
        _ ranks: [UInt32], from first: UInt32, through last: UInt32
    ) -> Int {
        func place(_ isBefore: (UInt32) -> Bool) -> Int {
            var (low, high) = (0, ranks.count)
            while low < high {
                let middle = (low + high) / 2
                if isBefore(ranks[middle]) { low = middle + 1 } else { high = middle }
            }
            return low
        }
        return place { $0 <= last } - place { $0 < first }
    }
}

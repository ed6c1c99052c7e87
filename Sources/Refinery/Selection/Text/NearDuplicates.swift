/// Finds documents whose texts are nearly the same, and the one of each group that stays.
///
/// Documents that share a band of their MinHash signatures are compared by exact Jaccard
/// similarity of their shingles; those that reach the threshold become one group, and so do
/// groups that a document joins. Documents are numbered in the order in which they are added.
///
/// Signatures lie in a file, 136 bytes a document; memory is 20 bytes a document, and up to
/// 128 MB while a band is sorted.
struct NearDuplicates: ~Copyable {
    private let threshold: Double
    private let minHash = MinHash()
    private var file: BandFile
    private var count = 0

    /// An index that is empty.
    ///
    /// - Parameters:
    ///   - threshold: the least Jaccard similarity of near duplicates, over 0 and at most 1.
    ///   - folder: where the file of signatures goes, without a name.
    /// - Throws: ``RefineryError`` where the file cannot be made.
    init(threshold: Double, folder: String) throws {
        self.threshold = threshold
        file = try BandFile(folder: folder)
    }

    /// Adds the next document; `text` is valid UTF-8.
    ///
    /// - Throws: ``RefineryError`` where the disk takes no more.
    mutating func add(_ text: [UInt8]) throws {
        let shingles = Shingles(text)
        if !shingles.hashes.isEmpty {
            try file.append(document: Int32(count), bands: minHash.bands(of: shingles))
        }
        count += 1
    }

    /// Finds the groups.
    ///
    /// - Parameters:
    ///   - scores: one a document; the highest of a group stays, of equals the first.
    ///   - text: a document's text once more, for the exact comparison.
    ///   - told: hears how many of the bands are compared.
    /// - Returns: the documents that another of their group outranks, ascending.
    /// - Throws: what `text` throws, and ``RefineryError`` where the disk fails.
    consuming func outranked(
        scores: [Double], text: (Int) throws -> [UInt8],
        told: SelectionProgress.Listener = { _ in }
    ) throws -> [Int] {
        var groups = DisjointSets(count: count)
        for band in 0..<MinHash.bands {
            try file.forEachBucket(of: band) { bucket in
                try compare(bucket, &groups, text)
            }
            told(SelectionProgress(part: .comparing, done: band + 1, total: MinHash.bands))
        }
        var best = [Int: Int]()
        for document in 0..<count where groups.isShared(document) {
            let group = groups.representative(document)
            guard let old = best[group], scores[old] >= scores[document] else {
                best[group] = document
                continue
            }
        }
        return (0..<count).filter { document in
            guard groups.isShared(document) else { return false }
            return best[groups.representative(document)] != document
        }
    }

    /// How many texts of one bucket, unlike each other, the rest of it is compared with.
    ///
    /// A bound on what a corpus made to collide can cost; honest buckets hold few kinds of text.
    private static let kinds = 32

    /// Joins what is alike in a bucket: each text against the first of each kind before it.
    private func compare(
        _ bucket: ArraySlice<BandFile.Entry>, _ groups: inout DisjointSets,
        _ text: (Int) throws -> [UInt8]
    ) throws {
        var kinds: [(document: Int, shingles: Shingles)] = []
        for entry in bucket {
            let document = Int(entry.document)
            if kinds.contains(where: { groups.areJoined($0.document, document) }) { continue }
            let shingles = Shingles(try text(document))
            let alike = kinds.first { $0.shingles.jaccard(shingles) >= threshold }
            if let alike {
                groups.join(alike.document, document)
            } else if kinds.count < Self.kinds {
                kinds.append((document, shingles))
            }
        }
    }
}

/// The set of a text's runs of five words, as sorted hashes: what near duplicates share most of.
struct Shingles: Equatable {
    /// Words a shingle.
    static let width = 5

    /// Distinct hashes, ascending; empty where the text has no word.
    let hashes: [UInt64]

    /// The shingles of `text`, valid UTF-8; a text of fewer than five words has one, of them all.
    init(_ text: [UInt8]) {
        let words = WordHashes.of(text)
        if words.isEmpty {
            hashes = []
        } else if words.count < Self.width {
            hashes = [WordHashes.run(words[...])]
        } else {
            hashes = WordHashes.distinct(WordHashes.windows(words, width: Self.width))
        }
    }

    /// |A ∩ B| / |A ∪ B|; 0 where both are empty, so that texts without words resemble nothing.
    func jaccard(_ other: Shingles) -> Double {
        var shared = 0
        var mine = 0
        var theirs = 0
        while mine < hashes.count, theirs < other.hashes.count {
            let a = hashes[mine], b = other.hashes[theirs]
            if a == b { shared += 1 }
            if a <= b { mine += 1 }
            if b <= a { theirs += 1 }
        }
        let union = hashes.count + other.hashes.count - shared
        return union == 0 ? 0 : Double(shared) / Double(union)
    }
}

/// Finds where a text quotes 13 words in a row of a benchmark's question.
struct Contamination {
    /// Ascending.
    private let hashes: [UInt64]
    /// A bit for the low bits of each hash: a sixteenth of other windows pass at most.
    private let seen: [UInt64]
    private let mask: UInt64

    /// What quotes any of the benchmarks.
    init(_ benchmarks: [QuestionWindows]) {
        hashes = WordHashes.distinct(benchmarks.flatMap(\.hashes))
        let bits = max(64, UInt64(hashes.count * 16).nextPowerOfTwo)
        mask = bits - 1
        var seen = [UInt64](repeating: 0, count: Int(bits / 64))
        for hash in hashes { seen[Int((hash & mask) >> 6)] |= 1 << (hash & 63) }
        self.seen = seen
    }

    /// The bytes of `text`, valid UTF-8, that quote a question, ascending; quotations that overlap
    /// are one.
    func quotations(in text: [UInt8]) -> [Range<Int>] {
        var words: [UInt64] = []
        var places: [Range<Int>] = []
        WordHashes.forEach(in: text) { hash, place in
            words.append(hash)
            places.append(place)
        }
        var found: [Range<Int>] = []
        let windows = WordHashes.windows(words, width: QuestionWindows.width)
        for (first, window) in windows.enumerated() where isWindow(window) {
            let end = places[first + QuestionWindows.width - 1].upperBound
            let start = places[first].lowerBound
            if let last = found.last, last.upperBound >= start {
                found[found.count - 1] = last.lowerBound..<end
            } else {
                found.append(start..<end)
            }
        }
        return found
    }

    private func isWindow(_ hash: UInt64) -> Bool {
        guard seen[Int((hash & mask) >> 6)] >> (hash & 63) & 1 == 1 else { return false }
        var (low, high) = (0, hashes.count)
        while low < high {
            let middle = (low + high) / 2
            if hashes[middle] < hash { low = middle + 1 } else { high = middle }
        }
        return low < hashes.count && hashes[low] == hash
    }
}

extension UInt64 {
    /// The least power of two that is not below it; it is at most 2⁶³.
    fileprivate var nextPowerOfTwo: UInt64 {
        self < 2 ? 1 : 1 << UInt64(64 - (self - 1).leadingZeroBitCount)
    }
}

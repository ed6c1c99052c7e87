/// Finds what stands at given ranks among numbers that are read in passes, in bounded memory.
///
/// Radix selection: a number becomes 64 bits in the numbers' order, and each of four passes counts
/// 16 bits of them. A pass narrows every rank down to the numbers that share its bits so far, so
/// that the last one leaves a single number. Memory is 512 KiB a rank, however many numbers there
/// are, and the result is that of sorting them all.
struct NearestRanks {
    private static let bits = 16

    /// A rank on its way: the leading bits of its number, and its rank among those that share them.
    private struct Search {
        var prefix: UInt64 = 0
        var rank: Int
    }

    /// The numbers at the given ranks, 1 for the least.
    ///
    /// - Parameters:
    ///   - ranks: the ranks, each from 1 to the count of the numbers.
    ///   - pass: hands over every number, none of them NaN, once in each of four calls.
    /// - Returns: A number for each rank, in the order of the ranks; 0 has no sign.
    /// - Throws: What `pass` throws.
    static func values(
        at ranks: [Int], _ pass: (_ see: (Double) -> Void) throws -> Void
    ) throws -> [Double] {
        guard !ranks.isEmpty else { return [] }
        var searches = ranks.map { Search(rank: $0) }
        for level in 0..<UInt64.bitWidth / bits {
            let shift = UInt64(UInt64.bitWidth - bits * (level + 1))
            // Ranks that share their bits so far share a histogram.
            let prefixes = Set(searches.map(\.prefix)).sorted()
            var counts = [Int](repeating: 0, count: prefixes.count << bits)
            try pass { number in
                let key = Self.key(number)
                // Shifting by all 64 bits gives 0.
                let prefix = key >> (shift + UInt64(bits))
                guard let place = prefixes.firstIndex(of: prefix) else { return }
                counts[place << bits | Int(key >> shift & 0xFFFF)] += 1
            }
            for index in searches.indices {
                let search = searches[index]
                let place = prefixes.firstIndex(of: search.prefix) ?? 0
                var rank = search.rank
                var bin = 0
                while bin < 0xFFFF, counts[place << bits | bin] < rank {
                    rank -= counts[place << bits | bin]
                    bin += 1
                }
                searches[index] = Search(prefix: search.prefix << bits | UInt64(bin), rank: rank)
            }
        }
        return searches.map { number(of: $0.prefix) }
    }

    /// 64 bits that are ordered as the numbers are.
    private static func key(_ number: Double) -> UInt64 {
        let bits = (number == 0 ? 0 : number).bitPattern
        return bits >> 63 == 1 ? ~bits : bits | 1 << 63
    }

    private static func number(of key: UInt64) -> Double {
        Double(bitPattern: key >> 63 == 1 ? key & ~(1 << 63) : ~key)
    }
}

/// A set of row ids, a bit each where they lie close together.
///
/// Blocks of 4,096 ids are made as they are needed: ids ascend in a store, so that a set of many
/// is dense.
struct IDSet {
    private var blocks: [Int64: SIMD64<UInt64>] = [:]
    /// Ids in the set.
    private(set) var count = 0

    /// Whether an id is in.
    func contains(_ id: Int64) -> Bool {
        guard let block = blocks[id >> 12] else { return false }
        return block[Int(id >> 6 & 63)] >> UInt64(id & 63) & 1 == 1
    }

    /// Puts an id in; whether it was not there yet.
    @discardableResult
    mutating func insert(_ id: Int64) -> Bool {
        let word = Int(id >> 6 & 63)
        let bit: UInt64 = 1 << UInt64(id & 63)
        let isNew = blocks[id >> 12, default: SIMD64()][word] & bit == 0
        if isNew {
            blocks[id >> 12, default: SIMD64()][word] |= bit
            count += 1
        }
        return isNew
    }
}

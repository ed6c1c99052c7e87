/// Which sequences each step takes: a function of seed, lengths and step alone.
///
/// Every epoch goes through all sequences in an order of its own, the permutation of stream
/// 2⁶³ + epoch of ``CounterRandom``. A batch takes the next sequences as long as their predicted
/// tokens fit; it may reach into the next epoch.
package struct BatchOrder {
    private let seed: UInt64
    private let batchTokens: Int
    /// Predicted tokens of each sequence.
    private let lengths: [Int32]
    private var epoch = 0
    private var place = 0
    private var order: [Int32] = []

    /// The order of sequences of these lengths, none longer than `batchTokens`.
    package init(seed: UInt64, batchTokens: Int, lengths: [Int32]) {
        precondition(!lengths.isEmpty && lengths.allSatisfy { $0 > 0 && $0 <= batchTokens })
        self.seed = seed
        self.batchTokens = batchTokens
        self.lengths = lengths
        shuffle()
    }

    private mutating func shuffle() {
        order = CounterRandom(seed: seed, stream: 1 << 63 | UInt64(epoch))
            .permutation(lengths.count)
    }

    /// The sequences of the next step.
    package mutating func next() -> [Int] {
        var batch: [Int] = []
        var room = batchTokens
        while true {
            if place == order.count {
                epoch += 1
                place = 0
                shuffle()
            }
            let sequence = Int(order[place]), length = Int(lengths[sequence])
            guard length <= room else { return batch }
            batch.append(sequence)
            room -= length
            place += 1
        }
    }
}

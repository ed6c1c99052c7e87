/// The last hidden states of one sequence, after the final norm: a row for each token that was
/// scored, of which the model predicted that token.
///
/// They are in the batch's own memory, so that they must not be kept longer than the call that
/// hands them over.
public struct HiddenRows {
    /// Rows: as many as the sequence has scored tokens.
    public let count: Int
    /// Numbers of a row, the model's hidden size.
    public let width: Int

    /// Packed activations of the whole batch: tiles of rows, number by number.
    private let states: UnsafePointer<Float>
    private let first: Int
    private let tile: Int

    init(states: UnsafePointer<Float>, rows: Range<Int>, width: Int, tile: Int) {
        self.states = states
        first = rows.lowerBound
        count = rows.count
        self.width = width
        self.tile = tile
    }

    /// Calls `body` with each row in turn; memory is taken once for all rows.
    public func forEach(_ body: (UnsafeBufferPointer<Float>) throws -> Void) rethrows {
        try withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { scratch in
            scratch.initialize(repeating: 0)
            for row in first..<first + count {
                let start = states + row / tile * tile * width + row % tile
                for index in 0..<width { scratch[index] = start[index * tile] }
                try body(UnsafeBufferPointer(scratch))
            }
        }
    }
}

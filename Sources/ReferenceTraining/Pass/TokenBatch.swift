/// Sequences laid end to end, without padding: what is read and what is to be predicted.
///
/// The first token of a sequence is context only, and its last is predicted only, so a sequence of
/// n ids takes n − 1 rows.
package struct TokenBatch {
    /// [T], the tokens that are read.
    private(set) var inputs: [Int32] = []
    /// [T], the token that follows each.
    private(set) var targets: [Int32] = []
    /// [T], each row's place in its sequence.
    private(set) var positions: [Int32] = []
    /// Rows of each sequence.
    private(set) var spans: [Range<Int>] = []

    /// Rows, which are predicted tokens: T.
    package var rows: Int { inputs.count }

    /// An empty batch with room for `rows` rows.
    package init(rows: Int) {
        inputs.reserveCapacity(rows)
        targets.reserveCapacity(rows)
        positions.reserveCapacity(rows)
    }

    /// Lays a sequence of two ids or more behind the others.
    package mutating func append(_ ids: UnsafeBufferPointer<UInt32>) {
        precondition(ids.count >= 2)
        let first = inputs.count
        for index in 0..<ids.count - 1 {
            inputs.append(Int32(ids[index]))
            targets.append(Int32(ids[index + 1]))
            positions.append(Int32(index))
        }
        spans.append(first..<inputs.count)
    }
}

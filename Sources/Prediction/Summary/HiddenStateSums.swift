/// Mean and standard deviation of a chunk's hidden states, gathered row by row in one pass.
///
/// Every row is added to the same memory: nothing is allocated for a token. The sums are in
/// Float64 and in the rows' order, so that the same rows leave the same bits.
public struct HiddenStateSums: Sendable {
    /// Numbers of a row.
    public let width: Int
    /// Rows added so far.
    public private(set) var rows = 0

    private var sums: [Double]
    private var squares: [Double]

    /// No rows yet.
    public init(width: Int) {
        precondition(width > 0)
        self.width = width
        sums = [Double](repeating: 0, count: width)
        squares = sums
    }

    /// Adds one row of `width` numbers.
    public mutating func add(_ row: UnsafeBufferPointer<Float>) {
        precondition(row.count == width)
        rows += 1
        sums.withUnsafeMutableBufferPointer { sums in
            squares.withUnsafeMutableBufferPointer { squares in
                for index in 0..<row.count {
                    let value = Double(row[index])
                    sums[index] += value
                    squares[index] += value * value
                }
            }
        }
    }

    /// Forgets every row, for the next chunk.
    public mutating func reset() {
        rows = 0
        for index in 0..<width {
            sums[index] = 0
            squares[index] = 0
        }
    }

    /// The mean of each of the row's numbers; zeros without a row.
    public var mean: [Double] {
        let count = Double(max(rows, 1))
        return sums.map { $0 / count }
    }

    /// The standard deviation of each of the row's numbers; zeros without a row.
    public var deviation: [Double] {
        let count = Double(max(rows, 1))
        return zip(sums, squares).map { sum, square in
            let mean = sum / count
            return max(0, square / count - mean * mean).squareRoot()
        }
    }
}

/// The upper triangle U of a positive definite matrix A = Uᵀ U.
///
/// Each number is computed by the same operations in the same order on any machine.
struct CholeskyFactor {
    /// Rows and columns.
    let size: Int
    /// [size, size], row after row; what is below the diagonal is not read.
    private var upper: [Double]

    /// Factorises a matrix of which only the upper triangle is read; nil where it is not positive
    /// definite.
    ///
    /// - Parameters:
    ///   - matrix: [size, size], row after row.
    ///   - size: its rows.
    init?(_ matrix: [Double], size: Int) {
        precondition(matrix.count == size * size)
        self.size = size
        upper = matrix
        let isDefinite = upper.withUnsafeMutableBufferPointer { u in
            for pivot in 0..<size {
                let row = pivot * size
                guard u[row + pivot] > 0, u[row + pivot].isFinite else { return false }
                let root = u[row + pivot].squareRoot()
                for column in pivot..<size { u[row + column] /= root }
                // What is left of the matrix: A − uᵀ u, a row at a time.
                for below in pivot + 1..<size where u[row + below] != 0 {
                    let factor = u[row + below], target = below * size
                    for column in below..<size {
                        u[target + column] -= factor * u[row + column]
                    }
                }
            }
            return true
        }
        guard isDefinite else { return nil }
    }

    /// The x of A x = b.
    func solve(_ b: [Double]) -> [Double] {
        precondition(b.count == size)
        var x = b
        upper.withUnsafeBufferPointer { u in
            for row in 0..<size {
                x[row] /= u[row * size + row]
                for below in row + 1..<size { x[below] -= u[row * size + below] * x[row] }
            }
            for row in (0..<size).reversed() {
                var sum = x[row]
                for column in row + 1..<size { sum -= u[row * size + column] * x[column] }
                x[row] = sum / u[row * size + row]
            }
        }
        return x
    }
}

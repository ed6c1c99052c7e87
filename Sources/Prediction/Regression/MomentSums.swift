/// Sums over chunks of a row's numbers and of their products: all that a ridge regression needs to
/// know of them.
///
/// A row has a chunk's features, then a one or zero for each domain that has an intercept of its
/// own, then the difference. The features and the difference have had the mean of all chunks taken
/// off, so that no digits are lost.
struct MomentSums {
    /// Numbers of a row.
    let width: Int
    /// Rows added.
    private(set) var count = 0.0
    /// Σ row.
    private(set) var sums: [Double]
    /// Σ rowᵀ row, [width, width]; only the upper triangle is filled.
    private(set) var products: [Double]

    init(width: Int) {
        self.width = width
        sums = [Double](repeating: 0, count: width)
        products = [Double](repeating: 0, count: width * width)
    }

    /// Adds one row.
    mutating func add(_ row: [Double]) {
        count += 1
        row.withUnsafeBufferPointer { row in
            products.withUnsafeMutableBufferPointer { products in
                for first in 0..<width where row[first] != 0 {
                    let factor = row[first], target = first * width
                    for second in first..<width {
                        products[target + second] += factor * row[second]
                    }
                }
            }
        }
        for index in 0..<width { sums[index] += row[index] }
    }

    /// Adds all rows of `other`.
    mutating func add(_ other: MomentSums) {
        count += other.count
        for index in 0..<width { sums[index] += other.sums[index] }
        for index in products.indices { products[index] += other.products[index] }
    }

    /// Σ (row − mean)ᵀ (row − mean), the upper triangle of [width, width].
    var centredProducts: [Double] {
        var centred = products
        for first in 0..<width {
            let mean = sums[first] / count
            for second in first..<width { centred[first * width + second] -= mean * sums[second] }
        }
        return centred
    }
}

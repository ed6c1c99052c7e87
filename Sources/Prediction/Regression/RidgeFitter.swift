/// Fits ridge regressions to a learning set, with and without some of its folds.
struct RidgeFitter {
    private let learning: LearningSet
    /// Indices of the domains with an intercept of their own.
    private let ownDomains: [Int]
    /// The means of all chunks, taken off features and difference.
    private let shift: [Double]
    private let differenceShift: Double
    /// Sums of the chunks of each fold, [folds of documents][folds of chunks].
    private let folds: [[MomentSums]]

    init(_ learning: LearningSet) {
        self.learning = learning
        var counts = [Int](repeating: 0, count: learning.domainNames.count)
        for domain in learning.domains where domain >= 0 { counts[domain] += 1 }
        ownDomains = Array(
            counts.indices.filter { counts[$0] >= RidgeRegression.fewestOfDomain }
                .sorted { (counts[$1], $0) < (counts[$0], $1) }
                .prefix(RidgeRegression.mostDomains)
        ).sorted()
        let width = learning.width, count = Double(max(learning.count, 1))
        var shift = [Double](repeating: 0, count: width)
        for index in 0..<learning.count {
            for (column, value) in learning.row(index).enumerated() {
                shift[column] += Double(value)
            }
        }
        for column in 0..<width { shift[column] /= count }
        self.shift = shift
        let differenceShift = learning.differences.reduce(0, +) / count
        self.differenceShift = differenceShift
        let none = MomentSums(width: width + ownDomains.count + 1)
        var folds = [[MomentSums]](
            repeating: .init(repeating: none, count: TextHash.chunkFolds),
            count: TextHash.documentFolds)
        var place = [Int](repeating: -1, count: learning.domainNames.count)
        for (column, domain) in ownDomains.enumerated() { place[domain] = width + column }
        for index in 0..<learning.count {
            var row = [Double](repeating: 0, count: width + ownDomains.count + 1)
            for (column, value) in learning.row(index).enumerated() {
                row[column] = Double(value) - shift[column]
            }
            let domain = learning.domains[index]
            if domain >= 0, place[domain] >= 0 { row[place[domain]] = 1 }
            row[row.count - 1] = learning.differences[index] - differenceShift
            let document = learning.documents[index].fold(of: TextHash.documentFolds)
            folds[document][learning.chunks[index].fold(of: TextHash.chunkFolds)].add(row)
        }
        self.folds = folds
    }

    /// Numbers of a row before the difference.
    private var inputs: Int { learning.width + ownDomains.count }

    /// The sums of the chunks in these folds, in fold order.
    private func sums(documents: [Int], chunks: [Int]) -> MomentSums {
        var sums = MomentSums(width: inputs + 1)
        for document in documents {
            for chunk in chunks { sums.add(folds[document][chunk]) }
        }
        return sums
    }

    /// The regression on all chunks outside a fold, with its strength chosen by these alone.
    ///
    /// - Parameters:
    ///   - document: a fold of documents that it must not see; nil for none.
    ///   - chunk: a fold of chunks that it must not see; nil for none.
    /// - Returns: The regression.
    /// - Throws: ``PredictionError`` where fewer than two folds of documents are left.
    func fit(
        withoutDocuments document: Int? = nil, withoutChunks chunk: Int? = nil
    ) throws(PredictionError) -> RidgeRegression {
        let documents = (0..<TextHash.documentFolds).filter { $0 != document }
        let chunks = (0..<TextHash.chunkFolds).filter { $0 != chunk }
        let strength = try chooseStrength(documents: documents, chunks: chunks)
        let sums = sums(documents: documents, chunks: chunks)
        return try regression(
            sums, solve(CentredSums(sums, features: learning.width), strength), strength)
    }

    /// The strength with the smallest squared error on folds that a fit did not see.
    ///
    /// First that of the features, then that of the domains; the weaker penalty of two equals.
    private func chooseStrength(
        documents: [Int], chunks: [Int]
    ) throws(PredictionError) -> RidgeStrength {
        let parts = documents.map { (fold: $0, sums: sums(documents: [$0], chunks: chunks)) }
            .filter { $0.sums.count > 0 }
        guard parts.count >= 2 else {
            throw PredictionError(
                "the chunks that the teacher read are of too few documents to learn from",
                hint: "raise the teacher's share, or read the whole corpus with the teacher")
        }
        let training = parts.map { held in
            let others = parts.map(\.fold).filter { $0 != held.fold }
            return (
                held: held.sums,
                sums: CentredSums(
                    sums(documents: others, chunks: chunks), features: learning.width)
            )
        }
        func error(_ strength: RidgeStrength) throws(PredictionError) -> Double {
            var total = 0.0
            for (held, sums) in training {
                total += Self.squaredError(held, sums, try solve(sums, strength))
            }
            return total
        }
        var best = RidgeStrength(features: 1, domains: 8)
        func choose(
            _ choices: [Double], _ key: WritableKeyPath<RidgeStrength, Double>
        ) throws(PredictionError) {
            var least = Double.infinity, chosen = best
            for choice in choices {
                var strength = best
                strength[keyPath: key] = choice
                let error = try error(strength)
                if error < least { (least, chosen) = (error, strength) }
            }
            best = chosen
        }
        try choose(RidgeStrength.featureChoices, \.features)
        if !ownDomains.isEmpty { try choose(RidgeStrength.domainChoices, \.domains) }
        return best
    }

    /// Sums about their means, with the features' standard deviations.
    private struct CentredSums {
        let sums: MomentSums
        let products: [Double]
        /// By what each input is divided: 1 for a domain's and for a feature that never changes.
        let scales: [Double]

        init(_ sums: MomentSums, features: Int) {
            self.sums = sums
            let width = sums.width
            let products = sums.centredProducts
            self.products = products
            scales = (0..<width - 1).map { column in
                guard column < features else { return 1 }
                let variance = products[column * width + column] / sums.count
                let level = sums.sums[column] / sums.count
                // What rounding leaves of a constant is not a variance.
                return variance > 1e-20 * max(1, level * level) ? variance.squareRoot() : 0
            }
        }
    }

    /// The coefficients of standardised inputs.
    private func solve(
        _ centred: CentredSums, _ strength: RidgeStrength
    ) throws(PredictionError) -> [Double] {
        let width = centred.sums.width, inputs = width - 1
        var matrix = [Double](repeating: 0, count: inputs * inputs)
        var right = [Double](repeating: 0, count: inputs)
        let inverse = centred.scales.map { $0 > 0 ? 1 / $0 : 0 }
        for first in 0..<inputs {
            for second in first..<inputs {
                matrix[first * inputs + second] =
                    centred.products[first * width + second] * inverse[first] * inverse[second]
            }
            matrix[first * inputs + first] +=
                first < learning.width ? strength.features * centred.sums.count : strength.domains
            right[first] = centred.products[first * width + inputs] * inverse[first]
        }
        guard let factor = CholeskyFactor(matrix, size: inputs) else {
            throw PredictionError("the chunks' summaries cannot be fitted: they are not finite")
        }
        return factor.solve(right)
    }

    /// The squared error of a fit, summed over the chunks of `held`.
    private static func squaredError(
        _ held: MomentSums, _ centred: CentredSums, _ standardised: [Double]
    ) -> Double {
        let width = held.width, inputs = width - 1
        // error = Σ c · row − constant, with −1 for the difference.
        var c = zip(standardised, centred.scales).map { $1 > 0 ? $0 / $1 : 0 }
        c.append(-1)
        var constant = 0.0
        for column in 0...inputs {
            constant += c[column] * centred.sums.sums[column] / centred.sums.count
        }
        var total = 0.0, linear = 0.0
        for first in 0..<width {
            let row = first * width
            total += c[first] * c[first] * held.products[row + first]
            for second in first + 1..<width {
                total += 2 * c[first] * c[second] * held.products[row + second]
            }
            linear += c[first] * held.sums[first]
        }
        return total - 2 * constant * linear + held.count * constant * constant
    }

    /// The regression on the features as they are.
    private func regression(
        _ sums: MomentSums, _ standardised: [Double], _ strength: RidgeStrength
    ) throws(PredictionError) -> RidgeRegression {
        let centred = CentredSums(sums, features: learning.width)
        let c = zip(standardised, centred.scales).map { $1 > 0 ? $0 / $1 : 0 }
        var intercept = differenceShift + sums.sums[inputs] / sums.count
        for column in 0..<inputs { intercept -= c[column] * sums.sums[column] / sums.count }
        for column in 0..<learning.width { intercept -= c[column] * shift[column] }
        var domains: [String: Double] = [:]
        for (index, domain) in ownDomains.enumerated() {
            domains[learning.domainNames[domain]] = c[learning.width + index]
        }
        return RidgeRegression(
            intercept: intercept, coefficients: Array(c[..<learning.width]), domains: domains,
            strength: strength, chunks: Int(sums.count))
    }
}

import Foundation
import Testing

@testable import Prediction

@Suite struct RegressionTests {
    @Test("a Cholesky factor solves, and a matrix that is not positive definite has none")
    func cholesky() throws {
        let matrix: [Double] = [4, 2, 1, 0, 5, 3, 0, 0, 6]
        let factor = try #require(CholeskyFactor(matrix, size: 3))
        // b = A · (1, −2, 3), with A's lower triangle as its upper one.
        let x = factor.solve([3, 1, 13])
        for (value, want) in zip(x, [1.0, -2, 3]) { #expect(abs(value - want) < 1e-14) }
        #expect(CholeskyFactor([1, 2, 0, 1], size: 2) == nil)
        #expect(CholeskyFactor([.nan], size: 1) == nil)
    }

    @Test("with many chunks and no noise slopes and domains are found again")
    func exact() throws {
        let prediction = try DifferencePrediction(Fixture(chunks: 2000, noise: 0).learningSet)
        let regression = prediction.regression
        #expect(regression.chunks == 2000)
        #expect(regression.strength.features == 0.0001)
        for (value, want) in zip(regression.coefficients, Fixture.slopes) {
            #expect(abs(value - want) < 0.01)
        }
        let code = try #require(regression.domains["code"])
        let prose = try #require(regression.domains["prose"])
        #expect(abs(code - prose - 2) < 0.05)
        // A domain that is not known has the common intercept.
        let zero = [Float](repeating: 0, count: Fixture.width)
        #expect(regression.predict(zero, domain: "poems") == regression.intercept)
    }

    @Test("noise makes the penalty stronger")
    func strength() throws {
        let quiet = try DifferencePrediction(Fixture(chunks: 60, noise: 0.1).learningSet)
        let loud = try DifferencePrediction(Fixture(chunks: 60, noise: 20).learningSet)
        #expect(loud.regression.strength.features > quiet.regression.strength.features)
    }

    @Test("the penalised squares have no slope at the solution")
    func optimum() throws {
        let fixture = Fixture(chunks: 300, noise: 2)
        let regression = try DifferencePrediction(fixture.learningSet).regression
        let errors = (0..<300).map {
            fixture.differences[$0]
                - regression.predict(fixture.features[$0], domain: fixture.domains[$0])
        }
        #expect(abs(errors.reduce(0, +)) < 1e-9)
        for column in 0..<Fixture.width {
            let values = fixture.features.map { Double($0[column]) }
            let mean = values.reduce(0, +) / 300
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 300
            let slope = zip(values, errors).reduce(0) { $0 + ($1.0 - mean) * $1.1 }
            let penalty =
                regression.strength.features * 300 * variance * regression.coefficients[column]
            #expect(abs(slope - penalty) < 1e-8)
        }
        for (name, offset) in regression.domains {
            let sum = (0..<300).filter { fixture.domains[$0] == name }.reduce(0) {
                $0 + errors[$1]
            }
            #expect(abs(sum - regression.strength.domains * offset) < 1e-8)
        }
    }

    @Test("a prediction out of fold does not depend on the chunk's own difference")
    func outOfFold() throws {
        let fixture = Fixture(chunks: 200, noise: 1)
        let before = try DifferencePrediction(fixture.learningSet)
        var changed = fixture
        changed.differences[17] += 5
        let after = try DifferencePrediction(changed.learningSet)
        // But for the rounding of the common mean that is taken off first.
        #expect(abs(after.outOfFold[17] - before.outOfFold[17]) < 1e-12)
        #expect(after.outOfFold != before.outOfFold)
        // Chunks 16 to 19 are one document.
        for chunk in 16..<20 {
            #expect(abs(after.outOfDocument[chunk] - before.outOfDocument[chunk]) < 1e-12)
        }
    }

    @Test("a feature that never changes counts for nothing, and numbers far from zero lose nothing")
    func scales() throws {
        var fixture = Fixture(chunks: 400, noise: 0.5)
        let plain = try DifferencePrediction(fixture.learningSet)
        for index in fixture.features.indices { fixture.features[index][3] = 7 }
        let constant = try DifferencePrediction(fixture.learningSet)
        #expect(constant.regression.coefficients[3] == 0)
        fixture = Fixture(chunks: 400, noise: 0.5)
        for index in fixture.features.indices { fixture.features[index][0] += 4096 }
        let moved = try DifferencePrediction(fixture.learningSet)
        for (value, want) in zip(moved.outOfFold, plain.outOfFold) {
            #expect(abs(value - want) < 1e-2)
        }
    }

    @Test("a regression comes back from JSON bit for bit")
    func coding() throws {
        let regression = try DifferencePrediction(
            Fixture(chunks: 200, noise: 1).learningSet
        ).regression
        let read = try JSONDecoder().decode(
            RidgeRegression.self, from: JSONEncoder().encode(regression))
        #expect(read == regression)
    }

    @Test("chunks of one document, other widths and infinite differences are refused")
    func refused() throws {
        let one = Fixture(chunks: 50, noise: 1, perDocument: 50)
        #expect(throws: PredictionError.self) { try DifferencePrediction(one.learningSet) }
        var set = LearningSet(width: 2)
        let hash = Fixture.hash(0, 0)
        #expect(throws: PredictionError.self) {
            try set.append(
                features: [1], domain: nil, chunk: hash, document: hash, difference: 0)
        }
        #expect(throws: PredictionError.self) {
            try set.append(
                features: [1, 2], domain: nil, chunk: hash, document: hash,
                difference: .infinity)
        }
        #expect(set.count == 0)
    }
}

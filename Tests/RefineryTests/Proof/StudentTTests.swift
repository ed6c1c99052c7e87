import Testing

@testable import Refinery

/// Judged by mpmath's incomplete beta function with 30 digits.
struct StudentTTests {
    @Test(arguments: [
        (2.0, 3.0, 0.93033701572057841), (0.5, 7.5, 0.6842945176887728),
        (-1.3, 2, 0.16162351590802019), (40, 5, 0.99999990794018914),
        (8, 200, 0.9999999999999506),
    ])
    func `the distribution function equals the judge's`(t: Double, freedom: Double, below: Double) {
        #expect(abs(StudentT(freedom: freedom).below(t) - below) < 1e-13)
    }

    @Test(arguments: [
        (4.0, 0.975, 2.77644510519779), (4, 0.8, 0.940964577235181), (1, 0.975, 12.7062047361747),
        (4.5, 0.975, 2.6589123472044), (59, 0.975, 2.00099537808827),
        (1000, 0.995, 2.58075469806595), (4, 0.025, -2.77644510519779),
    ])
    func `the quantile equals the judge's`(freedom: Double, share: Double, t: Double) {
        #expect(abs(StudentT(freedom: freedom).quantile(share) - t) < 1e-10 * abs(t))
    }

    @Test func `a chance far out keeps its digits`() {
        let p = StudentT(freedom: 200).twoSided(8)
        #expect(abs(p - 9.87920090933064e-14) < 1e-23)
        #expect(StudentT(freedom: 5).twoSided(.infinity) == 0)
        #expect(StudentT(freedom: 5).quantile(0.5) == 0)
    }
}

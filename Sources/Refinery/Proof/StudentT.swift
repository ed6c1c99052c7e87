import Foundation

/// Student's t distribution.
///
/// The distribution function is the regularised incomplete beta function by its continued fraction
/// (Abramowitz and Stegun, *Handbook of Mathematical Functions*, 26.5.8 and 26.7.1).
struct StudentT {
    /// Degrees of freedom, above 0; they need not be whole.
    let freedom: Double

    /// P(T ≤ t).
    func below(_ t: Double) -> Double {
        guard t.isFinite else { return t > 0 ? 1 : 0 }
        let tail = Self.beta(freedom / (freedom + t * t), freedom / 2, 0.5) / 2
        return t > 0 ? 1 - tail : tail
    }

    /// The t below which a share of the distribution is, found by bisection.
    ///
    /// - Parameter share: above 0 and below 1.
    /// - Returns: t, to 1e-12 of its size.
    func quantile(_ share: Double) -> Double {
        guard share != 0.5 else { return 0 }
        var (low, high) = (0.0, 1.0)
        let wanted = max(share, 1 - share)
        while below(high) < wanted, high < 1e300 { high *= 2 }
        for _ in 0..<200 where high - low > 1e-12 * high {
            let middle = (low + high) / 2
            if below(middle) < wanted { low = middle } else { high = middle }
        }
        return share < 0.5 ? -high : high
    }

    /// The chance of a |T| at least as large as |t|.
    func twoSided(_ t: Double) -> Double {
        guard t.isFinite else { return 0 }
        return Self.beta(freedom / (freedom + t * t), freedom / 2, 0.5)
    }

    /// The regularised incomplete beta function I_x(a, b).
    private static func beta(_ x: Double, _ a: Double, _ b: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        let front = exp(
            lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
        return x < (a + 1) / (a + b + 2)
            ? front * fraction(x, a, b) / a : 1 - front * fraction(1 - x, b, a) / b
    }

    /// The continued fraction, evaluated from the front (Lentz 1976).
    private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
        let tiny = 1e-300
        func kept(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
        var c = 1.0
        var d = 1 / kept(1 - (a + b) * x / (a + 1))
        var result = d
        for m in 1...500 {
            let m = Double(m)
            for term in [
                m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
            ] {
                d = 1 / kept(1 + term * d)
                c = kept(1 + term / c)
                result *= d * c
            }
            if abs(d * c - 1) < 1e-15 { break }
        }
        return result
    }
}

/// The exact sum of numbers, whose order does not matter.
///
/// A fixed-point number wide enough for every Double, as 32-bit digits with room for carries (Neal,
/// "Fast exact summation using small and large superaccumulators", 2015). It is rounded once, when
/// it is asked for.
struct ExactSum {
    /// Digit 0 counts in units of 2⁻¹⁰⁷⁴; two more than the greatest Double has, and room on top.
    private static let count = 70
    /// A digit holds so many additions of at most 2³³ before its carry must go.
    private static let mostWaiting = 1 << 28

    private var digits = [Int64](repeating: 0, count: count)
    private var waiting = 0
    /// The sum of what is infinite or no number, which has no exact sum.
    private var boundless = 0.0

    /// Adds a number.
    mutating func add(_ value: Double) {
        guard value.isFinite else {
            boundless += value
            return
        }
        let bits = value.bitPattern
        let exponent = Int(bits >> 52 & 0x7FF)
        let fraction = bits & 0xF_FFFF_FFFF_FFFF
        let significand = exponent == 0 ? fraction : fraction | 1 << 52
        // The value is significand · 2^(place - 1074).
        let place = max(1, exponent) - 1
        let (digit, shift) = (place >> 5, UInt64(place & 31))
        let low = (significand & 0xFFFF_FFFF) << shift
        let high = (significand >> 32) << shift
        let sign: Int64 = value.sign == .minus ? -1 : 1
        digits[digit] += sign * Int64(low & 0xFFFF_FFFF)
        digits[digit + 1] += sign * Int64((low >> 32) + (high & 0xFFFF_FFFF))
        digits[digit + 2] += sign * Int64(high >> 32)
        waiting += 1
        if waiting == Self.mostWaiting {
            Self.carry(&digits)
            waiting = 0
        }
    }

    /// The sum, rounded to the nearest Double.
    var value: Double {
        guard boundless == 0 else { return boundless }
        var digits = digits
        Self.carry(&digits)
        var sign = FloatingPointSign.plus
        if digits[Self.count - 1] < 0 {
            sign = .minus
            for place in digits.indices { digits[place] = -digits[place] }
            Self.carry(&digits)
        }
        guard let top = digits.lastIndex(where: { $0 != 0 }) else { return 0 }
        let first = max(0, top - 2)
        var leading = UInt128(0)
        for place in stride(from: top, through: first, by: -1) {
            leading = leading << 32 | UInt128(digits[place])
        }
        // What lies below only decides between two neighbours.
        if digits[..<first].contains(where: { $0 != 0 }) { leading |= 1 }
        let magnitude = Double(leading)
        return Double(sign: sign, exponent: 32 * first - 1074, significand: magnitude)
    }

    /// Leaves every digit but the last between 0 and 2³².
    private static func carry(_ digits: inout [Int64]) {
        for place in 0..<count - 1 {
            digits[place + 1] += digits[place] >> 32
            digits[place] &= 0xFFFF_FFFF
        }
    }
}

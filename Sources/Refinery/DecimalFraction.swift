/// A decimal number from 0 to 1, kept digit by digit so that ⌊R × n⌋ is exact.
///
/// In Double 0.29 × 100 is 28.999…; here it is 29.
public struct DecimalFraction: Sendable, Equatable, CustomStringConvertible {
    /// Whether the number is 1; `digits` is empty then.
    private let isOne: Bool
    /// The digits after the point, without zeros at the end.
    private let digits: [UInt8]

    /// Reads `0.29`, `.5`, `1`, `1.0`, `1e-3`; throws for anything else, below 0 or above 1.
    public init(_ text: String) throws {
        let refused = RefineryError(
            .invalid,
            "a ratio or quantile must be a decimal number from 0 to 1, not \"\(text.prefix(60))\"")
        var rest = Substring(text)
        guard text.utf8.count <= 1000 else { throw refused }
        var exponent = 0
        if let mark = rest.firstIndex(where: { $0 == "e" || $0 == "E" }) {
            guard let value = Int(rest[rest.index(after: mark)...]), abs(value) <= 1000 else {
                throw refused
            }
            exponent = value
            rest = rest[..<mark]
        }
        let parts = rest.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2 else { throw refused }
        let whole = Array(parts[0].utf8)
        let fraction = parts.count == 2 ? Array(parts[1].utf8) : []
        var all = whole + fraction
        guard !all.isEmpty, all.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { throw refused }
        all = all.map { $0 - 0x30 }
        var point = whole.count + exponent
        while all.first == 0 {
            all.removeFirst()
            point -= 1
        }
        while all.last == 0 { all.removeLast() }
        if all.isEmpty {
            isOne = false
            digits = []
        } else if point == 1, all == [1] {
            isOne = true
            digits = []
        } else if point <= 0 {
            isOne = false
            digits = Array(repeating: 0, count: -point) + all
        } else {
            throw refused
        }
    }

    /// ⌊R × n⌋ for n from 0 to 10¹⁷.
    public func floorTimes(_ n: Int) -> Int {
        precondition(n >= 0 && n <= 100_000_000_000_000_000)
        // R·n = (d₁·n + (d₂·n + (…)/10)/10)/10, and ⌊(a + x)/10⌋ = ⌊(a + ⌊x⌋)/10⌋ for whole a.
        return isOne
            ? n
            : digits.reversed().reduce(0) { carry, digit in
                (Int(digit) * n + carry) / 10
            }
    }

    /// ⌈R × n⌉ for n from 0 to 10¹⁷.
    public func ceilTimes(_ n: Int) -> Int {
        precondition(n >= 0 && n <= 100_000_000_000_000_000)
        // As ``floorTimes(_:)``: ⌈(a + x)/10⌉ = ⌈(a + ⌈x⌉)/10⌉ for whole a.
        return isOne
            ? n
            : digits.reversed().reduce(0) { carry, digit in
                (Int(digit) * n + carry + 9) / 10
            }
    }

    /// The number in its shortest form, such as `0.29`.
    public var description: String {
        if isOne { return "1" }
        if digits.isEmpty { return "0" }
        return "0." + digits.map(String.init).joined()
    }
}

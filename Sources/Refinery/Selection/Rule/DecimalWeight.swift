/// A weight from 0 to a million with up to nine decimals, kept exactly.
public struct DecimalWeight: Sendable, Equatable, CustomStringConvertible {
    /// The weight times 10⁹.
    public let billionths: Int

    /// Reads `0.3`, `7`, `.25`.
    ///
    /// - Throws: ``RefineryError`` for anything else.
    public init(_ text: String) throws {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let whole = parts.first ?? ""
        let fraction = parts.count == 2 ? parts[1] : ""
        let digits = whole + fraction
        guard parts.count <= 2, !digits.isEmpty, whole.count <= 7, fraction.count <= 9,
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let value = Int(digits + String(repeating: "0", count: 9 - fraction.count)),
            value <= 1_000_000_000_000_000
        else {
            throw RefineryError(
                .invalid,
                "a weight is a decimal number from 0 to 1000000 with up to nine decimals, not "
                    + "\"\(text.prefix(40))\"")
        }
        billionths = value
    }

    /// The weight in its shortest form.
    public var description: String {
        let (whole, rest) = billionths.quotientAndRemainder(dividingBy: 1_000_000_000)
        guard rest > 0 else { return "\(whole)" }
        var fraction = String(rest)
        fraction = String(repeating: "0", count: 9 - fraction.utf8.count) + fraction
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return "\(whole).\(fraction)"
    }
}

extension DecimalWeight: Codable {
    /// Reads a string.
    public init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    /// Writes ``description``.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

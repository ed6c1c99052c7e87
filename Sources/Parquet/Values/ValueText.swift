/// Writes dates, times, decimals and the like as text.
///
/// Dates and times as in ISO 8601, with the digits of a second that the unit has; `Z` stands
/// behind a moment that is in UTC, and nothing behind one whose zone nobody knows.
enum ValueText {
    /// Seconds of a day.
    private static let day: Int64 = 86_400

    /// Appends days since 1970-01-01 in the proleptic Gregorian calendar.
    static func append(date days: Int64, to text: inout [UInt8]) {
        // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
        let shifted = days + 719_468
        let (era, ofEra) = divided(shifted, by: 146_097)
        let year = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * year + year / 4 - year / 100)
        let shiftedMonth = (5 * ofYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let fullYear = year + era * 400 + (month <= 2 ? 1 : 0)
        if fullYear < 0 { text.append(UInt8(ascii: "-")) }
        append(fullYear.magnitude, digits: 4, to: &text)
        text.append(UInt8(ascii: "-"))
        append(UInt64(month), digits: 2, to: &text)
        text.append(UInt8(ascii: "-"))
        append(UInt64(ofYear - (153 * shiftedMonth + 2) / 5 + 1), digits: 2, to: &text)
    }

    /// Appends a time of day; one before 0:00 or after 24:00 is written as the day's.
    static func append(time value: Int64, _ unit: LogicalType.Unit, to text: inout [UInt8]) {
        let (_, inDay) = divided(value, by: day * unit.perSecond)
        let seconds = inDay / unit.perSecond
        append(UInt64(seconds / 3600), digits: 2, to: &text)
        text.append(UInt8(ascii: ":"))
        append(UInt64(seconds / 60 % 60), digits: 2, to: &text)
        text.append(UInt8(ascii: ":"))
        append(UInt64(seconds % 60), digits: 2, to: &text)
        text.append(UInt8(ascii: "."))
        append(UInt64(inDay % unit.perSecond), digits: unit.digits, to: &text)
    }

    /// Appends a moment since 1970-01-01T00:00.
    static func append(
        timestamp value: Int64, _ unit: LogicalType.Unit, isUTC: Bool, to text: inout [UInt8]
    ) {
        let (days, inDay) = divided(value, by: day * unit.perSecond)
        append(date: days, to: &text)
        text.append(UInt8(ascii: "T"))
        append(time: inDay, unit, to: &text)
        if isUTC { text.append(UInt8(ascii: "Z")) }
    }

    /// Appends what an INT96 holds: nanoseconds of the day, then the Julian day.
    static func append(legacyTimestamp bytes: UnsafeRawBufferPointer, to text: inout [UInt8]) {
        let time = Int64(littleEndian: bytes.loadUnaligned(as: Int64.self))
        let julian = Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: Int32.self))
        let (days, inDay) = divided(time, by: day * LogicalType.Unit.nanoseconds.perSecond)
        append(date: Int64(julian) - 2_440_588 + days, to: &text)
        text.append(UInt8(ascii: "T"))
        append(time: inDay, .nanoseconds, to: &text)
    }

    /// Appends 16 bytes as RFC 9562 writes them.
    static func append(uuid bytes: UnsafeRawBufferPointer, to text: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text.append(UInt8(ascii: "-")) }
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
    }

    /// Appends a number with at least `digits` digits.
    static func append(_ value: UInt64, digits: Int, to text: inout [UInt8]) {
        let start = text.count
        var rest = value
        while rest > 0 || text.count - start < digits {
            text.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        }
        text[start...].reverse()
    }

    /// The quotient, rounded down, and what is left, which is not negative.
    private static func divided(_ value: Int64, by divisor: Int64) -> (Int64, Int64) {
        let (quotient, rest) = value.quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? (quotient - 1, rest + divisor) : (quotient, rest)
    }
}

/// A writer of JSON as bytes: the same values give the same bytes on any machine.
public struct JSONBytes: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8] = []

    /// A writer that has written nothing.
    public init() {}

    /// Forgets what has been written and keeps the memory.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
    }

    /// Writes text that is JSON already.
    public mutating func raw(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    /// Writes a constant that is JSON already, without a string on the way.
    public mutating func constant(_ text: StaticString) {
        // SAFETY: a static string's bytes live as long as the program.
        bytes.append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Writes bytes that are JSON already.
    public mutating func raw(_ text: [UInt8]) {
        bytes.append(contentsOf: text)
    }

    /// Writes a hash as a string of 64 hexadecimal digits.
    public mutating func hash(_ hash: ContentHash) {
        bytes.append(0x22)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2 * ContentHash.count) { digits in
            hash.write(digits: digits)
            bytes.append(contentsOf: digits)
        }
        bytes.append(0x22)
    }

    /// Writes valid UTF-8 as a string, escaping quotes, backslashes and control characters.
    public mutating func string(_ text: some Sequence<UInt8>) {
        bytes.append(0x22)
        let isWritten: Void? = text.withContiguousStorageIfAvailable {
            escaped(UnsafeRawBufferPointer($0))
        }
        if isWritten == nil { Array(text).withUnsafeBytes { escaped($0) } }
        bytes.append(0x22)
    }

    /// Writes runs of plain bytes as they are, and the rest escaped.
    private mutating func escaped(_ text: UnsafeRawBufferPointer) {
        var at = 0
        while at < text.count {
            let end = text.plainEnd(from: at)
            bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[at..<end]))
            guard end < text.count else { return }
            escape(text[end])
            at = end + 1
        }
    }

    private mutating func escape(_ byte: UInt8) {
        bytes.append(0x5C)
        switch byte {
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0..<0x20:
            raw("u00")
            bytes.append(0x30 + byte >> 4)
            bytes.append(byte & 15 < 10 ? 0x30 + byte & 15 : 0x57 + byte & 15)
        default: bytes.append(byte)
        }
    }

    /// Writes bytes that may not be UTF-8 as a string, with U+FFFD for what is not.
    public mutating func repairedString(_ text: [UInt8]) {
        string(String(decoding: text, as: UTF8.self).utf8)
    }

    /// Writes an integer.
    public mutating func integer(_ value: Int) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        var rest = value.magnitude
        // The lowest digit first, into the highest place: 20 digits hold any 64 bits.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var place = digits.count
            repeat {
                place -= 1
                digits[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            bytes.append(contentsOf: digits[place...])
        }
    }

    /// Writes a finite number in its shortest form that reads back as the same Double.
    public mutating func number(_ value: Double) {
        precondition(value.isFinite)
        raw(value.description)
    }
}

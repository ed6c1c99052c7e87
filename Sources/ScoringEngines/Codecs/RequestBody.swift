/// Writes requests in JSON.
struct RequestBody {
    /// What was written so far.
    private(set) var bytes: [UInt8] = []

    /// Appends JSON as it stands.
    mutating func append(_ json: StaticString) {
        json.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// Appends a string with its quotes.
    mutating func append(quoted text: String) {
        bytes.append(0x22)
        for byte in text.utf8 {
            switch byte {
            case 0x22, 0x5C: bytes += [0x5C, byte]
            case 0..<0x20:
                let digits = Array("0123456789abcdef".utf8)
                bytes += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(0x22)
    }

    /// Appends a list of lists of ids.
    mutating func append(_ sequences: [[Int32]]) {
        bytes.reserveCapacity(bytes.count + sequences.reduce(0) { $0 + 7 * $1.count + 3 })
        bytes.append(0x5B)
        for (place, ids) in sequences.enumerated() {
            if place > 0 { bytes.append(0x2C) }
            append(ids)
        }
        bytes.append(0x5D)
    }

    /// Appends a list of ids.
    mutating func append(_ ids: [Int32]) {
        bytes.append(0x5B)
        for (place, id) in ids.enumerated() {
            if place > 0 { bytes.append(0x2C) }
            append(id)
        }
        bytes.append(0x5D)
    }

    /// Appends a whole number.
    mutating func append(_ number: Int32) {
        if number < 0 { bytes.append(0x2D) }
        var rest = number.magnitude
        let start = bytes.count
        repeat {
            bytes.append(UInt8(0x30 + rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }
}

/// The printable characters that byte-level BPE files write for the 256 bytes.
///
/// Source: `bytes_to_unicode` in OpenAI's gpt-2 `encoder.py`: printable Latin-1 bytes stand for
/// themselves, the others, in ascending order, are U+0100, U+0101, …
enum ByteAlphabet {
    /// The byte that a scalar stands for, indexed by the scalar's value; -1 for none.
    private static let byteOfScalar: [Int16] = {
        var table = [Int16](repeating: -1, count: 0x144)
        var next = 0x100
        for byte in 0..<256 {
            switch byte {
            case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF:
                table[byte] = Int16(byte)
            default:
                table[next] = Int16(byte)
                next += 1
            }
        }
        return table
    }()

    /// What files write for each byte, in UTF-8.
    static let spellings: [[UInt8]] = {
        var spellings = [[UInt8]](repeating: [], count: 256)
        for (value, byte) in byteOfScalar.enumerated() where byte >= 0 {
            spellings[Int(byte)] =
                Unicode.Scalar(UInt32(value)).map { Array(String($0).utf8) } ?? []
        }
        return spellings
    }()

    /// The bytes that `spelling`, a token as its file writes it, stands for; nil if it holds
    /// anything outside the alphabet.
    static func bytes(ofSpelling spelling: some Sequence<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        var lead: UInt32 = 0
        for unit in spelling {
            let scalar: UInt32
            if lead != 0 {
                // The alphabet ends at U+0143, so two bytes are the longest form.
                guard unit & 0xC0 == 0x80 else { return nil }
                scalar = (lead & 0x1F) << 6 | UInt32(unit & 0x3F)
                lead = 0
            } else if unit < 0x80 {
                scalar = UInt32(unit)
            } else {
                guard unit >= 0xC2, unit <= 0xC5 else { return nil }
                lead = UInt32(unit)
                continue
            }
            guard scalar < UInt32(byteOfScalar.count), byteOfScalar[Int(scalar)] >= 0 else {
                return nil
            }
            result.append(UInt8(byteOfScalar[Int(scalar)]))
        }
        return lead == 0 ? result : nil
    }
}

/// Reads one column of float32 from a .npy in base64 (NumPy's format, versions 1 and 2).
enum NumPyColumn {
    /// The values of an array of shape (rows, 1), little-endian.
    ///
    /// - Throws: ``EngineError`` (wrongAnswer) for another type, shape or length.
    static func values(
        base64 text: UnsafeRawBufferPointer, rows: Int
    ) throws(EngineError) -> [Float] {
        guard let bytes = decoded(text) else { throw EchoedSequence.wrong("its base64 is none") }
        guard bytes.count >= 12, bytes.starts(with: [0x93] + Array("NUMPY".utf8)),
            bytes[6] == 1 || bytes[6] == 2
        else { throw EchoedSequence.wrong("its log-probs are no .npy") }
        var length = Int(bytes[8]) | Int(bytes[9]) << 8
        var start = 10
        if bytes[6] == 2 {
            length |= Int(bytes[10]) << 16 | Int(bytes[11]) << 24
            start = 12
        }
        guard length <= bytes.count - start else {
            throw EchoedSequence.wrong("the header of its .npy is longer than the whole")
        }
        let header = String(decoding: bytes[start..<start + length], as: UTF8.self)
            .filter { !$0.isWhitespace }
        guard header.contains("'descr':'<f4'"), header.contains("'fortran_order':False"),
            header.contains("'shape':(\(rows),1)")
        else {
            throw EchoedSequence.wrong(
                "its .npy is not float32 of the shape (\(rows), 1) but \(header.prefix(120))")
        }
        let data = bytes[(start + length)...]
        guard data.count == 4 * rows else {
            throw EchoedSequence.wrong("its .npy has \(data.count) bytes for \(rows) numbers")
        }
        return data.withUnsafeBytes { data in
            // SAFETY: `data` has 4 × rows bytes, which was just checked.
            (0..<rows).map {
                Float(
                    bitPattern: UInt32(
                        littleEndian: data.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
            }
        }
    }

    /// The bytes of base64 with or without padding, nil for what is none.
    static func decoded(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        var characters = text[...]
        for _ in 0..<2 where characters.last == UInt8(ascii: "=") { characters.removeLast() }
        guard characters.count % 4 != 1 else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(characters.count / 4 * 3 + 2)
        var held: UInt32 = 0
        var bits = 0
        for character in characters {
            let value: UInt32
            switch character {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = UInt32(character) - 65
            case UInt8(ascii: "a")...UInt8(ascii: "z"): value = UInt32(character) - 71
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = UInt32(character) + 4
            case UInt8(ascii: "+"): value = 62
            case UInt8(ascii: "/"): value = 63
            default: return nil
            }
            held = held << 6 | value
            bits += 6
            if bits >= 8 {
                bits -= 8
                result.append(UInt8(truncatingIfNeeded: held >> UInt32(bits)))
            }
        }
        return result
    }
}

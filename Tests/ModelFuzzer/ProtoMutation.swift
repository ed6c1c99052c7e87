/// Damage to single fields of a protocol buffer, such as SentencePiece's tokenizer.model.
enum ProtoMutation {
    /// A field as it stands in the file.
    private struct Field {
        var number: UInt64
        var wireType: UInt8
        /// The value's bytes: of a field with a length those behind it.
        var value: [UInt8]

        var bytes: [UInt8] {
            let tag = ProtoMutation.varint(number << 3 | UInt64(wireType))
            return wireType == 2
                ? tag + ProtoMutation.varint(UInt64(value.count)) + value : tag + value
        }
    }

    /// Changes `file` in one way; lengths around the change stay right, but for one in twenty.
    static func apply(to file: inout [UInt8], other: [UInt8], _ random: inout RandomStream) {
        guard var fields = fields(of: file), !fields.isEmpty else {
            return ByteMutation.apply(to: &file, other: other, &random)
        }
        let at = random.below(fields.count)
        switch random.below(9) {
        case 0:
            fields.remove(at: at)
        case 1:
            fields.insert(fields[at], at: random.below(fields.count))
        case 2:
            fields.swapAt(at, random.below(fields.count))
        case 3:
            if let donor = random.pick(Self.fields(of: other) ?? []) {
                fields.insert(donor, at: at)
            }
        case 4:
            fields[at].number =
                random.once(in: 3) ? random.extreme() >> 3 : UInt64(random.below(60))
        default:
            change(&fields[at], other, &random)
        }
        file = fields.flatMap(\.bytes)
        if random.once(in: 20) { ByteMutation.apply(to: &file, other: other, &random) }
    }

    private static func change(_ field: inout Field, _ other: [UInt8], _ random: inout RandomStream)
    {
        switch field.wireType {
        case 0:
            field.value = varint(random.extreme())
        case 1, 5:
            let patterns: [UInt32] = [
                0, 0x7FC0_0000, 0x7F80_0000, 0xFF80_0000, 0x7F7F_FFFF, 0xFF7F_FFFF, 1,
                UInt32(truncatingIfNeeded: random.next()),
            ]
            let pattern = random.pick(patterns) ?? 0
            withUnsafeBytes(of: pattern.littleEndian) { bytes in
                for index in field.value.indices { field.value[index] = bytes[index % 4] }
            }
        default:
            // A message: one of its fields; or a text, whose bytes may look like one.
            if fields(of: field.value)?.isEmpty == false, random.below(4) > 0 {
                apply(to: &field.value, other: other, &random)
            } else if random.once(in: 8) {
                field.value = Array(repeating: field.value, count: random.below(64)).flatMap { $0 }
            } else {
                ByteMutation.apply(to: &field.value, other: other, &random)
            }
        }
    }

    /// The fields of a message; nil where the bytes are none.
    private static func fields(of bytes: [UInt8]) -> [Field]? {
        var fields: [Field] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let tag = readVarint(&rest) else { return nil }
            let wireType = UInt8(tag & 7)
            let count: Int
            switch wireType {
            case 0:
                guard let value = readVarint(&rest) else { return nil }
                fields.append(Field(number: tag >> 3, wireType: 0, value: varint(value)))
                continue
            case 1: count = 8
            case 2:
                guard let length = readVarint(&rest), length <= UInt64(rest.count) else {
                    return nil
                }
                count = Int(length)
            case 5: count = 4
            default: return nil
            }
            guard count <= rest.count else { return nil }
            fields.append(
                Field(number: tag >> 3, wireType: wireType, value: Array(rest.prefix(count))))
            rest = rest.dropFirst(count)
        }
        return fields
    }

    private static func varint(_ value: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    private static func readVarint(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = bytes.popFirst() else { return nil }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }
}

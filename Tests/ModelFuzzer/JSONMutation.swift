/// Damage to a JSON text that mostly leaves it JSON.
///
/// It finds values by their brackets and quotes alone and is no reader: what the readers have wrong
/// must not be wrong here too.
enum JSONMutation {
    /// A value in the text, and where the member or element that holds it begins.
    private struct Place {
        var value: Range<Int>
        var member: Int
    }

    /// Changes one value of `text`: another value, a piece of `other`, more of it, or none.
    static func apply(to text: inout [UInt8], other: [UInt8], _ random: inout RandomStream) {
        let places = places(in: text)
        guard let place = random.pick(places) else {
            return ByteMutation.apply(to: &text, other: other, &random)
        }
        let value = text[place.value]
        switch random.below(10) {
        case 0, 1, 2:
            text.replaceSubrange(place.value, with: (random.pick(values) ?? "0").utf8)
        case 3:
            let donor = random.once(in: 2) ? text : other
            if let piece = random.pick(Self.places(in: donor)) {
                text.replaceSubrange(place.value, with: Array(donor[piece.value]))
            }
        case 4:
            var end = place.value.upperBound
            if end < text.count, text[end] == UInt8(ascii: ",") { end += 1 }
            text.removeSubrange(place.member..<end)
        case 5:
            let member = Array(text[place.member..<place.value.upperBound])
            text.insert(contentsOf: member + [UInt8(ascii: ",")], at: place.member)
        case 6:
            let depth = random.pick([1, 2, 63, 64, 65, 511, 513, 20_000]) ?? 1
            let isArray = random.once(in: 2)
            let open = isArray ? "[" : "{\"type\":\"Sequence\",\"normalizers\":["
            let close = isArray ? "]" : "]}"
            let nested =
                String(repeating: open, count: depth).utf8 + value
                + String(repeating: close, count: depth).utf8
            text.replaceSubrange(place.value, with: Array(nested))
        case 7:
            let count = min(1 + random.below(4096), (1 << 16) / max(value.count, 1) + 1)
            let list = Array(repeatElement(value + [UInt8(ascii: ",")], count: count).joined())
            text.replaceSubrange(place.value, with: [UInt8(ascii: "[")] + list.dropLast() + [93])
        case 8:
            text.replaceSubrange(place.value, with: number(value, &random).utf8)
        default:
            text.replaceSubrange(place.value, with: string(value, &random))
        }
    }

    private static let values = [
        "null", "true", "false", "0", "-0", "1", "-1", "2", "0.5", "1e308", "-1e308", "1e999",
        "1e-400", "NaN", "Infinity", "2147483647", "2147483648", "4294967296",
        "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1e19",
        "18446744073709551616", "\"\"", "\"0\"", "\"\\u0000\"", "\"\\ud800\"", "[]", "{}", "[0]",
        "[-1,4611686018427387904]", "{\"\":0}", "[[],[]]", "[null]", "\"../../etc/passwd\"",
    ]

    /// Strings that mean something to one reader or another.
    private static let strings = [
        "(a+)+$", "(a|a)*b", "(?<=x)(a+)+b", "a{9999}{9999}", "a*[ab]{5000}c", "((a{99}){99}){99}",
        "[^\\\\s\\\\S]",
        "\\\\p{L}{65535}", "(?=(?=(?=a)))", "(?:)*", "BPE", "Sequence", "Split", "ByteLevel",
        "Digits", "Prepend", "Replace", "Metaspace", "NFC", "NFD", "llama", "qwen2", "qwen3",
        "linear", "yarn", "llama3",
        "silu", "F32", "F16", "I64", "BF16", "<s>", "Ġ", "é", "e\\u0301", "\\u0000", "\u{7F}",
    ]

    private static func number(_ value: ArraySlice<UInt8>, _ random: inout RandomStream) -> String {
        guard let number = Double(String(decoding: value, as: UTF8.self)) else {
            return String(Int64(bitPattern: random.extreme()))
        }
        let changed = [number + 1, number - 1, -number, number * 2, number * 1e9, number + 0.5]
        guard let picked = random.pick(changed), abs(picked) < 1e15 else { return "1e15" }
        return picked == picked.rounded() ? String(Int64(picked)) : String(picked)
    }

    private static func string(
        _ value: ArraySlice<UInt8>, _ random: inout RandomStream
    ) -> [UInt8] {
        guard value.first == UInt8(ascii: "\""), random.once(in: 2) else {
            return Array("\"\(random.pick(strings) ?? "")\"".utf8)
        }
        var inside = Array(value.dropFirst().dropLast())
        switch random.below(3) {
        case 0:
            let count = min(1 + random.below(10_000), (1 << 16) / max(1, inside.count) + 1)
            inside = Array(repeatElement(inside, count: count).joined())
        case 1: inside.insert(contentsOf: [0xC3, 0x28], at: random.below(inside.count + 1))
        default: ByteMutation.apply(to: &inside, other: [], &random)
        }
        return [UInt8(ascii: "\"")] + inside + [UInt8(ascii: "\"")]
    }

    /// Every value of `text`, as far as its brackets go.
    private static func places(in text: [UInt8]) -> [Place] {
        var places: [Place] = []
        var open: [(start: Int, member: Int)] = []
        var key: Int?
        var position = 0
        while position < text.count {
            let start = position
            position += 1
            switch text[start] {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                open.append((start, key ?? start))
                key = nil
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard let last = open.popLast() else { continue }
                places.append(Place(value: last.start..<position, member: last.member))
                key = nil
            case UInt8(ascii: ","), UInt8(ascii: ":"), 0x20, 0x0A, 0x0D, 0x09:
                continue
            case UInt8(ascii: "\""):
                while position < text.count, text[position] != UInt8(ascii: "\"") {
                    position += text[position] == UInt8(ascii: "\\") ? 2 : 1
                }
                position = min(position + 1, text.count)
                let after = text[position...].first { $0 != 0x20 && $0 != 0x0A }
                if after == UInt8(ascii: ":") {
                    key = start
                    continue
                }
                places.append(Place(value: start..<position, member: key ?? start))
                key = nil
            default:
                let ends = Array(",:]}\" \n\r\t".utf8)
                while position < text.count, !ends.contains(text[position]) { position += 1 }
                places.append(Place(value: start..<position, member: key ?? start))
                key = nil
            }
        }
        return places
    }
}

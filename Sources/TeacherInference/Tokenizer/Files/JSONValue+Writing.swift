extension JSONValue {
    /// The value as JSON text in UTF-8: always the same bytes for the same value, a member a line.
    ///
    /// A list of two strings, such as a merge, is one line.
    ///
    /// Strings must be UTF-8. Of their characters only those are escaped that JSON wants escaped.
    var serialized: [UInt8] {
        var output: [UInt8] = []
        write(to: &output, indent: 0)
        output.append(UInt8(ascii: "\n"))
        return output
    }

    private func write(to output: inout [UInt8], indent: Int) {
        switch self {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let value): output.append(contentsOf: String(value).utf8)
        case .integer(let value): output.append(contentsOf: String(value).utf8)
        case .number(let value): output.append(contentsOf: "\(value)".utf8)
        case .string(let bytes): Self.write(bytes, to: &output)
        case .array(let elements):
            let isPair = elements.count == 2 && elements.allSatisfy { $0.bytes != nil }
            Self.write(elements, "[", "]", to: &output, isPair ? nil : indent) { element, output in
                element.write(to: &output, indent: indent + 1)
            }
        case .object(let members):
            Self.write(members, "{", "}", to: &output, indent) { member, output in
                Self.write(member.key, to: &output)
                output.append(contentsOf: ": ".utf8)
                member.value.write(to: &output, indent: indent + 1)
            }
        }
    }

    private static func write<Element>(
        _ elements: [Element], _ opening: String, _ closing: String, to output: inout [UInt8],
        _ indent: Int?, _ body: (Element, inout [UInt8]) -> Void
    ) {
        func line(_ depth: Int) {
            guard let indent else { return }
            output.append(UInt8(ascii: "\n"))
            output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent + depth))
        }
        output.append(contentsOf: opening.utf8)
        for (place, element) in elements.enumerated() {
            if place > 0 { output.append(UInt8(ascii: ",")) }
            line(1)
            body(element, &output)
        }
        if !elements.isEmpty { line(0) }
        output.append(contentsOf: closing.utf8)
    }

    private static func write(_ string: [UInt8], to output: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        output.append(UInt8(ascii: "\""))
        for byte in string {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                output.append(contentsOf: [UInt8(ascii: "\\"), byte])
            case 0..<0x20, 0x7F:
                output.append(contentsOf: "\\u00".utf8)
                output.append(contentsOf: [digits[Int(byte >> 4)], digits[Int(byte & 15)]])
            default: output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }
}

// So that what is written can be read here as it stands in the file.
extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    /// `null`.
    init(nilLiteral: ()) { self = .null }

    /// `true` or `false`.
    init(booleanLiteral value: Bool) { self = .bool(value) }

    /// A number.
    init(integerLiteral value: Int) { self = .integer(value) }

    /// A string.
    init(stringLiteral value: String) { self = .string(Array(value.utf8)) }

    /// A list.
    init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

    /// An object of members in this order.
    init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { (Array($0.0.utf8), $0.1) })
    }
}

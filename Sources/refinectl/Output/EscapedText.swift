/// Text of a corpus as a terminal may have it: what would act on the terminal, or hide or turn
/// round what stands there, is spelled out.
enum EscapedText {
    /// Running text: line feeds and tabs stay.
    static func block(_ bytes: some Collection<UInt8>) -> String {
        escaped(bytes) { $0 == "\n" || $0 == "\t" ? String($0) : spelled($0) }
    }

    /// One line between quotes, which tells a line feed from a backslash and an n.
    static func quoted(_ bytes: some Collection<UInt8>) -> String {
        let text = escaped(bytes) { scalar in
            switch scalar {
            case "\\", "\"": "\\" + String(scalar)
            default: spelled(scalar)
            }
        }
        return "\"" + text + "\""
    }

    /// One line, such as a name.
    static func line(_ text: String) -> String {
        escaped(text.utf8, spelled)
    }

    private static func escaped(
        _ bytes: some Collection<UInt8>, _ spell: (Unicode.Scalar) -> String
    ) -> String {
        var text = ""
        var at = bytes.startIndex
        while at < bytes.endIndex {
            let lead = bytes[at]
            let width = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
            let end = bytes.index(at, offsetBy: width, limitedBy: bytes.endIndex)
            if let end, let character = String(validating: bytes[at..<end], as: UTF8.self),
                let scalar = character.unicodeScalars.first
            {
                text += spell(scalar)
                at = end
            } else {
                // A byte of a scalar that other tokens complete.
                text += "\\x" + hexadecimal(UInt32(lead), digits: 2)
                at = bytes.index(after: at)
            }
        }
        return text
    }

    private static func spelled(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": return "\\n"
        case "\t": return "\\t"
        case "\r": return "\\r"
        // Persian and emoji are written with these two.
        case "\u{200C}", "\u{200D}": return String(scalar)
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator:
            return "\\u{" + hexadecimal(scalar.value, digits: 1) + "}"
        default: return String(scalar)
        }
    }

    private static func hexadecimal(_ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}

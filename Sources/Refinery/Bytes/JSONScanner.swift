/// A strict reader of one JSON text (RFC 8259) in valid UTF-8, which builds no tree.
///
/// It checks and skips; callers note the ranges of what they want. Nesting is counted, not
/// recursed into: deeper than `maxDepth` is refused, as readers of an export would refuse it.
struct JSONScanner {
    /// Levels of arrays and objects that a value may have, as in Foundation's reader.
    static let maxDepth = 512

    /// What a value is.
    enum Kind: String {
        case string, number, boolean, null, array, object
    }

    /// A value that has been passed: what it is and its bytes, a string's quotes included.
    struct Value {
        /// What it is.
        var kind: Kind
        /// Its bytes in the text.
        var range: Range<Int>
    }

    /// A member of an object that has been passed.
    struct Member {
        /// The key's bytes between its quotes, escapes as they stand.
        var key: Range<Int>
        /// Whether the key holds escapes.
        var isKeyEscaped: Bool
        /// The value.
        var value: Value
    }

    /// The text.
    let bytes: UnsafeRawBufferPointer
    /// The next byte to read, from 0.
    var at = 0

    /// Levels that this text may have.
    private let mostLevels: Int

    /// A scanner at the start of `bytes`, which must stay valid as long as it is used; a line that
    /// holds a whole line of a corpus may be a level deeper than that.
    init(_ bytes: UnsafeRawBufferPointer, holdsLine: Bool = false) {
        self.bytes = bytes
        mostLevels = Self.maxDepth + (holdsLine ? 1 : 0)
    }

    /// The next byte, nil at the end.
    @inline(__always)
    var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    /// Passes white space.
    @inline(__always)
    mutating func skipSpace() {
        while at < bytes.count {
            switch bytes[at] {
            case 0x20, 0x09, 0x0A, 0x0D: at += 1
            default: return
            }
        }
    }

    /// An error at the present place.
    func expected(_ what: String) -> JSONError {
        JSONError(message: "expected \(what)", offset: at)
    }

    /// Passes an object, whose brace is next, and shows each member.
    mutating func object(_ member: (Member) throws(JSONError) -> Void) throws(JSONError) {
        at += 1
        skipSpace()
        if next == UInt8(ascii: "}") {
            at += 1
            return
        }
        while true {
            let start = at
            let isEscaped = try key()
            let key = start + 1..<keyEnd
            skipSpace()
            try member(Member(key: key, isKeyEscaped: isEscaped, value: value(depth: 1)))
            skipSpace()
            switch next {
            case UInt8(ascii: ","):
                at += 1
                skipSpace()
            case UInt8(ascii: "}"):
                at += 1
                return
            default: throw expected("\",\" or \"}\"")
            }
        }
    }

    /// Passes a value; `depth` levels stand around it.
    mutating func value(depth outer: Int = 0) throws(JSONError) -> Value {
        let start = at
        let kind = try leafOrOpening()
        guard kind == .array || kind == .object else { return Value(kind: kind, range: start..<at) }
        try container(kind, outer: outer)
        return Value(kind: kind, range: start..<at)
    }

    /// Where the key last passed ends: the place of its closing quote.
    private var keyEnd = 0

    /// Passes a key and its colon; whether the key holds escapes.
    private mutating func key() throws(JSONError) -> Bool {
        guard next == UInt8(ascii: "\"") else { throw expected("a string as key") }
        let isEscaped = try string()
        keyEnd = at - 1
        skipSpace()
        guard next == UInt8(ascii: ":") else { throw expected("\":\"") }
        at += 1
        return isEscaped
    }

    /// Passes a leaf, or only the opening brace or bracket of what is none.
    private mutating func leafOrOpening() throws(JSONError) -> Kind {
        switch next {
        case UInt8(ascii: "\""):
            _ = try string()
            return .string
        case UInt8(ascii: "{"):
            at += 1
            return .object
        case UInt8(ascii: "["):
            at += 1
            return .array
        case UInt8(ascii: "t"): return try literal("true", .boolean)
        case UInt8(ascii: "f"): return try literal("false", .boolean)
        case UInt8(ascii: "n"): return try literal("null", .null)
        case .some(let byte) where byte == UInt8(ascii: "-") || byte &- 0x30 < 10:
            try number()
            return .number
        default: throw expected("a value")
        }
    }

    /// Passes the rest of a container whose opening has been passed.
    private mutating func container(_ kind: Kind, outer: Int) throws(JSONError) {
        // A bit a level: whether it is an object.
        var isObject = InlineArray<9, UInt64>(repeating: 0)
        var depth = 0
        var opened: Kind? = kind
        while true {
            if let kind = opened {
                opened = nil
                guard outer + depth < mostLevels else {
                    at -= 1
                    throw JSONError(
                        message: "nested deeper than \(mostLevels) levels", offset: at)
                }
                let bit: UInt64 = 1 << UInt64(depth & 63)
                if kind == .object {
                    isObject[depth >> 6] |= bit
                } else {
                    isObject[depth >> 6] &= ~bit
                }
                depth += 1
                skipSpace()
                if next == (kind == .object ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                    at += 1
                    depth -= 1
                    if depth == 0 { return }
                } else {
                    opened = try element(inObject: kind == .object)
                    continue
                }
            }
            // A value has ended: a comma, or the end of what it stands in.
            let inObject = isObject[(depth - 1) >> 6] >> UInt64((depth - 1) & 63) & 1 == 1
            skipSpace()
            switch (next, inObject) {
            case (UInt8(ascii: ","), _):
                at += 1
                skipSpace()
                opened = try element(inObject: inObject)
            case (UInt8(ascii: "}"), true), (UInt8(ascii: "]"), false):
                at += 1
                depth -= 1
                if depth == 0 { return }
            default: throw expected(inObject ? "\",\" or \"}\"" : "\",\" or \"]\"")
            }
        }
    }

    /// Passes one element, key included; what it opened if it is a container.
    private mutating func element(inObject: Bool) throws(JSONError) -> Kind? {
        if inObject {
            _ = try key()
            skipSpace()
        }
        let kind = try leafOrOpening()
        return kind == .array || kind == .object ? kind : nil
    }
}

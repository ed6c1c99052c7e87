/// A strict reader of one JSON text (RFC 8259) in UTF-8, made for untrusted files: bounded depth,
/// no repeated keys in the top levels' objects, no unpaired surrogates.
struct JSONParser {
    private let input: [UInt8]
    private let source: String
    private var position = 0
    private var depth = 0

    private static let maxDepth = 64

    /// Parses `input`; `source` names it in errors.
    static func parse(_ input: [UInt8], source: String) throws(ModelError) -> JSONValue {
        var parser = JSONParser(input: input, source: source)
        guard String(validating: input, as: UTF8.self) != nil else {
            throw ModelError("cannot read \(source): it is not UTF-8")
        }
        let value = try parser.value()
        parser.skipSpace()
        guard parser.position == input.count else {
            throw parser.failure("something follows the end of the JSON value")
        }
        return value
    }

    private init(input: [UInt8], source: String) {
        self.input = input
        self.source = source
    }

    private func failure(_ what: String) -> ModelError {
        ModelError(
            "cannot read \(source): invalid JSON at byte \(position): \(what)",
            hint: "the file looks damaged or truncated; copy it again")
    }

    private var current: UInt8? { position < input.count ? input[position] : nil }

    private mutating func skipSpace() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position += 1
        }
    }

    private mutating func expect(_ literal: StaticString) throws(ModelError) {
        let wanted = UnsafeBufferPointer(
            start: literal.utf8Start, count: literal.utf8CodeUnitCount)
        guard input[position...].starts(with: wanted) else { throw failure("unknown word") }
        position += wanted.count
    }

    private mutating func value() throws(ModelError) -> JSONValue {
        skipSpace()
        guard let byte = current else { throw failure("the file ends too soon") }
        switch byte {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"):
            try expect("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try expect("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try expect("null")
            return .null
        case UInt8(ascii: "I"), UInt8(ascii: "N"): throw wordOfPython()
        default: return try number()
        }
    }

    private mutating func enter() throws(ModelError) {
        depth += 1
        guard depth <= Self.maxDepth else { throw failure("deeper than \(Self.maxDepth) levels") }
        position += 1
        skipSpace()
    }

    private mutating func object() throws(ModelError) -> JSONValue {
        try enter()
        var members: [(key: [UInt8], value: JSONValue)] = []
        var seen: Set<[UInt8]> = []
        while current != UInt8(ascii: "}") {
            guard current == UInt8(ascii: "\"") else { throw failure("expected a key") }
            let key = try string()
            guard seen.insert(key).inserted else {
                throw failure("the key \(Self.quoted(key)) stands twice in one object")
            }
            skipSpace()
            guard current == UInt8(ascii: ":") else { throw failure("expected ':'") }
            position += 1
            members.append((key, try value()))
            try separator(before: UInt8(ascii: "}"))
        }
        position += 1
        depth -= 1
        return .object(members)
    }

    private mutating func array() throws(ModelError) -> JSONValue {
        try enter()
        var elements: [JSONValue] = []
        while current != UInt8(ascii: "]") {
            elements.append(try value())
            try separator(before: UInt8(ascii: "]"))
        }
        position += 1
        depth -= 1
        return .array(elements)
    }

    /// Passes a comma and the space around it, or stops at `close`.
    private mutating func separator(before close: UInt8) throws(ModelError) {
        skipSpace()
        if current == close { return }
        guard current == UInt8(ascii: ",") else { throw failure("expected ','") }
        position += 1
        skipSpace()
        if current == close { throw failure("a comma before the closing bracket") }
    }

    /// What Python's json writes for numbers that JSON does not have.
    private func wordOfPython() -> ModelError {
        guard
            input[position...].starts(with: "Infinity".utf8)
                || input[position...].starts(with: "NaN".utf8)
        else { return failure("expected a value") }
        return ModelError(
            "cannot read \(source): at byte \(position) stands Infinity or NaN, which Python writes "
                + "and JSON does not have",
            hint: "put a number, or null, in its place")
    }

    private mutating func number() throws(ModelError) -> JSONValue {
        let start = position
        if input[position...].starts(with: "-Infinity".utf8) {
            position += 1
            throw wordOfPython()
        }
        while let byte = current, "+-.eE0123456789".utf8.contains(byte) { position += 1 }
        let text = String(decoding: input[start..<position], as: UTF8.self)
        if let integer = Int(text) { return .integer(integer) }
        guard let number = Double(text), number.isFinite else {
            position = start
            throw failure("expected a value")
        }
        return .number(number)
    }

    private mutating func string() throws(ModelError) -> [UInt8] {
        position += 1
        var result: [UInt8] = []
        while let byte = current {
            if byte == UInt8(ascii: "\"") {
                position += 1
                return result
            }
            if byte == UInt8(ascii: "\\") {
                position += 1
                try escape(into: &result)
            } else {
                guard byte >= 0x20 else { throw failure("a control character in a string") }
                result.append(byte)
                position += 1
            }
        }
        throw failure("a string without an end")
    }

    private mutating func escape(into result: inout [UInt8]) throws(ModelError) {
        guard let byte = current else { throw failure("a string without an end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(byte)
        case UInt8(ascii: "b"): result.append(0x08)
        case UInt8(ascii: "f"): result.append(0x0C)
        case UInt8(ascii: "n"): result.append(0x0A)
        case UInt8(ascii: "r"): result.append(0x0D)
        case UInt8(ascii: "t"): result.append(0x09)
        case UInt8(ascii: "u"):
            var code = try hex4()
            if code & 0xFC00 == 0xD800, position + 1 < input.count,
                input[position] == UInt8(ascii: "\\"), input[position + 1] == UInt8(ascii: "u")
            {
                position += 2
                let low = try hex4()
                guard low & 0xFC00 == 0xDC00 else { throw failure("an unpaired surrogate") }
                code = 0x10000 + (code & 0x3FF) << 10 + (low & 0x3FF)
            }
            guard let scalar = Unicode.Scalar(code) else { throw failure("an unpaired surrogate") }
            result.append(contentsOf: String(Character(scalar)).utf8)
        default: throw failure("an unknown escape")
        }
    }

    private mutating func hex4() throws(ModelError) -> UInt32 {
        guard position + 4 <= input.count else { throw failure("a string without an end") }
        var code: UInt32 = 0
        for byte in input[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw failure("expected four hexadecimal digits")
            }
            code = code << 4 | UInt32(digit)
        }
        position += 4
        return code
    }

    /// At most 40 bytes of `bytes` in quotes, control characters escaped: for messages.
    static func quoted(_ bytes: some Collection<UInt8>) -> String {
        let text = String(decoding: bytes.prefix(40), as: UTF8.self)
        return text.debugDescription + (bytes.count > 40 ? "…" : "")
    }
}

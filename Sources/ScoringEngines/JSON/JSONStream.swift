/// Reads one JSON text that arrives in pieces, and tells a ``JSONSink`` what it finds.
///
/// No tree is built. It keeps at most a key, a number or a string that is wanted, and a bit a
/// level. Strings that are not wanted are passed over without a look at their UTF-8.
struct JSONStream {
    /// Levels of arrays and objects that a text may have.
    static let maxDepth = 64
    /// Bytes that a key may have.
    static let maxKey = 256

    private enum State {
        /// A value must come; or, right after an opening, the end of it.
        case value, firstElement
        /// A key must come; or, right after an opening, the end of it.
        case key, firstKey
        case colon
        /// A value has ended: a comma or the end of what it stands in.
        case afterValue
        /// Inside a number, `true`, `false` or `null`.
        case word
        case string
        /// After a backslash.
        case escape
        /// Inside `\uXXXX`.
        case unicode
        case done
    }

    private var state = State.value
    private var depth = 0
    /// A bit a level, the innermost lowest: whether it is an array.
    private var arrays: UInt64 = 0
    /// What a token's bytes are gathered in, where they do not lie in one piece or have escapes.
    private var held: [UInt8] = []
    private var isKey = false
    /// Bytes of the present string that are wanted; 0 where it is skipped.
    private var wanted = 0
    private var unit: UInt32 = 0
    private var unitDigits = 0
    /// The first half of a surrogate pair, 0 where there is none.
    private var highSurrogate: UInt32 = 0
    /// Bytes before the present piece.
    private var offset = 0

    /// Whether the text has ended.
    var isDone: Bool { state == .done }

    /// Reads the next piece.
    ///
    /// - Throws: ``EngineError`` (wrongAnswer) for what is no JSON or exceeds a bound; what the
    ///   sink throws. Nothing can be read afterwards.
    mutating func feed(
        _ bytes: UnsafeRawBufferPointer, into sink: inout some JSONSink
    ) throws(EngineError) {
        var at = 0
        while at < bytes.count {
            switch state {
            case .string: at = try string(bytes, from: at, into: &sink)
            case .word: at = try word(bytes, from: at, into: &sink)
            case .escape:
                try escape(bytes[at], at: at)
                at += 1
            case .unicode:
                try unicode(bytes[at], at: at)
                at += 1
            default: at = try structure(bytes, from: at, into: &sink)
            }
        }
        offset += bytes.count
    }

    /// Checks that the text is complete.
    ///
    /// - Throws: ``EngineError`` (wrongAnswer) where it is not.
    mutating func finish(into sink: inout some JSONSink) throws(EngineError) {
        guard state == .done else {
            throw EngineError(
                .wrongAnswer, offset == 0 ? "the answer is empty" : "the answer ends in its middle")
        }
    }

    private func wrong(_ what: String, at place: Int) -> EngineError {
        EngineError(.wrongAnswer, "the answer is no JSON: \(what) at byte \(offset + place)")
    }

    // ---- Between values

    private mutating func structure(
        _ bytes: UnsafeRawBufferPointer, from start: Int, into sink: inout some JSONSink
    ) throws(EngineError) -> Int {
        let byte = bytes[start]
        let next = start + 1
        if byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { return next }
        switch (state, byte) {
        case (.value, UInt8(ascii: "{")), (.firstElement, UInt8(ascii: "{")):
            try open(isArray: false, at: start, into: &sink)
        case (.value, UInt8(ascii: "[")), (.firstElement, UInt8(ascii: "[")):
            try open(isArray: true, at: start, into: &sink)
        case (.value, UInt8(ascii: "\"")), (.firstElement, UInt8(ascii: "\"")):
            begin(isKey: false, wanted: sink.stringLimit)
        case (.key, UInt8(ascii: "\"")), (.firstKey, UInt8(ascii: "\"")):
            begin(isKey: true, wanted: Self.maxKey)
        case (.colon, UInt8(ascii: ":")): state = .value
        case (.afterValue, UInt8(ascii: ",")): state = arrays & 1 == 1 ? .value : .key
        case (.afterValue, UInt8(ascii: "]")) where arrays & 1 == 1,
            (.firstElement, UInt8(ascii: "]")):
            try close(into: &sink)
        case (.afterValue, UInt8(ascii: "}")) where arrays & 1 == 0,
            (.firstKey, UInt8(ascii: "}")):
            try close(into: &sink)
        case (.value, _), (.firstElement, _):
            guard Self.isWordByte(byte) else { throw wrong("an unexpected character", at: start) }
            state = .word
            held.removeAll(keepingCapacity: true)
            return start
        case (.done, _): throw wrong("something after the end", at: start)
        default: throw wrong("an unexpected character", at: start)
        }
        return next
    }

    private mutating func open(
        isArray: Bool, at place: Int, into sink: inout some JSONSink
    ) throws(EngineError) {
        guard depth < Self.maxDepth else {
            throw wrong("more than \(Self.maxDepth) levels", at: place)
        }
        depth += 1
        arrays = arrays << 1 | (isArray ? 1 : 0)
        state = isArray ? .firstElement : .firstKey
        try sink.open(isArray: isArray)
    }

    private mutating func close(into sink: inout some JSONSink) throws(EngineError) {
        depth -= 1
        arrays >>= 1
        try sink.close()
        ended()
    }

    private mutating func ended() {
        state = depth == 0 ? .done : .afterValue
    }

    // ---- Numbers and literals

    @inline(__always)
    private static func isWordByte(_ byte: UInt8) -> Bool {
        byte &- 0x30 < 10 || byte == 0x2D || byte == 0x2E || byte == 0x2B
            || (byte | 0x20) &- 0x61 < 26
    }

    private mutating func word(
        _ bytes: UnsafeRawBufferPointer, from start: Int, into sink: inout some JSONSink
    ) throws(EngineError) -> Int {
        var end = start
        while end < bytes.count, Self.isWordByte(bytes[end]) { end += 1 }
        guard held.count + end - start <= JSONNumber.longest else {
            throw wrong("a number of more than \(JSONNumber.longest) characters", at: start)
        }
        let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        if end < bytes.count, held.isEmpty {
            try word(piece, at: start, into: &sink)
        } else {
            held.append(contentsOf: piece)
            guard end < bytes.count else { return end }
            let whole = held
            try whole.withRawBytes { bytes throws(EngineError) in
                try word(bytes, at: start, into: &sink)
            }
        }
        return end
    }

    private mutating func word(
        _ bytes: UnsafeRawBufferPointer, at place: Int, into sink: inout some JSONSink
    ) throws(EngineError) {
        ended()
        if let value = JSONNumber.value(bytes) {
            try sink.number(value)
        } else if bytes.equals("null") {
            try sink.null()
        } else if bytes.equals("true") || bytes.equals("false") {
            try sink.other()
        } else if bytes.equals("NaN") {
            try sink.number(.nan)
        } else if bytes.equals("Infinity") {
            try sink.number(.infinity)
        } else if bytes.equals("-Infinity") {
            try sink.number(-.infinity)
        } else {
            throw wrong("neither a number nor a literal", at: place)
        }
    }

    // ---- Strings

    private mutating func begin(isKey: Bool, wanted: Int) {
        state = .string
        self.isKey = isKey
        self.wanted = wanted
        held.removeAll(keepingCapacity: true)
    }

    private mutating func string(
        _ bytes: UnsafeRawBufferPointer, from start: Int, into sink: inout some JSONSink
    ) throws(EngineError) -> Int {
        var end = start
        while end < bytes.count, bytes[end] != 0x22, bytes[end] != 0x5C, bytes[end] >= 0x20 {
            end += 1
        }
        if highSurrogate != 0, end > start || end < bytes.count && bytes[end] != 0x5C {
            throw wrong("a lone surrogate", at: start)
        }
        let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        let isEnd = end < bytes.count && bytes[end] == 0x22
        if wanted > 0 {
            guard held.count + piece.count <= wanted else {
                throw wrong("a string of more than \(wanted) bytes", at: start)
            }
            if !isEnd || !held.isEmpty { held.append(contentsOf: piece) }
        }
        guard end < bytes.count else { return end }
        switch bytes[end] {
        case 0x22:
            if held.isEmpty {
                try ended(piece, into: &sink)
            } else {
                let whole = held
                try whole.withRawBytes { bytes throws(EngineError) in
                    try ended(bytes, into: &sink)
                }
            }
        case 0x5C: state = .escape
        default: throw wrong("a control character in a string", at: end)
        }
        return end + 1
    }

    private mutating func ended(
        _ bytes: UnsafeRawBufferPointer, into sink: inout some JSONSink
    ) throws(EngineError) {
        if isKey {
            state = .colon
            try sink.key(bytes)
        } else {
            ended()
            if wanted > 0 { try sink.string(bytes) } else { try sink.other() }
        }
    }

    private mutating func escape(_ byte: UInt8, at place: Int) throws(EngineError) {
        if byte == UInt8(ascii: "u") {
            state = .unicode
            unit = 0
            unitDigits = 0
            return
        }
        guard highSurrogate == 0 else { throw wrong("a lone surrogate", at: place) }
        let meant: UInt8
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): meant = byte
        case UInt8(ascii: "b"): meant = 0x08
        case UInt8(ascii: "f"): meant = 0x0C
        case UInt8(ascii: "n"): meant = 0x0A
        case UInt8(ascii: "r"): meant = 0x0D
        case UInt8(ascii: "t"): meant = 0x09
        default: throw wrong("an unknown escape", at: place)
        }
        if wanted > 0 { held.append(meant) }
        state = .string
    }

    private mutating func unicode(_ byte: UInt8, at place: Int) throws(EngineError) {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 | UInt32(byte - 0x30)
        case UInt8(ascii: "a")...UInt8(ascii: "f"): unit = unit << 4 | UInt32(byte - 0x57)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): unit = unit << 4 | UInt32(byte - 0x37)
        default: throw wrong("what is no hexadecimal digit", at: place)
        }
        unitDigits += 1
        guard unitDigits == 4 else { return }
        state = .string
        // What is passed over need not be text: an engine may spell half a character so.
        guard wanted > 0 else { return }
        var value = unit
        if highSurrogate != 0 {
            guard unit & 0xFC00 == 0xDC00 else { throw wrong("a lone surrogate", at: place) }
            value = 0x10000 + (highSurrogate & 0x3FF) << 10 + (unit & 0x3FF)
            highSurrogate = 0
        } else if unit & 0xFC00 == 0xD800 {
            highSurrogate = unit
            return
        }
        guard let scalar = Unicode.Scalar(value) else {
            throw wrong("a lone surrogate", at: place)
        }
        held.append(contentsOf: String(scalar).utf8)
    }
}

extension JSONScanner {
    /// Passes `true`, `false` or `null`.
    mutating func literal(_ word: StaticString, _ kind: Kind) throws(JSONError) -> Kind {
        let length = word.utf8CodeUnitCount
        guard at + length <= bytes.count,
            bytes[at..<at + length].elementsEqual(
                UnsafeBufferPointer(start: word.utf8Start, count: length))
        else { throw expected("a value") }
        at += length
        return kind
    }

    /// Passes a number: no leading zeros, no bare point, no sign but a minus.
    mutating func number() throws(JSONError) {
        if next == UInt8(ascii: "-") { at += 1 }
        if next == UInt8(ascii: "0") {
            at += 1
        } else {
            try digits()
        }
        if next == UInt8(ascii: ".") {
            at += 1
            try digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            at += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { at += 1 }
            try digits()
        }
    }

    /// Passes one or more digits.
    private mutating func digits() throws(JSONError) {
        let start = at
        while let byte = next, byte &- 0x30 < 10 { at += 1 }
        guard at > start else { throw expected("a digit") }
    }

    /// Passes a string, whose quote is next; whether it holds escapes.
    mutating func string() throws(JSONError) -> Bool {
        var isEscaped = false
        let start = at
        at += 1
        while true {
            at = bytes.plainEnd(from: at)
            guard at < bytes.count else {
                throw JSONError(message: "the string is not closed", offset: start)
            }
            switch bytes[at] {
            case UInt8(ascii: "\""):
                at += 1
                return isEscaped
            case UInt8(ascii: "\\"):
                isEscaped = true
                try escape()
            default:
                throw JSONError(message: "a control character inside a string", offset: at)
            }
        }
    }

    /// Passes an escape, a surrogate pair as one.
    private mutating func escape() throws(JSONError) {
        let start = at
        guard at + 1 < bytes.count else { throw expected("an escape") }
        switch bytes[at + 1] {
        case UInt8(ascii: "u"):
            let unit = try hexUnit()
            guard unit & 0xF800 == 0xD800 else { return }
            if unit < 0xDC00, at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"),
                bytes[at + 1] == UInt8(ascii: "u"), try hexUnit() & 0xFC00 == 0xDC00
            {
                return
            }
            throw JSONError(kind: .loneSurrogate, message: "a lone surrogate", offset: start)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            at += 2
        default: throw JSONError(message: "an unknown escape", offset: start)
        }
    }

    /// Passes `\uXXXX` and gives its value.
    private mutating func hexUnit() throws(JSONError) -> UInt32 {
        guard at + 6 <= bytes.count else { throw expected("\\u and four hexadecimal digits") }
        var unit: UInt32 = 0
        for place in at + 2..<at + 6 {
            guard let digit = hexDigit(bytes[place]) else {
                throw expected("\\u and four hexadecimal digits")
            }
            unit = unit << 4 | digit
        }
        at += 6
        return unit
    }

    /// The bytes that a checked string stands for; `range` lies between its quotes.
    func unescaped(_ range: Range<Int>) -> [UInt8] {
        // An escape is never shorter than what it stands for.
        [UInt8](unsafeUninitializedCapacity: range.count) { target, count in
            var at = range.lowerBound
            while at < range.upperBound {
                let end = min(bytes.plainEnd(from: at), range.upperBound)
                // SAFETY: at most as many bytes are written as have been read of `range`, and
                // the target has room for `range.count`.
                UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(target)[count...]
                )
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[at..<end]))
                count += end - at
                at = end
                if at < range.upperBound { at = unescapeOne(at, target, &count) }
            }
        }
    }

    /// Writes what the checked escape at `at` stands for; returns where it ends.
    private func unescapeOne(
        _ at: Int, _ target: UnsafeMutableBufferPointer<UInt8>, _ count: inout Int
    ) -> Int {
        guard bytes[at + 1] == UInt8(ascii: "u") else {
            target[count] =
                switch bytes[at + 1] {
                case UInt8(ascii: "b"): 0x08
                case UInt8(ascii: "f"): 0x0C
                case UInt8(ascii: "n"): 0x0A
                case UInt8(ascii: "r"): 0x0D
                case UInt8(ascii: "t"): 0x09
                case let same: same
                }
            count += 1
            return at + 2
        }
        var end = at + 6
        var value = checkedUnit(at)
        if value & 0xF800 == 0xD800 {
            value = 0x10000 + (value & 0x3FF) << 10 + (checkedUnit(end) & 0x3FF)
            end += 6
        }
        if let scalar = Unicode.Scalar(value) {
            for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
                target[count] = byte
                count += 1
            }
        }
        return end
    }

    /// The value of the checked `\uXXXX` at `at`.
    private func checkedUnit(_ at: Int) -> UInt32 {
        bytes[at + 2..<at + 6].reduce(0) { $0 << 4 | (hexDigit($1) ?? 0) }
    }

    private func hexDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte) - 0x30
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte) - 0x57
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte) - 0x37
        default: nil
        }
    }
}

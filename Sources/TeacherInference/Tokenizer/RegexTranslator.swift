/// Rewrites a tokenizer.json regex (Oniguruma syntax) for PCRE2, or refuses it.
///
/// The two agree on a common core. What differs is spelled out (`\s` and the general categories,
/// whose Unicode version differs) or refused by name, since a pattern that PCRE2 reads otherwise
/// would give other tokens without a word.
struct RegexTranslator {
    private let pattern: [Unicode.Scalar]
    private let source: String
    private var position = 0
    private var output = ""

    /// The PCRE2 form of `pattern`; `source` names the file in errors.
    static func translate(_ pattern: String, source: String) throws(ModelError) -> String {
        var translator = RegexTranslator(pattern: Array(pattern.unicodeScalars), source: source)
        while let scalar = translator.next() {
            try translator.item(scalar)
        }
        return translator.output
    }

    /// `text` with everything that a regex would read as an operator escaped.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if scalar.isASCII, !scalar.properties.isAlphabetic, !("0"..."9" ~= scalar) {
                result += scalar.value < 0x21 ? hex(scalar) : "\\\(scalar)"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private init(pattern: [Unicode.Scalar], source: String) {
        self.pattern = pattern
        self.source = source
    }

    private static func hex(_ scalar: Unicode.Scalar) -> String {
        "\\x{\(String(scalar.value, radix: 16))}"
    }

    private func refused(_ what: String) -> ModelError {
        var text = ""
        text.unicodeScalars.append(contentsOf: pattern)
        return ModelError(
            "cannot use the tokenizer of \(source): its pre-tokenizer's regex \(text.debugDescription) "
                + "has \(what), which is not supported")
    }

    private var peek: Unicode.Scalar? { position < pattern.count ? pattern[position] : nil }

    private mutating func next() -> Unicode.Scalar? {
        guard let scalar = peek else { return nil }
        position += 1
        return scalar
    }

    private mutating func skip(_ text: String) -> Bool {
        guard pattern[position...].starts(with: text.unicodeScalars) else { return false }
        position += text.unicodeScalars.count
        return true
    }

    private mutating func item(_ scalar: Unicode.Scalar) throws(ModelError) {
        switch scalar {
        case "\\":
            let (set, negated) = try escape()
            output += negated ? "[^\(set)]" : set.isEmpty ? "" : "[\(set)]"
        case "[": try characterClass()
        case "(": try group()
        case "{": try repetition()
        // Oniguruma's anchors match at every line end, and its \z family is spelled otherwise.
        case "^", "$": throw refused("the anchor '\(scalar)'")
        case "#", " ", ".", "*", "+", "?", "|", ")", "]", "}":
            if scalar == "]" || scalar == "}" { output += "\\" }
            output.unicodeScalars.append(scalar)
        default: output.unicodeScalars.append(scalar)
        }
    }

    private mutating func group() throws(ModelError) {
        if peek == "*" { throw refused("a group that begins with '(*'") }
        guard peek == "?" else {
            output += "("
            return
        }
        for opening in ["?:", "?=", "?!", "?>", "?i:", "?<=", "?<!"] where skip(opening) {
            output += "(" + opening
            return
        }
        throw refused("a group of an unknown kind at character \(position)")
    }

    /// `{n}`, `{n,}` or `{n,m}`, and nothing lazy or possessive after it: Oniguruma reads `{n}?`
    /// and `{n,m}+` otherwise than PCRE2.
    private mutating func repetition() throws(ModelError) {
        var text = "{"
        while let scalar = next() {
            text.unicodeScalars.append(scalar)
            guard "0"..."9" ~= scalar || scalar == "," else { break }
        }
        let digits = text.dropFirst().dropLast().split(
            separator: ",", omittingEmptySubsequences: false)
        guard text.hasSuffix("}"), digits.count <= 2, digits[0].count > 0,
            digits.allSatisfy({ $0.isEmpty || Int($0).map { $0 <= 65535 } ?? false }),
            peek != "?", peek != "+"
        else { throw refused("a repetition of an unknown kind before character \(position)") }
        output += text
    }

    private mutating func characterClass() throws(ModelError) {
        output += "["
        if peek == "^" {
            position += 1
            output += "^"
        }
        var isFirst = true
        var afterSet = false
        while let scalar = next() {
            if scalar == "]", !isFirst {
                output += "]"
                return
            }
            if scalar == "[" || scalar == "]" || (scalar == "&" && peek == "&") {
                throw refused("'\(scalar)' unescaped inside a character class")
            }
            if scalar == "-", afterSet, peek != "]" { throw refused("a range from a class") }
            if scalar == "\\" {
                let previous = position >= 2 ? pattern[position - 2] : " "
                let (set, negated) = try escape()
                afterSet = set.unicodeScalars.count > 2 && !set.hasPrefix("\\x")
                if (afterSet || negated), previous == "-", !isFirst {
                    throw refused("a range to a class")
                }
                guard !negated else { throw refused("a negated class inside a class") }
                output += set
            } else {
                output.unicodeScalars.append(scalar)
                afterSet = false
            }
            isFirst = false
        }
        throw refused("a character class without an end")
    }

    /// Reads what follows a backslash: the inside of a PCRE2 class, and whether it is meant negated.
    private mutating func escape() throws(ModelError) -> (set: String, negated: Bool) {
        guard let scalar = next() else { throw refused("a backslash at its end") }
        switch scalar {
        case "s": return (UnicodeAdditions.whitespace, false)
        case "S": return (UnicodeAdditions.whitespace, true)
        case "d": return (try category("Nd"), false)
        case "D": return (try category("Nd"), true)
        case "p", "P":
            guard skip("{") else { throw refused("'\\\(scalar)' without braces") }
            var name = ""
            while let letter = next(), letter != "}" { name.unicodeScalars.append(letter) }
            let negated = name.hasPrefix("^")
            if negated { name.removeFirst() }
            return (try category(name), negated != (scalar == "P"))
        case "n", "r", "t", "f": return ("\\\(scalar)", false)
        case "u", "x":
            let braced = scalar == "x" && skip("{")
            var digits = ""
            while let digit = peek, digit.isASCII, Character(digit).isHexDigit,
                braced || digits.count < (scalar == "u" ? 4 : 2)
            {
                digits.unicodeScalars.append(digit)
                position += 1
            }
            guard braced ? skip("}") : digits.count == (scalar == "u" ? 4 : 2),
                let value = UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init)
            else { throw refused("an escape '\\\(scalar)' that names no character") }
            return (Self.hex(value), false)
        default:
            guard scalar.isASCII, !scalar.properties.isAlphabetic, !("0"..."9" ~= scalar) else {
                throw refused("the escape '\\\(scalar)'")
            }
            return ("\\\(scalar)", false)
        }
    }

    private func category(_ name: String) throws(ModelError) -> String {
        guard let set = UnicodeAdditions.category(name) else {
            throw refused("the property '\\p{\(name)}'")
        }
        return set
    }
}

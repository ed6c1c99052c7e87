/// A parser of a tokenizer.json regex (Oniguruma's syntax), which refuses by name what it does not
/// know: a pattern read otherwise would give other tokens without a word.
struct RegexParser {
    private let pattern: [Unicode.Scalar]
    private let source: String
    private var position = 0
    /// How many groups and classes stand open.
    private var depth = 0
    private var ignoresCase = false

    /// More than this many open groups are refused.
    private static let maxDepth = 100
    /// Longer patterns are refused: each `\p{…}` of a class becomes hundreds of ranges.
    private static let maxLength = 10_000
    /// No repetition has larger bounds.
    private static let maxCount = 65535

    /// What `pattern` means; `source` names the file in errors.
    static func parse(_ pattern: String, source: String) throws(ModelError) -> RegexNode {
        var parser = RegexParser(pattern: Array(pattern.unicodeScalars), source: source)
        guard parser.pattern.count <= maxLength else {
            throw ModelError(
                "cannot use the tokenizer of \(source): its pre-tokenizer's regex has "
                    + "\(parser.pattern.count) characters, at most \(maxLength) are allowed")
        }
        let node = try parser.choice()
        guard parser.peek == nil else { throw parser.refused("a ')' without its '('") }
        return node
    }

    /// `text` with everything that a regex would read as an operator escaped.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if scalar.isASCII, !scalar.properties.isAlphabetic, !("0"..."9" ~= scalar) {
                let number = String(scalar.value, radix: 16)
                result += scalar.value < 0x21 ? "\\x{\(number)}" : "\\\(scalar)"
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

    private mutating func choice() throws(ModelError) -> RegexNode {
        var branches = [try sequence()]
        while skip("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence() throws(ModelError) -> RegexNode {
        var nodes: [RegexNode] = []
        while let scalar = peek, scalar != "|", scalar != ")" {
            try refuseFoldedPair(at: position)
            nodes.append(try repeated(try atom()))
        }
        return nodes.count == 1 ? nodes[0] : .sequence(nodes)
    }

    private mutating func atom() throws(ModelError) -> RegexNode {
        let scalar = next() ?? "("
        switch scalar {
        case "(": return try group()
        case "[": return .set(try characterClass())
        case "\\": return try escape()
        case ".": return .set(ScalarSet("\n").inverted)
        // Oniguruma's ends every line; its '^' looks back.
        case "$": return .look(.set(ScalarSet("\n").inverted), ahead: true, negated: true)
        case "^": throw refused("the anchor '^'")
        case "*", "+", "?", "{": throw refused("a '\(scalar)' with nothing to repeat")
        default: return .set(try folded(ScalarSet(scalar)))
        }
    }

    private mutating func group() throws(ModelError) -> RegexNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maxDepth else { throw refused("groups nested too deeply") }
        let before = ignoresCase
        defer { ignoresCase = before }
        var kind = ""
        if peek == "*" { throw refused("a group that begins with '(*'") }
        if peek == "?" {
            guard
                let found = ["?:", "?=", "?!", "?>", "?i:", "?<=", "?<!"].first(where: { skip($0) })
            else { throw refused("a group of an unknown kind at character \(position)") }
            kind = found
        }
        if kind == "?i:" { ignoresCase = true }
        let node = try choice()
        guard skip(")") else { throw refused("a '(' without its ')'") }
        switch kind {
        case "?=", "?!": return .look(node, ahead: true, negated: kind == "?!")
        case "?<=", "?<!": return .look(node, ahead: false, negated: kind == "?<!")
        case "?>": return .atomic(node)
        default: return node
        }
    }

    private mutating func repeated(_ node: RegexNode) throws(ModelError) -> RegexNode {
        let minimum: Int
        var maximum: Int?
        var takesGreed = true
        switch peek {
        case "*": (minimum, maximum) = (0, nil)
        case "+": (minimum, maximum) = (1, nil)
        case "?": (minimum, maximum) = (0, 1)
        case "{":
            (minimum, maximum) = try bounds()
            // Oniguruma reads `{n}?` and `{n,m}+` otherwise than everybody else.
            takesGreed = false
        default: return node
        }
        if takesGreed { position += 1 }
        var greed = RegexNode.Greed.greedy
        if takesGreed, skip("?") {
            greed = .lazy
        } else if takesGreed, skip("+") {
            greed = .possessive
        }
        if let more = peek, "*+?{".unicodeScalars.contains(more) {
            throw refused("a repetition of an unknown kind before character \(position + 1)")
        }
        return .repetition(node, minimum: minimum, maximum: maximum, greed)
    }

    /// `{n}`, `{n,}` or `{n,m}`.
    private mutating func bounds() throws(ModelError) -> (Int, Int?) {
        var text = ""
        position += 1
        while let scalar = next(), scalar != "}" { text.unicodeScalars.append(scalar) }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = parts.map { part in
            part.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(part) : nil
        }
        guard position <= pattern.count, pattern[position - 1] == "}", parts.count <= 2,
            let minimum = numbers[0], minimum <= Self.maxCount,
            parts.last?.isEmpty == true || (numbers.last ?? nil) != nil
        else { throw refused("a repetition of an unknown kind before character \(position)") }
        let maximum = parts.count == 1 ? minimum : numbers[1]
        guard maximum ?? minimum >= minimum, maximum ?? 0 <= Self.maxCount else {
            throw refused("a repetition of an unknown kind before character \(position)")
        }
        return (minimum, maximum)
    }

    /// What follows a '[': an intersection of unions, maybe negated, up to its ']'.
    private mutating func characterClass() throws(ModelError) -> ScalarSet {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maxDepth else { throw refused("classes nested too deeply") }
        if peek == ":" { throw refused("a POSIX class") }
        let isNegated = skip("^")
        if peek == "]" { throw refused("an empty character class") }
        var result = try operand()
        while skip("&&") { result = result.intersection(try operand()) }
        guard skip("]") else { throw refused("a character class without an end") }
        return isNegated ? result.inverted : result
    }

    /// The union of what stands in a class up to its end or a "&&".
    private mutating func operand() throws(ModelError) -> ScalarSet {
        var ranges: [Range<UInt32>] = []
        while let scalar = peek, scalar != "]",
            !pattern[position...].starts(with: "&&".unicodeScalars)
        {
            let (set, first) = try item()
            guard peek == "-", position + 1 < pattern.count, pattern[position + 1] != "]" else {
                ranges += set.ranges
                continue
            }
            // A '-' at the very end is itself, and so is one at the beginning, an item by then.
            position += 1
            guard let first else { throw refused("a range from a class") }
            guard let last = try item().scalar, last.value >= first.value else {
                throw refused("a range to a class, or backwards")
            }
            ranges += try folded(ScalarSet([first.value..<last.value + 1])).ranges
            if peek == "-", position + 1 < pattern.count, pattern[position + 1] != "]" {
                throw refused("a range from a range")
            }
        }
        return ScalarSet(ranges)
    }

    /// A member of a class, and which scalar it is if it is a single one.
    private mutating func item() throws(ModelError) -> (set: ScalarSet, scalar: Unicode.Scalar?) {
        guard let scalar = next() else { throw refused("a character class without an end") }
        if scalar == "[" { return (try characterClass(), nil) }
        guard scalar == "\\" else { return (try folded(ScalarSet(scalar)), scalar) }
        guard case .set(let set) = try escape() else { throw refused("an anchor inside a class") }
        let range = set.ranges.first ?? 0..<0
        let isOne = set.ranges.count == 1 && range.count == 1
        return (set, isOne ? Unicode.Scalar(range.lowerBound) : nil)
    }

    /// Reads what follows a backslash.
    private mutating func escape() throws(ModelError) -> RegexNode {
        guard let scalar = next() else { throw refused("a backslash at its end") }
        switch scalar {
        case "s": return .set(UnicodeCategories.whitespace)
        case "S": return .set(UnicodeCategories.whitespace.inverted)
        case "w": return .set(UnicodeCategories.word)
        case "W": return .set(UnicodeCategories.word.inverted)
        case "d": return .set(try category("Nd"))
        case "D": return .set(try category("Nd").inverted)
        case "b": return Self.wordBoundary
        case "n": return .set(ScalarSet("\n"))
        case "r": return .set(ScalarSet("\r"))
        case "t": return .set(ScalarSet("\t"))
        case "f": return .set(ScalarSet("\u{0C}"))
        case "p", "P":
            guard skip("{") else { throw refused("'\\\(scalar)' without braces") }
            guard !ignoresCase else { throw refused("a property whose case does not matter") }
            var name = ""
            while let letter = next(), letter != "}" { name.unicodeScalars.append(letter) }
            let isNegated = name.hasPrefix("^")
            if isNegated { name.removeFirst() }
            let set = try category(name)
            return .set(isNegated != (scalar == "P") ? set.inverted : set)
        case "u", "x": return .set(try folded(ScalarSet(try scalarByNumber(scalar))))
        default:
            guard scalar.isASCII, !scalar.properties.isAlphabetic, !("0"..."9" ~= scalar) else {
                throw refused("the escape '\\\(scalar)'")
            }
            return .set(ScalarSet(scalar))
        }
    }

    /// `\uHHHH`, `\xHH` or `\x{H…}`, from behind its letter.
    private mutating func scalarByNumber(
        _ letter: Unicode.Scalar
    ) throws(ModelError) -> Unicode.Scalar {
        let isBraced = letter == "x" && skip("{")
        let length = isBraced ? 8 : letter == "u" ? 4 : 2
        var digits = ""
        while let digit = peek, digit.isASCII, Character(digit).isHexDigit,
            digits.utf8.count < length
        {
            digits.unicodeScalars.append(digit)
            position += 1
        }
        guard isBraced ? skip("}") : digits.utf8.count == length,
            let scalar = UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init)
        else { throw refused("an escape '\\\(letter)' that names no character") }
        return scalar
    }

    private func category(_ name: String) throws(ModelError) -> ScalarSet {
        guard let set = UnicodeCategories.named(name) else {
            throw refused("the property '\\p{\(name)}'")
        }
        return set
    }

    /// `\b`: a word character on one side only.
    private static let wordBoundary: RegexNode = {
        func look(ahead: Bool, negated: Bool) -> RegexNode {
            .look(.set(UnicodeCategories.word), ahead: ahead, negated: negated)
        }
        return .choice([
            .sequence([look(ahead: false, negated: false), look(ahead: true, negated: true)]),
            .sequence([look(ahead: false, negated: true), look(ahead: true, negated: false)]),
        ])
    }()

    /// Inside `(?i:…)`, `set` with the other cases of its members: ASCII letters alone, of which
    /// s and k have a third form.
    private func folded(_ set: ScalarSet) throws(ModelError) -> ScalarSet {
        guard ignoresCase else { return set }
        var more: [Range<UInt32>] = []
        for range in set.ranges {
            guard range.upperBound <= 0x80 else {
                throw refused("a character beyond ASCII whose case does not matter")
            }
            for value in range {
                let letter = value | 0x20
                guard (0x61...0x7A).contains(letter) else { continue }
                more += [letter..<letter + 1, letter - 0x20..<letter - 0x1F]
                if letter == 0x73 { more.append(0x17F..<0x180) }
                if letter == 0x6B { more.append(0x212A..<0x212B) }
            }
        }
        return set.union(ScalarSet(more))
    }

    /// Refuses two letters that have a ligature (ß, ﬀ, ﬁ, ﬂ, ﬆ), which Oniguruma lets stand for
    /// them where the case does not matter.
    private func refuseFoldedPair(at position: Int) throws(ModelError) {
        guard ignoresCase, position + 1 < pattern.count else { return }
        let pair = [pattern[position], pattern[position + 1]].map { $0.value | 0x20 }
        for ligature in ["ss", "ff", "fi", "fl", "st"]
        where pair == ligature.unicodeScalars.map(\.value) {
            throw refused("\"\(ligature)\" whose case does not matter")
        }
    }
}

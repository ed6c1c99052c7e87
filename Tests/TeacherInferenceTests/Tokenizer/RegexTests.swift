import Testing

@testable import TeacherInference

/// The two engines against each other, and the tables that both read.
@Suite struct RegexTests {
    /// Patterns of every kind of step that a table has.
    static let patterns = [
        #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#,
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"#
            + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
        #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"#
            + #"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}"#
            + #"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
        #"\s?[A-Za-zµÀ-ÖØ-ö]+|\s?[!-/:-~！-／]+|\s+$|[一-龥가-퟿]+"#,
        #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*"#
            + #"|\s*[\r\n]|\s+(?!\S)|\s+"#,
        #"\s{5}(?!\S)|\s{3}(?!\S)|\s{1,2}(?!\S)|\s"#, #"\p{N}"#, #"\d*"#, #"a.*?b|a*?(?=b)|ab?c+?"#,
        #"(?:ab|a)(?:c|bcd)|(?:a|ab){2,}|(?=[a-c])[^b]"#, "(?:x?ab++)*abc", "a|", "",
    ]

    @Test(arguments: patterns)
    func `a table finds what a backtracking matcher finds`(pattern: String) throws {
        let node = try RegexParser.parse(pattern, source: "test")
        let judge = try PCRE2Pattern(node, source: "test")
        if pattern == "(?:x?ab++)*abc" {
            #expect(RegexAutomaton(node) == nil, "the b that is not given back decides")
            return
        }
        let automaton = try #require(RegexAutomaton(node))
        var random = SystemRandomNumberGenerator()
        for _ in 0..<400 { try compare(automaton, judge, Self.text(&random, upTo: 80)) }
        try compare(automaton, judge, Self.text(&random, upTo: 20_000))
    }

    @Test(arguments: patterns[0..<3])
    func `a table finds the same beside every scalar`(pattern: String) throws {
        let node = try RegexParser.parse(pattern, source: "test")
        let (automaton, judge) = (
            try #require(RegexAutomaton(node)), try PCRE2Pattern(node, source: "")
        )
        var text: [UInt8] = []
        // Steps through the ideographs and the unassigned planes, whose pages are all alike.
        for value in (0..<UInt32(0x3400)).map({ $0 }) + stride(from: 0x3400, to: 0x11_0000, by: 37)
        {
            guard let scalar = Unicode.Scalar(UInt32(value)) else { continue }
            text += Array("a\(scalar)\(scalar) 1\(scalar)".utf8)
        }
        try compare(automaton, judge, text)
    }

    @Test(arguments: [
        (#"\s+"#, "\u{180E}", false), (#"\s+"#, "\u{2003}\u{85}", true),
        (#"\S"#, "\u{180E}", true), (#"\p{L}+"#, "\u{11F04}\u{1E4D0}", true),
        (#"\w+"#, "\u{11F04}\u{1E4D0}", true), (#"[^\s\p{L}]"#, "\u{11F04}", false),
    ])
    func `classes are those of the judge and not of PCRE2`(
        pattern: String, text: String, matches: Bool
    ) throws {
        // PCRE2 10.42 takes U+180E for a space, and letters of Unicode 15 for none.
        for pattern in [pattern, "(?<!x)(?:\(pattern))"] {
            let node = try RegexParser.parse(pattern, source: "test")
            let (automaton, judge) = (RegexAutomaton(node), try PCRE2Pattern(node, source: ""))
            #expect((automaton == nil) == pattern.hasPrefix("(?<!"))
            let bytes = Array(text.utf8)
            let whole = matches ? [[0, bytes.count]] : []
            bytes.withUnsafeBufferPointer { bytes in
                var found: [[Int]] = []
                automaton?.forEachMatch(in: bytes) { found.append([$0, $1]) }
                #expect(automaton == nil || found == whole, "\(pattern)")
                found = []
                judge.forEachMatch(in: bytes, PCRE2Matcher()) { found.append([$0, $1]) }
                #expect(found == whole, "\(pattern)")
            }
        }
    }

    @Test func `what looks back or far ahead has no table`() throws {
        for pattern in [
            #"\bx"#, "(?<=a)b", "(?>a|ab)c", "(?=ab)a", "(?:a?)+", "(?:ab)++c", #"a*+\s"#,
            "(?:a{100}){3000}",
        ] {
            let node = try RegexParser.parse(pattern, source: "test")
            #expect((RegexAutomaton(node) == nil) == (pattern != #"a*+\s"#), "\(pattern)")
        }
    }

    @Test func `classes keep the members of each set from the rest, scalar by scalar`() throws {
        let names = ["L", "Lu", "N", "M", "P", "S", "Han", "Cn"]
        let sets =
            try names.map { try #require(UnicodeCategories.named($0)) }
            + [UnicodeCategories.whitespace, UnicodeCategories.word, UnicodeCategories.digits]
        let classes = try #require(ScalarClasses(sets))
        for value in 0..<ScalarSet.limit {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let found = Array(String(scalar).utf8).withUnsafeBufferPointer { classes.find($0, 0) }
            let signature = sets.enumerated().reduce(UInt64(0)) {
                $1.element.contains(value) ? $0 | 1 << UInt64($1.offset) : $0
            }
            guard classes.signatures[found.number] == signature, found.length == UTF8.width(scalar)
            else {
                Issue.record("U+\(String(value, radix: 16)) has class \(found)")
                break
            }
        }
    }

    @Test func `bytes that are not UTF-8 have a class and are passed`() {
        let classes = ScalarClasses([UnicodeCategories.whitespace])
        for first in UInt8.min...UInt8.max {
            for rest: [UInt8] in [
                [], [0xFF], [0xFF, 0xFF], [0xFF, 0xFF, 0xFF], [0x20, 0x20, 0x20],
            ] {
                let found = ([first] + rest).withUnsafeBufferPointer { classes?.find($0, 0) }
                #expect(found.map { (1...rest.count + 1).contains($0.length) } == true)
            }
        }
    }

    @Test func `categories are those of the standard library where both know the scalar`() throws {
        var differing = 0
        var unassigned = try #require(UnicodeCategories.named("Cn"))
        unassigned = unassigned.union(ScalarSet([0xD800..<0xE000]))
        let letters = try #require(UnicodeCategories.named("L"))
        let numbers = try #require(UnicodeCategories.named("N"))
        let punctuation = try #require(UnicodeCategories.named("P"))
        for value in unassigned.inverted.ranges.joined() {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let properties = scalar.properties
            let expected: [Bool] =
                switch properties.generalCategory {
                case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter,
                    .otherLetter:
                    [true, false, false]
                case .decimalNumber, .letterNumber, .otherNumber: [false, true, false]
                case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
                    .initialPunctuation, .finalPunctuation, .otherPunctuation:
                    [false, false, true]
                case .unassigned: [letters, numbers, punctuation].map { $0.contains(value) }
                default: [false, false, false]
                }
            if [letters, numbers, punctuation].map({ $0.contains(value) }) != expected {
                differing += 1
            }
            #expect(properties.isWhitespace == UnicodeCategories.whitespace.contains(value))
        }
        // What Unicode itself moved since.
        #expect(differing < 5, "\(differing)")
    }

    private func compare(
        _ automaton: RegexAutomaton, _ judge: PCRE2Pattern, _ text: [UInt8]
    ) throws {
        var found: [[Int]] = []
        var expected: [[Int]] = []
        text.withUnsafeBufferPointer { text in
            automaton.forEachMatch(in: text) { found.append([$0, $1]) }
            judge.forEachMatch(in: text, PCRE2Matcher()) { expected.append([$0, $1]) }
        }
        guard found != expected else { return }
        let place = zip(found, expected).prefix { $0 == $1 }.count
        let shown = String(decoding: text.prefix(80), as: UTF8.self).debugDescription
        let (ours, theirs) = (found.dropFirst(place).prefix(2), expected.dropFirst(place).prefix(2))
        Issue.record("match \(place) of \(shown): \(ours), expected \(theirs)")
    }

    /// Letters, spaces, digits, quotes and scalars of all planes, in runs.
    private static func text(
        _ random: inout SystemRandomNumberGenerator, upTo count: Int
    ) -> [UInt8] {
        let parts = [
            "a", "b", "c", "ab", "x", "S", "Zz", "'s", "'LL", "'\u{17F}", "1", "23", " ", "  ",
            "\t",
            "\n", "\r\n", ".", "--", "é", "e\u{301}", "日本", "가", "\u{180E}", "\u{2028}", "ǅ", "\0",
            "👍🏽",
        ]
        var text = ""
        for _ in 0..<Int.random(in: 0...count, using: &random) {
            if Int.random(in: 0..<8, using: &random) == 0 {
                let scalar = Unicode.Scalar(UInt32.random(in: 0..<0x11_0000, using: &random))
                text.unicodeScalars.append(scalar ?? "?")
            } else {
                text += parts.randomElement(using: &random) ?? ""
            }
        }
        return Array(text.utf8)
    }

    @Test(arguments: [
        "a*[ab]{5000}c", "(?:a|b)*a(?:a|b){500}",
        "(?:" + (0..<1600).map { "a\(String($0, radix: 36))z" }.joined(separator: "|") + ")+q",
    ])
    func `a regex whose table would take for ever to make has none`(pattern: String) throws {
        let node = try RegexParser.parse(pattern, source: "t")
        try #require(RegexProgram(node) != nil)
        #expect(RegexAutomaton(node) == nil)
    }

    @Test func `the tables of known tokenizers take little work to make`() throws {
        var most = 0
        for name in GGUFPreTokenizer.names {
            for case .split(let pattern, _, _) in GGUFPreTokenizer.named(name)?.steps ?? [] {
                let automaton = RegexAutomaton(try RegexParser.parse(pattern, source: name))
                most = max(most, automaton?.work ?? 0)
            }
        }
        #expect(most > 0 && most < RegexAutomaton.maxWork / 16, "\(most)")
    }
}

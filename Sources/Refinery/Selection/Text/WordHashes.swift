/// The words of a text, each as a 64-bit hash: what the rules on n-grams compare texts by.
///
/// A word is a run of letters, marks and numbers (Unicode's general categories L, M and N),
/// lower-cased a scalar at a time; everything else separates words. Where a script does not
/// separate words (Chinese, Japanese, Thai, Lao, Khmer, Burmese) each letter is one.
enum WordHashes {
    /// The hashes of `text`'s words in order; `text` is valid UTF-8.
    static func of(_ text: [UInt8]) -> [UInt64] {
        var hashes: [UInt64] = []
        hashes.reserveCapacity(text.count / 5)
        forEach(in: text) { hash, _ in hashes.append(hash) }
        return hashes
    }

    /// Hands over the hash and the bytes of each word of `text`, which is valid UTF-8, in order.
    @inline(__always)
    static func forEach(in text: [UInt8], _ body: (UInt64, Range<Int>) -> Void) {
        let classes = Self.classes
        text.withUnsafeBufferPointer { text in
            classes.withUnsafeBufferPointer { classes in
                var hash = seed
                /// Where the word begins; nil between words.
                var start: Int?
                var at = 0
                while at < text.count {
                    let place = at
                    let scalar = decode(text, &at)
                    let folded =
                        scalar < 0x1_0000 ? classes[Int(scalar)] : classify(scalar)
                    let isAlone = folded & alone != 0
                    if let begun = start, folded == 0 || isAlone {
                        body(mix(hash), begun..<place)
                        start = nil
                    }
                    guard folded != 0 else { continue }
                    if start == nil { hash = seed }
                    hash = (hash ^ UInt64(folded & ~alone)) &* multiplier
                    if isAlone {
                        body(mix(hash), place..<at)
                    } else if start == nil {
                        start = place
                    }
                }
                if let start { body(mix(hash), start..<text.count) }
            }
        }
    }

    /// The hash of each run of `width` words, in order; none where the text is shorter.
    static func windows(_ words: [UInt64], width: Int) -> [UInt64] {
        guard words.count >= width else { return [] }
        return (0...words.count - width).map { run(words[$0..<$0 + width]) }
    }

    /// The hash of a run of words.
    static func run(_ words: ArraySlice<UInt64>) -> UInt64 {
        mix(words.reduce(seed) { ($0 &+ $1) &* multiplier })
    }

    /// The hashes ascending, each once.
    static func distinct(_ hashes: [UInt64]) -> [UInt64] {
        var all = hashes
        all.sort()
        var kept = 0
        for place in all.indices where place == 0 || all[place] != all[kept - 1] {
            all[kept] = all[place]
            kept += 1
        }
        all.removeSubrange(kept...)
        return all
    }

    private static let seed: UInt64 = 0x243F_6A88_85A3_08D3
    private static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// Spreads every bit over the whole word (the finaliser of SplitMix64).
    private static func mix(_ hash: UInt64) -> UInt64 {
        var hash = hash
        hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
        hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
        return hash ^ (hash >> 31)
    }

    /// Marks a letter that is a word by itself.
    private static let alone: UInt32 = 1 << 31

    /// What ``classify(_:)`` says of each scalar below 65,536, for surrogates 0.
    private static let classes: [UInt32] = (0..<0x1_0000).map { classify(UInt32($0)) }

    /// The scalar in lower case, with ``alone`` where it is a word by itself; 0 where it
    /// separates words.
    private static func classify(_ value: UInt32) -> UInt32 {
        guard let scalar = Unicode.Scalar(value) else { return 0 }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .letterNumber,
            .otherNumber:
            let lower = scalar.properties.lowercaseMapping.unicodeScalars
            let folded = lower.count == 1 ? lower[lower.startIndex].value : value
            return unseparated.contains { $0.contains(value) } ? folded | alone : folded
        default:
            return 0
        }
    }

    /// Scripts that do not put spaces between words.
    private static let unseparated: [ClosedRange<UInt32>] = [
        0x0E00...0x0EFF,  // Thai, Lao
        0x1000...0x109F,  // Burmese
        0x1780...0x17FF,  // Khmer
        0x3040...0x30FF, 0x31F0...0x31FF, 0xFF66...0xFF9F,  // kana
        0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x2_0000...0x3_FFFF,  // Han
    ]

    /// The scalar at a place of valid UTF-8, moving past it.
    @inline(__always)
    private static func decode(_ text: UnsafeBufferPointer<UInt8>, _ at: inout Int) -> UInt32 {
        let first = UInt32(text[at])
        guard first >= 0x80 else {
            at += 1
            return first
        }
        let count = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        var value = first & (0xFF >> UInt32(count + 1))
        for place in at + 1..<min(at + count, text.count) {
            value = value << 6 | UInt32(text[place] & 0x3F)
        }
        at = min(at + count, text.count)
        return value
    }
}

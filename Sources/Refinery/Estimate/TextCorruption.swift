/// A way to spoil a text: what is left has no meaning, though it may have the same words.
public enum TextCorruption: String, Codable, Sendable, CaseIterable {
    /// The words in another order; the white space between them stays where it is.
    ///
    /// Of text with few spaces, such as Chinese or minified code, pieces of six scalars.
    case shuffledWords = "shuffled_words"
    /// The first quarter, again and again up to the length of the text.
    case repeatedQuarter = "repeated_quarter"
    /// As many printable ASCII characters, drawn at random.
    case randomCharacters = "random_characters"

    /// What it does, in words.
    public var words: String {
        switch self {
        case .shuffledWords: "words shuffled"
        case .repeatedQuarter: "first quarter repeated"
        case .randomCharacters: "random characters"
        }
    }

    /// Spoils a text.
    ///
    /// - Parameters:
    ///   - text: valid UTF-8.
    ///   - seed: the same seed and text give the same bytes.
    /// - Returns: Valid UTF-8.
    func apply(to text: [UInt8], seed: UInt64) -> [UInt8] {
        var random = SplitMix(state: seed)
        switch self {
        case .shuffledWords: return Self.shuffle(text, &random)
        case .repeatedQuarter:
            let characters = Array(String(decoding: text, as: UTF8.self).unicodeScalars)
            let quarter = characters.prefix(max(1, characters.count / 4))
            guard !quarter.isEmpty else { return text }
            var result = String.UnicodeScalarView()
            for place in characters.indices { result.append(quarter[place % quarter.count]) }
            return Array(String(result).utf8)
        case .randomCharacters:
            let count = String(decoding: text, as: UTF8.self).unicodeScalars.count
            return (0..<count).map { _ in UInt8(0x20 + random.below(0x7F - 0x20)) }
        }
    }

    private static func shufflePieces(_ text: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        let scalars = Array(String(decoding: text, as: UTF8.self).unicodeScalars)
        var pieces = stride(from: 0, to: scalars.count, by: 6).map {
            scalars[$0..<min($0 + 6, scalars.count)]
        }
        for index in stride(from: pieces.count - 1, to: 0, by: -1) {
            pieces.swapAt(index, random.below(index + 1))
        }
        var result = String.UnicodeScalarView()
        for piece in pieces { result.append(contentsOf: piece) }
        return Array(String(result).utf8)
    }

    private static func shuffle(_ text: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        var words: [ArraySlice<UInt8>] = []
        var start = text.startIndex
        var place = text.startIndex
        while place <= text.endIndex {
            if place == text.endIndex || isSpace(text[place]) {
                if start < place { words.append(text[start..<place]) }
                start = place + 1
            }
            place += 1
        }
        // A word of some hundred bytes is none.
        guard words.count > text.count / 64 else { return shufflePieces(text, &random) }
        guard words.count > 1 else { return text }
        for index in stride(from: words.count - 1, to: 0, by: -1) {
            words.swapAt(index, random.below(index + 1))
        }
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var next = 0
        place = text.startIndex
        while place < text.endIndex {
            if isSpace(text[place]) {
                result.append(text[place])
                place += 1
            } else {
                result += words[next]
                next += 1
                while place < text.endIndex, !isSpace(text[place]) { place += 1 }
            }
        }
        return result
    }
}

/// A small generator whose numbers are the same in every version of Swift.
///
/// SplitMix64 of Steele, Lea and Flood (2014).
struct SplitMix {
    var state: UInt64

    /// The next 64 bits.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A whole number from 0 to below `bound`.
    mutating func below(_ bound: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }
}

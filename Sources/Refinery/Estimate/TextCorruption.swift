import ReferenceTraining

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
        let random = CounterRandom(seed: seed, stream: 0)
        switch self {
        case .shuffledWords: return Self.shuffle(text, random)
        case .repeatedQuarter:
            let characters = Array(String(decoding: text, as: UTF8.self).unicodeScalars)
            let quarter = characters.prefix(max(1, characters.count / 4))
            guard !quarter.isEmpty else { return text }
            var result = String.UnicodeScalarView()
            for place in characters.indices { result.append(quarter[place % quarter.count]) }
            return Array(String(result).utf8)
        case .randomCharacters:
            let count = String(decoding: text, as: UTF8.self).unicodeScalars.count
            return (0..<count).map { UInt8(0x20 + random.below(0x7F - 0x20, UInt64($0))) }
        }
    }

    private static func shufflePieces(_ text: [UInt8], _ random: CounterRandom) -> [UInt8] {
        let scalars = Array(String(decoding: text, as: UTF8.self).unicodeScalars)
        let pieces = stride(from: 0, to: scalars.count, by: 6).map {
            scalars[$0..<min($0 + 6, scalars.count)]
        }
        var result = String.UnicodeScalarView()
        for place in random.permutation(pieces.count) {
            result.append(contentsOf: pieces[Int(place)])
        }
        return Array(String(result).utf8)
    }

    private static func shuffle(_ text: [UInt8], _ random: CounterRandom) -> [UInt8] {
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
        guard words.count > text.count / 64 else { return shufflePieces(text, random) }
        guard words.count > 1 else { return text }
        let order = random.permutation(words.count)
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var next = 0
        place = text.startIndex
        while place < text.endIndex {
            if isSpace(text[place]) {
                result.append(text[place])
                place += 1
            } else {
                result += words[Int(order[next])]
                next += 1
                while place < text.endIndex, !isSpace(text[place]) { place += 1 }
            }
        }
        return result
    }
}

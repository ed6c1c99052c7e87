/// A SHA-256 as a value: 32 bytes, ordered as their hexadecimal digits are.
public struct ContentHash: Sendable, Hashable, Comparable, BitwiseCopyable {
    /// The bytes, eight a word, the first byte the highest.
    private var words: Words

    private struct Words: Sendable, Hashable {
        var first: UInt64 = 0
        var second: UInt64 = 0
        var third: UInt64 = 0
        var fourth: UInt64 = 0
    }

    /// How many bytes one has.
    public static let count = 32

    /// A hash of 32 bytes; nil for any other number of them.
    public init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Self.count else { return nil }
        func word(_ place: Int) -> UInt64 {
            UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8 * place, as: UInt64.self))
        }
        words = Words(first: word(0), second: word(1), third: word(2), fourth: word(3))
    }

    /// A hash of 32 bytes; nil for any other number of them.
    public init?(_ bytes: some Sequence<UInt8>) {
        guard let hash = Array(bytes).withUnsafeBytes({ ContentHash($0) }) else { return nil }
        self = hash
    }

    /// The hash that 64 lower-case hexadecimal digits spell; nil for anything else.
    init?(digits: UnsafeRawBufferPointer) {
        guard digits.count == 2 * Self.count else { return nil }
        func word(_ place: Int) -> UInt64? {
            var word: UInt64 = 0
            for digit in digits[16 * place..<16 * place + 16] {
                let value: UInt8 =
                    switch digit {
                    case 0x30...0x39: digit &- 0x30
                    case 0x61...0x66: digit &- 0x57
                    default: 0xFF
                    }
                guard value != 0xFF else { return nil }
                word = word << 4 | UInt64(value)
            }
            return word
        }
        guard let first = word(0), let second = word(1), let third = word(2), let fourth = word(3)
        else { return nil }
        words = Words(first: first, second: second, third: third, fourth: fourth)
    }

    /// The hash that 64 lower-case hexadecimal digits spell; nil for anything else.
    public init?(hexadecimal text: String) {
        guard let hash = Array(text.utf8).withUnsafeBytes({ ContentHash(digits: $0) }) else {
            return nil
        }
        self = hash
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        [words.first, words.second, words.third, words.fourth].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) }
        }
    }

    /// The first 16 bytes, in the order of the hashes: equal for equal hashes, and for no others
    /// that anybody will meet.
    var leading: (UInt64, UInt64) { (words.first, words.second) }

    /// The 64 hexadecimal digits, in lower case.
    public var hexadecimal: String { Hex.string(bytes) }

    /// Writes the 64 hexadecimal digits to memory that holds as many bytes.
    func write(digits: UnsafeMutableBufferPointer<UInt8>) {
        precondition(digits.count == 2 * Self.count)
        func write(_ word: UInt64, _ place: Int) {
            for number in 0..<16 {
                let value = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * number)) & 15
                digits[16 * place + number] = value < 10 ? 0x30 + value : 0x57 + value
            }
        }
        write(words.first, 0)
        write(words.second, 1)
        write(words.third, 2)
        write(words.fourth, 3)
    }

    /// As the bytes are ordered.
    public static func < (left: ContentHash, right: ContentHash) -> Bool {
        let (one, other) = (left.words, right.words)
        if one.first != other.first { return one.first < other.first }
        if one.second != other.second { return one.second < other.second }
        if one.third != other.third { return one.third < other.third }
        return one.fourth < other.fourth
    }
}

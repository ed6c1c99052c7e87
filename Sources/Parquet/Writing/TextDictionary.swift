/// The different texts of a column chunk, numbered in the order in which they came.
///
/// The numbers do not depend on the hash, which is another one in every process.
struct TextDictionary {
    /// Bytes of the dictionary in PLAIN at most.
    static let mostBytes = 1 << 20

    /// Bytes below which nothing is said against it.
    private static let trialBytes = 64 << 10

    /// The texts in PLAIN: a length of 4 bytes before each.
    private(set) var plain: [UInt8] = []
    /// Bytes that the texts would take in PLAIN, every time that they came.
    private(set) var rawBytes = 0
    /// Where a text's length stands.
    private var starts: [Int] = []
    /// Numbers by hash, -1 where there is none; a power of two of them.
    private var slots = [Int32](repeating: -1, count: 256)

    /// How many texts there are.
    var count: Int { starts.count }

    /// Whether it makes the column smaller so far.
    var pays: Bool { plain.count * 2 <= rawBytes }

    /// Whether it has to be given up before the page ends.
    var isTooLarge: Bool {
        plain.count > Self.mostBytes || (plain.count > Self.trialBytes && !pays)
    }

    /// The number of a text, a new one where it did not come before.
    mutating func number(of text: UnsafeRawBufferPointer) -> UInt32 {
        rawBytes += 4 + text.count
        let mask = slots.count - 1
        var slot = hash(text) & mask
        while slots[slot] >= 0 {
            if isEqual(Int(slots[slot]), text) { return UInt32(slots[slot]) }
            slot = (slot + 1) & mask
        }
        let number = starts.count
        slots[slot] = Int32(number)
        starts.append(plain.count)
        withUnsafeBytes(of: UInt32(text.count).littleEndian) { plain += $0 }
        plain += text
        if starts.count * 2 > slots.count { grow() }
        return UInt32(number)
    }

    /// A text in PLAIN, with its length.
    func entry(_ number: UInt32) -> ArraySlice<UInt8> {
        let start = starts[Int(number)]
        let end = Int(number) + 1 < starts.count ? starts[Int(number) + 1] : plain.count
        return plain[start..<end]
    }

    private func isEqual(_ number: Int, _ text: UnsafeRawBufferPointer) -> Bool {
        let entry = entry(UInt32(number)).dropFirst(4)
        guard entry.count == text.count else { return false }
        return entry.withUnsafeBytes { $0.elementsEqual(text) }
    }

    private func hash(_ text: UnsafeRawBufferPointer) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes: text)
        return hasher.finalize()
    }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: slots.count * 2)
        let mask = slots.count - 1
        for number in starts.indices {
            let text = entry(UInt32(number)).dropFirst(4)
            var slot = text.withUnsafeBytes { hash($0) } & mask
            while slots[slot] >= 0 { slot = (slot + 1) & mask }
            slots[slot] = Int32(number)
        }
    }
}

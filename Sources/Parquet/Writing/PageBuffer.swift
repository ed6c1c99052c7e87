/// The values of a page that is being written.
struct PageBuffer {
    /// Rows of the page.
    private(set) var rows = 0
    /// Bytes that the values take in PLAIN, about.
    private(set) var rawBytes = 0
    /// What is said of the values.
    var statistics = ColumnStatistics()

    /// Values in PLAIN.
    private var plain: [UInt8] = []
    /// Numbers of texts in the dictionary.
    private var numbers: [UInt32] = []
    /// A boolean a byte.
    private var booleans: [UInt8] = []
    /// A row a byte, 0 where it is null.
    private var levels: [UInt8] = []

    /// Whether the values are numbers of a dictionary.
    var hasNumbers: Bool { !numbers.isEmpty }

    /// Appends a text in PLAIN: a length of 4 bytes before it.
    mutating func append(text: UnsafeRawBufferPointer) {
        withUnsafeBytes(of: UInt32(text.count).littleEndian) { plain.append(contentsOf: $0) }
        plain.append(contentsOf: text)
        rawBytes += 4 + text.count
    }

    /// Appends the number that a text has in the dictionary.
    mutating func append(number: UInt32, of text: UnsafeRawBufferPointer) {
        numbers.append(number)
        rawBytes += 4 + text.count
    }

    /// Appends 64 bits in PLAIN.
    mutating func append(word: UInt64) {
        withUnsafeBytes(of: word.littleEndian) { plain.append(contentsOf: $0) }
        rawBytes += 8
    }

    /// Appends a boolean.
    mutating func append(boolean: Bool) {
        booleans.append(boolean ? 1 : 0)
        rawBytes += 1
    }

    /// Ends a row, whose value was appended unless it is null.
    mutating func endRow(isNull: Bool) {
        levels.append(isNull ? 0 : 1)
        rows += 1
    }

    /// Replaces numbers by the texts that they stand for.
    mutating func resolve(_ dictionary: TextDictionary) {
        for number in numbers { plain += dictionary.entry(number) }
        numbers.removeAll(keepingCapacity: true)
    }

    /// The page before compression: levels, where the column has them, and values.
    func body(hasLevels: Bool, largestNumber: Int) -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(plain.count + levels.count / 8 + 64)
        if hasLevels {
            var runs: [UInt8] = []
            HybridEncoder.encode(levels, width: 1, to: &runs)
            withUnsafeBytes(of: UInt32(runs.count).littleEndian) { body += $0 }
            body += runs
        }
        if hasNumbers {
            let width = HybridEncoder.width(of: largestNumber)
            body.append(UInt8(width))
            HybridEncoder.encode(numbers, width: width, to: &body)
        }
        for start in stride(from: 0, to: booleans.count, by: 8) {
            var byte: UInt8 = 0
            for bit in 0..<min(8, booleans.count - start) {
                byte |= booleans[start + bit] << UInt8(bit)
            }
            body.append(byte)
        }
        body += plain
        return body
    }

    /// Begins the next page.
    mutating func removeAll() {
        (rows, rawBytes, statistics) = (0, 0, ColumnStatistics())
        plain.removeAll(keepingCapacity: true)
        numbers.removeAll(keepingCapacity: true)
        booleans.removeAll(keepingCapacity: true)
        levels.removeAll(keepingCapacity: true)
    }
}

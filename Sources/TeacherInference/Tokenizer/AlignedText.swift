/// A stretch of a text as a normaliser leaves it, and the way back to the original.
struct AlignedText {
    /// The bytes after every change so far.
    private(set) var bytes: [UInt8]
    /// Where the stretch begins in the original.
    let start: Int
    /// Where in the original what each byte comes from ends, if that is kept.
    private var ends: [Int] = []
    private let keepsEnds: Bool

    /// The unchanged stretch of the original that begins at `start`.
    init(_ bytes: some Sequence<UInt8>, at start: Int, keepsEnds: Bool) {
        self.bytes = Array(bytes)
        self.start = start
        self.keepsEnds = keepsEnds
        if keepsEnds { ends = Array(start + 1..<start + 1 + self.bytes.count) }
    }

    private init(bytes: [UInt8], start: Int, ends: [Int], keepsEnds: Bool) {
        (self.bytes, self.start, self.ends, self.keepsEnds) = (bytes, start, ends, keepsEnds)
    }

    /// Where in the original the first `count` bytes end; needs `keepsEnds`.
    func originalEnd(_ count: Int) -> Int {
        count == 0 ? start : ends[count - 1]
    }

    /// The bytes in `range` by themselves; where they begin in the original needs `keepsEnds`.
    func part(_ range: Range<Int>) -> AlignedText {
        if range.count == bytes.count { return self }
        return AlignedText(
            bytes: Array(bytes[range]),
            start: keepsEnds ? originalEnd(range.lowerBound) : start + range.lowerBound,
            ends: keepsEnds ? Array(ends[range]) : [], keepsEnds: keepsEnds)
    }

    /// Applies one step of a normaliser.
    mutating func apply(_ step: NormalizerStep) {
        switch step {
        case .prepend(let content): prepend(content)
        case .replace(let pattern, let content): replace(pattern, with: content)
        case .nfc: compose()
        }
    }

    /// Puts `content` in front, unless there is no text.
    mutating func prepend(_ content: [UInt8]) {
        guard !bytes.isEmpty else { return }
        bytes.insert(contentsOf: content, at: 0)
        if keepsEnds {
            ends.insert(contentsOf: repeatElement(start, count: content.count), at: 0)
        }
    }

    /// Replaces every occurrence of `pattern`, which is not empty, from the left.
    mutating func replace(_ pattern: [UInt8], with content: [UInt8]) {
        guard let first = pattern.first, bytes.contains(first) else { return }
        var new: [UInt8] = []
        var newEnds: [Int] = []
        new.reserveCapacity(bytes.count + bytes.count / 2)
        if keepsEnds { newEnds.reserveCapacity(new.capacity) }
        bytes.withUnsafeBufferPointer { bytes in
            var done = 0
            var position = 0
            func keep() {
                new.append(contentsOf: bytes[done..<position])
                if keepsEnds { newEnds.append(contentsOf: ends[done..<position]) }
            }
            while position < bytes.count {
                guard bytes[position] == first, position + pattern.count <= bytes.count,
                    bytes[position..<position + pattern.count].elementsEqual(pattern)
                else {
                    position += 1
                    continue
                }
                keep()
                position += pattern.count
                done = position
                new.append(contentsOf: content)
                if keepsEnds {
                    let end = ends[position - 1]
                    newEnds.append(contentsOf: repeatElement(end, count: content.count))
                }
            }
            keep()
        }
        (bytes, ends) = (new, newEnds)
    }

    /// Unicode's normalisation form C.
    private mutating func compose() {
        let whole = AddedTokens.Section(start: 0, end: bytes.count, token: nil)
        guard let normalized = bytes.withUnsafeBytes({ NormalizedText($0, [whole]) }) else {
            return
        }
        if keepsEnds {
            ends = (1...normalized.bytes.count).map { originalEnd(normalized.original($0)) }
        }
        bytes = normalized.bytes
    }
}

/// A step of a normaliser, in a form that is the same whatever file it was read from.
enum NormalizerStep: Sendable, Equatable {
    /// Puts bytes in front of every stretch of text between added tokens.
    case prepend([UInt8])
    /// Replaces every occurrence of the first bytes by the second.
    case replace([UInt8], [UInt8])
    /// Unicode's normalisation form C.
    case nfc

    /// More steps are refused: each goes over the text once.
    private static let maxSteps = 32
    /// So many times as long as it was may a text become, or by so many bytes longer.
    private static let maxGrowth = 64.0

    /// Refuses steps that could make a text very long: 40 that double one letter would make 2⁴⁰.
    static func checkGrowth(_ steps: [NormalizerStep], source: String) throws(ModelError) {
        var growth = 1.0, front = 0.0
        for step in steps {
            switch step {
            case .prepend(let content): front += Double(content.count)
            case .replace(let pattern, let content):
                let factor = max(1, Double(content.count) / Double(max(1, pattern.count)))
                growth *= factor
                front *= factor
            // Of the characters that NFC takes apart none takes more than three times its bytes.
            case .nfc: growth *= 3
            }
        }
        guard steps.count <= maxSteps, growth <= maxGrowth, front <= maxGrowth else {
            throw ModelError(
                "cannot use the tokenizer of \(source): its normalizer, of \(steps.count) steps, could "
                    + "make a text \(growth) times and \(front) bytes longer; \(maxSteps) steps and "
                    + "\(maxGrowth) are allowed")
        }
    }
}

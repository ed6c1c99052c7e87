import Foundation

/// A text in normalisation form C and the way back to the original.
struct NormalizedText {
    /// The text, normalised; added tokens are as they were.
    private(set) var bytes: [UInt8] = []
    /// The original's sections, at their places in `bytes`.
    private(set) var sections: [AddedTokens.Section] = []
    /// Where each changed part ends in `bytes` and in the original, and where it begins there.
    private var changes: [(start: Int, end: Int, originalEnd: Int)] = []

    /// A scalar and what may combine with it: all that normalising may change.
    ///
    /// What stands behind it neither changes nor combines with what is before, and so does its
    /// first scalar. tokenizers 0.23.3 normalises by Unicode 9: a later mark is to it a scalar that
    /// combines with nothing. Foundation takes U+1176 for a vowel that combines, and a scalar
    /// beyond U+FFFF for one below, so neither is shown to it beside others, but for the three
    /// letters there that do combine.
    private static let changing: RegexAutomaton? = {
        let marks = UnicodeCategories.named("M")?.ranges ?? []
        // Beside the marks what changes by itself, and jamo; whole blocks where most of them do.
        let others: [ClosedRange<UInt32>] = [
            0x374...0x374, 0x37E...0x37E, 0x387...0x387, 0x958...0x95F, 0x9DC...0x9DF,
            0xA33...0xA36, 0xA59...0xA5E, 0xB5C...0xB5D, 0xF43...0xF69, 0x1100...0x1112,
            0x1161...0x1175, 0x11A8...0x11C2, 0x1F00...0x1FFF, 0x2000...0x2001, 0x2126...0x2126,
            0x212A...0x212B, 0x2329...0x232A, 0x2ADC...0x2ADC, 0xF900...0xFAFF, 0xFB1D...0xFB4F,
            0x1D15E...0x1D1FF,
        ]
        let unstable = ScalarSet(marks + others.map { $0.lowerBound..<$0.upperBound + 1 })
        let known = ScalarSet(
            unstable.ranges.joined().lazy.filter { value in
                guard let age = Unicode.Scalar(value)?.properties.age else { return false }
                return age.major <= 9 && value < 0x20000
            }.map { $0..<$0 + 1 })
        let alone = ScalarSet([
            0x10000..<0x11099, 0x1109A..<0x1109B, 0x1109C..<0x110A5, 0x110A6..<ScalarSet.limit,
        ])
        let first = unstable.union(alone).inverted
        return RegexAutomaton(
            .choice([
                .set(ScalarSet([0x2F800..<0x2FA20])),
                .sequence([
                    .repetition(.set(first), minimum: 0, maximum: 1, .greedy),
                    .repetition(.set(known), minimum: 1, maximum: nil, .greedy),
                ]),
            ]))
    }()

    /// Nil where `text`, valid UTF-8 with these sections, is in form C already.
    init?(_ text: UnsafeRawBufferPointer, _ sections: [AddedTokens.Section]) {
        // No scalar below U+0300 changes or combines with the one before.
        guard text.contains(where: { $0 >= 0xCC }) else { return nil }
        for section in sections {
            let part = UnsafeRawBufferPointer(rebasing: text[section.start..<section.end])
            let start = bytes.count
            if section.token == nil {
                append(part.bindMemory(to: UInt8.self), at: section.start)
            } else {
                bytes.append(contentsOf: part)
            }
            self.sections.append(
                AddedTokens.Section(start: start, end: bytes.count, token: section.token))
        }
        if changes.isEmpty { return nil }
    }

    private mutating func append(_ part: UnsafeBufferPointer<UInt8>, at offset: Int) {
        var done = 0
        var (bytes, changes) = (self.bytes, self.changes)
        (self.bytes, self.changes) = ([], [])
        Self.changing?.forEachMatch(in: part) { start, end in
            let old = part[start..<end]
            // Decomposed first: Foundation leaves a composed syllable and a jamo behind it apart.
            let new = String(decoding: old, as: UTF8.self)
                .decomposedStringWithCanonicalMapping.precomposedStringWithCanonicalMapping
            guard !new.utf8.elementsEqual(old) else { return }
            // A first scalar that stays is no part of the change.
            var same = zip(new.utf8, old).prefix { $0 == $1 }.count
            while same > 0, old[start + same] & 0xC0 == 0x80 { same -= 1 }
            bytes.append(contentsOf: part[done..<start + same])
            let place = bytes.count
            bytes.append(contentsOf: new.utf8.dropFirst(same))
            changes.append((start: place, end: bytes.count, originalEnd: offset + end))
            done = end
        }
        bytes.append(contentsOf: part[done...])
        (self.bytes, self.changes) = (bytes, changes)
    }

    /// Where in the original the first `offset` bytes end; inside a changed part, behind it.
    func original(_ offset: Int) -> Int {
        var low = 0
        var high = changes.count
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].start < offset { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return offset }
        let change = changes[low - 1]
        return change.originalEnd + max(0, offset - change.end)
    }
}

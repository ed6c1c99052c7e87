/// A partition of all scalars into few classes, looked up by a scalar's UTF-8.
struct ScalarClasses: Sendable {
    /// Number of classes.
    let count: Int
    /// For each class which of the sets its scalars are in, the first in the lowest bit.
    let signatures: [UInt64]

    /// The class of each scalar below U+0080.
    private let ascii: [UInt8]
    /// Where the classes of each 256 scalars begin in `classes`.
    private let pages: [UInt32]
    private let classes: [UInt8]

    /// The coarsest partition that keeps the members of each of `sets` from the rest; nil if that
    /// takes more than 255 classes.
    init?(_ sets: [ScalarSet]) {
        precondition(sets.count <= RegexProgram.maxSets)
        var bounds: Set<UInt32> = [0, ScalarSet.limit]
        for range in sets.flatMap(\.ranges) {
            bounds.formUnion([range.lowerBound, range.upperBound])
        }
        let starts = bounds.sorted()
        var signatures: [UInt64] = []
        var known: [UInt64: UInt8] = [:]
        var flat = [UInt8](repeating: 0, count: Int(ScalarSet.limit))
        for (start, end) in zip(starts, starts.dropFirst()) {
            var signature: UInt64 = 0
            for (bit, set) in sets.enumerated() where set.contains(start) {
                signature |= 1 << UInt64(bit)
            }
            if known[signature] == nil {
                guard signatures.count < 255 else { return nil }
                known[signature] = UInt8(signatures.count)
                signatures.append(signature)
            }
            let number = known[signature] ?? 0
            for value in Int(start)..<Int(end) { flat[value] = number }
        }
        (pages, classes) = Self.paged(flat)
        count = signatures.count
        self.signatures = signatures
        ascii = Array(flat[..<128])
    }

    /// `flat` cut into pages of 256, each kept once.
    private static func paged(_ flat: [UInt8]) -> (pages: [UInt32], classes: [UInt8]) {
        var pages: [UInt32] = []
        var classes: [UInt8] = []
        var places: [ArraySlice<UInt8>: UInt32] = [:]
        var previous: ArraySlice<UInt8> = []
        for first in stride(from: 0, to: flat.count, by: 256) {
            let page = flat[first..<first + 256]
            // Most pages are like the one before: no need to hash those.
            if let last = pages.last, page == previous {
                pages.append(last)
                continue
            }
            let place = places[page] ?? UInt32(classes.count)
            if place == UInt32(classes.count) {
                classes += page
                places[page] = place
            }
            pages.append(place)
            previous = page
        }
        return (pages, classes)
    }

    /// The class of the scalar whose UTF-8 begins at `text[place]`, and the length of that.
    ///
    /// Bytes that are not UTF-8 have some class, and are passed before `text` ends.
    @inline(__always)
    func find(_ text: UnsafeBufferPointer<UInt8>, _ place: Int) -> (number: Int, length: Int) {
        let first = UInt32(text[place])
        if first < 0x80 { return (Int(ascii.span[unchecked: Int(first)]), 1) }
        return findLong(text, place, first)
    }

    @inline(never)
    private func findLong(
        _ text: UnsafeBufferPointer<UInt8>, _ place: Int, _ first: UInt32
    ) -> (number: Int, length: Int) {
        let length = min(first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4, text.count - place)
        var scalar = first & (0x7F >> UInt32(length))
        for offset in 1..<max(length, 2) where offset < length {
            scalar = scalar << 6 | UInt32(text[place + offset] & 0x3F)
        }
        let page = pages[min(Int(scalar >> 8), pages.count - 1)]
        return (Int(classes[Int(page) + Int(scalar & 0xFF)]), length)
    }
}

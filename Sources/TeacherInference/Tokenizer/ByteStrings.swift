/// A list of byte strings in one allocation, by index.
struct ByteStrings: Sendable {
    private var bytes: [UInt8] = []
    private var offsets: [Int] = [0]

    /// An empty list.
    init() {}

    /// Number of strings.
    var count: Int { offsets.count - 1 }

    /// Appends a string.
    mutating func append(_ string: some Collection<UInt8>) {
        bytes.append(contentsOf: string)
        offsets.append(bytes.count)
    }

    /// Length in bytes of string `index`.
    func length(_ index: Int) -> Int {
        offsets[index + 1] - offsets[index]
    }

    /// String `index`.
    subscript(index: Int) -> ArraySlice<UInt8> {
        bytes[offsets[index]..<offsets[index + 1]]
    }
}

/// Finds strings of a `ByteStrings` by content; entries are indices into the list.
struct ByteStringIndex: Sendable {
    private var slots = [Int32](repeating: -1, count: 64)
    private var count = 0

    /// The indexed string equal to `string`, or nil.
    func find(_ string: UnsafeRawBufferPointer, in strings: ByteStrings) -> Int? {
        let slot = slots[self.slot(of: string, in: strings)]
        return slot < 0 ? nil : Int(slot)
    }

    /// Indexes string `index`; returns the equal one that is indexed already, or nil.
    mutating func insert(_ index: Int, of strings: ByteStrings) -> Int? {
        if (count + 1) * 2 > slots.count {
            let old = slots
            slots = [Int32](repeating: -1, count: old.count * 2)
            for entry in old where entry >= 0 {
                slots[slot(of: Int(entry), of: strings)] = entry
            }
        }
        let slot = slot(of: index, of: strings)
        if slots[slot] >= 0 { return Int(slots[slot]) }
        slots[slot] = Int32(index)
        count += 1
        return nil
    }

    private func slot(of index: Int, of strings: ByteStrings) -> Int {
        strings[index].withUnsafeBytes { slot(of: $0, in: strings) }
    }

    /// The slot that holds a string equal to `string`, or the free one where it belongs.
    private func slot(of string: UnsafeRawBufferPointer, in strings: ByteStrings) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes: string)
        var slot = hasher.finalize() & (slots.count - 1)
        while slots[slot] >= 0, !strings[Int(slots[slot])].elementsEqual(string) {
            slot = (slot + 1) & (slots.count - 1)
        }
        return slot
    }
}

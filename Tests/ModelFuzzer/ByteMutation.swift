/// Damage that knows nothing of a file's format.
enum ByteMutation {
    /// Puts a magic number back to both ends, mostly: else it is all refused at the door.
    static func restoreEnds(
        _ bytes: inout [UInt8], _ magic: String, _ random: inout RandomStream
    ) {
        guard bytes.count >= 12, !random.once(in: 8) else { return }
        bytes.replaceSubrange(..<4, with: magic.utf8)
        bytes.replaceSubrange((bytes.count - 4)..., with: magic.utf8)
    }

    /// Changes `bytes` in one way: flips, extreme integers, cuts, and pieces of `other`.
    static func apply(to bytes: inout [UInt8], other: [UInt8], _ random: inout RandomStream) {
        guard !bytes.isEmpty else { return bytes = Array(other.prefix(random.below(64))) }
        // Headers are where the numbers are: half of all damage is done to the first 4 KiB.
        let reach = random.once(in: 2) ? min(bytes.count, 4096) : bytes.count
        let at = random.below(reach)
        switch random.below(9) {
        case 0:
            bytes[at] ^= 1 << UInt8(random.below(8))
        case 1:
            bytes[at] = random.pick([0, 1, 0x7F, 0x80, 0xFF, UInt8(random.below(256))]) ?? 0
        case 2:
            let width = random.pick([2, 4, 8]) ?? 4
            withUnsafeBytes(of: random.extreme().littleEndian) { value in
                for index in 0..<min(width, bytes.count - at) { bytes[at + index] = value[index] }
            }
        case 3:
            bytes.removeSubrange(at...)
        case 4:
            bytes.removeSubrange(at..<min(bytes.count, at + 1 + random.below(64)))
        case 5:
            let piece = bytes[at..<min(bytes.count, at + 1 + random.below(256))]
            bytes.insert(contentsOf: Array(piece), at: random.below(reach))
        case 6 where !other.isEmpty:
            let from = random.below(other.count)
            let piece = other[from..<min(other.count, from + 1 + random.below(1024))]
            let end = min(bytes.count, at + (random.once(in: 2) ? piece.count : 0))
            bytes.replaceSubrange(at..<end, with: piece)
        case 7:
            bytes += [UInt8](repeating: UInt8(random.below(256)), count: random.below(4096))
        default:
            for _ in 0..<1 + random.below(16) {
                bytes[random.below(reach)] = UInt8(random.below(256))
            }
        }
    }
}

/// Damage to a safetensors file: to its header's values, its header's length, or its data.
enum SafetensorsMutation {
    /// Changes `file` in one way; its header's length mostly stays right.
    static func apply(to file: inout [UInt8], other: [UInt8], _ random: inout RandomStream) {
        guard let length = headerLength(of: file) else {
            return ByteMutation.apply(to: &file, other: other, &random)
        }
        var header = Array(file[8..<8 + length])
        var data = Array(file[(8 + length)...])
        let donor = headerLength(of: other).map { Array(other[8..<8 + $0]) } ?? other
        switch random.below(8) {
        case 0:
            ByteMutation.apply(to: &data, other: other, &random)
        case 1:
            data.removeLast(random.below(data.count + 1))
        case 2:
            fill(&data, &random)
        default:
            for _ in 0...random.below(3) {
                JSONMutation.apply(to: &header, other: donor, &random)
            }
        }
        let written = random.once(in: 20) ? random.extreme() : UInt64(header.count)
        file = withUnsafeBytes(of: written.littleEndian) { [UInt8]($0) } + header + data
    }

    /// Overwrites a run of numbers with NaN, infinity, or the largest and least ones.
    private static func fill(_ data: inout [UInt8], _ random: inout RandomStream) {
        let patterns: [[UInt8]] = [
            [0, 0, 0xC0, 0x7F], [0, 0, 0x80, 0x7F], [0xFF, 0xFF, 0x7F, 0x7F], [1, 0, 0, 0],
            [0, 0, 0x80, 0xFF],
        ]
        let pattern = random.pick(patterns) ?? [0]
        let start = random.below(data.count) / 4 * 4
        for index in start..<min(data.count, start + 4 + random.below(1 << 14)) {
            data[index] = pattern[index % pattern.count]
        }
    }

    private static func headerLength(of file: [UInt8]) -> Int? {
        guard file.count >= 8 else { return nil }
        let length = file.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
        guard length > 0, length <= UInt64(file.count - 8) else { return nil }
        return Int(length)
    }
}

/// Decodes runs and bit-packed groups of small numbers (Encodings.md, "Run Length Encoding /
/// Bit-Packing Hybrid"): levels, indices into a dictionary, booleans.
struct HybridDecoder {
    private let what: String
    private var bytes: PageBytes
    private let width: Int
    /// The run that is under way: `left` values, equal ones or packed ones.
    private var left = 0
    private var isPacked = false
    private var value: UInt32 = 0
    /// Where the packed values of the run begin, and the bit of the next one.
    private var packedStart = 0
    private var bit = 0

    /// Numbers of `width` bits each, at most 32.
    init(_ bytes: PageBytes, width: Int, _ what: String) throws(ParquetError) {
        guard (0...32).contains(width) else {
            throw ParquetError(
                "\(what) have \(width) bits each, at most 32 are allowed",
                hint: ParquetError.truncated)
        }
        (self.bytes, self.width, self.what) = (bytes, width, what)
    }

    /// Decodes the next `count` numbers to `target`.
    mutating func decode(
        _ count: Int, to target: UnsafeMutablePointer<UInt32>
    ) throws(ParquetError) {
        var done = 0
        while done < count {
            if left == 0 { try nextRun() }
            let some = min(left, count - done)
            // SAFETY: `done + some` is at most `count`, for which the caller made room.
            if isPacked {
                unpack(some, to: target + done)
            } else {
                (target + done).update(repeating: value, count: some)
            }
            left -= some
            done += some
        }
    }

    /// Decodes the next `count` numbers, which must be 0 or 1, to bytes; returns how many are 1.
    mutating func decodeBits(
        _ count: Int, to target: UnsafeMutablePointer<UInt8>
    ) throws(ParquetError) -> Int {
        var done = 0
        var ones = 0
        while done < count {
            if left == 0 { try nextRun() }
            let some = min(left, count - done)
            if isPacked {
                guard width == 1 else { throw damaged("are no bits") }
                ones += unpackBits(some, to: target + done)
            } else {
                guard value <= 1 else { throw damaged("have the value \(value)") }
                (target + done).update(repeating: UInt8(value), count: some)
                ones += Int(value) * some
            }
            left -= some
            done += some
        }
        return ones
    }

    private mutating func nextRun() throws(ParquetError) {
        repeat {
            let header = try bytes.varint(what)
            let length = header >> 1
            guard length <= UInt64(Int32.max) else { throw damaged("have a run of \(length)") }
            isPacked = header & 1 == 1 && width > 0
            if isPacked {
                let groups = Int(length)
                // Some writers leave out what pads the last group.
                let size = min(groups * width, bytes.count)
                let packed = try bytes.take(size, what)
                (packedStart, bit) = (packed.start, 0)
                left = min(groups * 8, size * 8 / width)
            } else {
                left = header & 1 == 1 ? Int(length) * 8 : Int(length)
                value = header & 1 == 1 ? 0 : try runValue()
            }
        } while left == 0
    }

    private mutating func runValue() throws(ParquetError) -> UInt32 {
        let packed = try bytes.take((width + 7) / 8, what)
        var value: UInt32 = 0
        for index in 0..<packed.count {
            value |=
                UInt32(packed.base.load(fromByteOffset: index, as: UInt8.self))
                << (8 * UInt32(index))
        }
        return value
    }

    private mutating func unpack(_ count: Int, to target: UnsafeMutablePointer<UInt32>) {
        let base = UnsafeRawPointer(bytes.memory.base + packedStart)
        let mask = UInt64(1) << UInt64(width) - 1
        var bit = bit
        // SAFETY: the run's bytes hold `left` values, and 16 bytes behind them may be loaded.
        for index in 0..<count {
            let word = base.loadUnaligned(fromByteOffset: bit >> 3, as: UInt64.self)
            target[index] = UInt32(truncatingIfNeeded: word >> UInt64(bit & 7) & mask)
            bit += width
        }
        self.bit = bit
    }

    private mutating func unpackBits(_ count: Int, to target: UnsafeMutablePointer<UInt8>) -> Int {
        let base = UnsafeRawPointer(bytes.memory.base + packedStart)
        var ones = 0
        // SAFETY: the run's bytes hold `left` bits.
        for index in 0..<count {
            let at = bit + index
            let one = base.load(fromByteOffset: at >> 3, as: UInt8.self) >> UInt8(at & 7) & 1
            target[index] = one
            ones += Int(one)
        }
        bit += count
        return ones
    }

    private func damaged(_ how: String) -> ParquetError {
        ParquetError("\(what) \(how)", hint: ParquetError.truncated)
    }
}

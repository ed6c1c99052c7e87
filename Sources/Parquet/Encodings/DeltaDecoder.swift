/// Decodes integers by their differences (Encodings.md, "Delta Encoding", DELTA_BINARY_PACKED).
struct DeltaDecoder {
    private static let what = "delta-encoded integers"

    private var bytes: PageBytes
    private let miniblocks: Int
    private let perMiniblock: Int
    /// Values that the header promises and that were not decoded.
    private(set) var left: Int
    private var isFirst = true
    private var value: Int64
    private var minDelta: Int64 = 0
    /// Where the widths of the block's miniblocks stand, and which miniblock comes next.
    private var widthsStart = 0
    private var nextMiniblock: Int
    /// The miniblock that is under way: values left, their width, and the bit of the next one.
    private var inMiniblock = 0
    private var width = 0
    private var packed: PageBytes
    private var bit = 0

    /// Reads the header.
    init(_ bytes: PageBytes) throws(ParquetError) {
        self.bytes = bytes
        let block = try self.bytes.varint(Self.what)
        let count = try self.bytes.varint(Self.what)
        let total = try self.bytes.varint(Self.what)
        let first = try self.bytes.varint(Self.what)
        // The format asks for miniblocks of a multiple of 32 values; 8 keep them whole bytes.
        guard block > 0, block <= 1 << 30, count > 0, count <= block, block % count == 0,
            block / count % 8 == 0, total <= UInt64(Int32.max)
        else {
            throw ParquetError(
                "\(Self.what) come in blocks of \(block), \(count) miniblocks, \(total) values",
                hint: ParquetError.truncated)
        }
        miniblocks = Int(count)
        perMiniblock = Int(block / count)
        left = Int(total)
        value = Self.zigzag(first)
        nextMiniblock = miniblocks
        packed = PageBytes(bytes.memory, bytes.end, bytes.end)
    }

    /// Decodes the next `count` integers to `target`; sums wrap around, as the format demands.
    mutating func decode(
        _ count: Int, to target: UnsafeMutablePointer<UInt64>
    ) throws(ParquetError) {
        guard count <= left else {
            throw ParquetError(
                "\(Self.what) end too early: \(left) are left of \(count)",
                hint: ParquetError.truncated)
        }
        var done = 0
        if isFirst, count > 0 {
            target[0] = UInt64(bitPattern: value)
            isFirst = false
            done = 1
        }
        while done < count {
            if inMiniblock == 0 { try nextMiniblockHeader() }
            let some = min(inMiniblock, count - done)
            // The last miniblock may lack what pads it, but not values.
            guard bit + some * width <= packed.count * 8 else {
                throw ParquetError(
                    "\(Self.what) end within a miniblock", hint: ParquetError.truncated)
            }
            unpack(some, to: target + done)
            inMiniblock -= some
            done += some
        }
        left -= count
    }

    /// What follows the encoded integers; nothing may have been decoded.
    func rest() throws(ParquetError) -> PageBytes {
        var scan = self
        var values = max(0, left - 1)
        while values > 0 {
            try scan.nextMiniblockHeader()
            values -= scan.perMiniblock
        }
        return scan.bytes
    }

    private mutating func nextMiniblockHeader() throws(ParquetError) {
        if nextMiniblock == miniblocks {
            minDelta = Self.zigzag(try bytes.varint(Self.what))
            widthsStart = try bytes.take(miniblocks, Self.what).start
            nextMiniblock = 0
        }
        width = Int(
            bytes.memory.base.load(fromByteOffset: widthsStart + nextMiniblock, as: UInt8.self))
        guard width <= 64 else {
            throw ParquetError(
                "\(Self.what) have \(width) bits each, at most 64 are allowed",
                hint: ParquetError.truncated)
        }
        packed = try bytes.take(min(width * perMiniblock / 8, bytes.count), Self.what)
        nextMiniblock += 1
        inMiniblock = perMiniblock
        bit = 0
    }

    private mutating func unpack(_ count: Int, to target: UnsafeMutablePointer<UInt64>) {
        let base = packed.base
        let (width, minDelta) = (width, minDelta)
        let mask = width == 64 ? UInt64.max : UInt64(1) << UInt64(width) - 1
        var value = value
        var bit = bit
        // SAFETY: `decode` holds every value within the miniblock; behind it 16 bytes may be
        // loaded. A value of up to 64 bits that begins within a byte spans 9 bytes.
        for index in 0..<count {
            let at = bit >> 3
            let shift = UInt64(bit & 7)
            var delta = base.loadUnaligned(fromByteOffset: at, as: UInt64.self) >> shift
            if width > 56, shift > 0 {
                let high = base.load(fromByteOffset: at + 8, as: UInt8.self)
                delta |= UInt64(high) << (64 - shift)
            }
            value &+= minDelta &+ Int64(bitPattern: delta & mask)
            target[index] = UInt64(bitPattern: value)
            bit += width
        }
        (self.value, self.bit) = (value, bit)
    }

    private static func zigzag(_ value: UInt64) -> Int64 {
        Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }
}

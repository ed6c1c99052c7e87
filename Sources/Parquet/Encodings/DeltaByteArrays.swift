/// DELTA_BYTE_ARRAY: how many bytes each value shares with the one before it, and what follows.
///
/// Of values that share much a small page makes many bytes, so a call stops at a limit.
struct DeltaByteArrays: ValueDecoder {
    private var prefixes: DeltaDecoder
    private var suffixes: DeltaLengthByteArrays
    private let limit: Int
    private let width: Int?
    private var made: RawMemory?
    private var last: RawMemory?
    private var lastSpan = ByteSpan(0, 0)
    /// Lengths of prefixes and spans of suffixes that were decoded and not used.
    private var pending: [(prefix: UInt64, suffix: UInt64)] = []
    private var used = 0

    /// Values of which `limit` bytes are made at once; `width` is what each must have, or nil.
    init(_ source: PageBytes, limit: Int, width: Int?) throws(ParquetError) {
        prefixes = try DeltaDecoder(source)
        suffixes = try DeltaLengthByteArrays(try prefixes.rest())
        (self.limit, self.width) = (limit, width)
    }

    var bytes: RawMemory? { made }

    mutating func decode(
        _ count: Int, to target: UnsafeMutablePointer<UInt64>
    ) throws(ParquetError) -> Int {
        if used == pending.count { try fill(count, target) }
        guard let source = suffixes.bytes else { return 0 }
        var output = try GrowingBytes(capacity: min(limit, 64 << 10))
        var done = 0
        while done < count, used < pending.count, done == 0 || output.count < limit {
            let (prefix, suffix) = (pending[used].prefix, ByteSpan(word: pending[used].suffix))
            guard prefix <= UInt64(lastSpan.count),
                lastSpan.count + suffix.count <= Int(Int32.max)
            else {
                throw ParquetError(
                    "a value shares \(Int64(bitPattern: prefix)) bytes with the one before, which "
                        + "has \(lastSpan.count)",
                    hint: ParquetError.truncated)
            }
            let start = output.count
            // SAFETY: the prefix lies in the value before, by the guard; the suffix in the page.
            if done == 0, let last {
                try output.append(last.base + lastSpan.start, Int(prefix))
            } else {
                try output.repeatBytes(at: lastSpan.start, Int(prefix))
            }
            try output.append(source.base + suffix.start, suffix.count)
            lastSpan = ByteSpan(start, output.count - start)
            guard width == nil || width == lastSpan.count else {
                throw ParquetError(
                    "a value of \(lastSpan.count) bytes where each has \(width ?? 0)",
                    hint: ParquetError.truncated)
            }
            target[done] = lastSpan.word
            done += 1
            used += 1
        }
        (made, last) = (output.memory, output.memory)
        return done
    }

    /// Decodes the next `count` lengths, with `room` for as many words.
    private mutating func fill(
        _ count: Int, _ room: UnsafeMutablePointer<UInt64>
    ) throws(ParquetError) {
        pending.removeAll(keepingCapacity: true)
        used = 0
        pending.reserveCapacity(count)
        try prefixes.decode(count, to: room)
        for index in 0..<count { pending.append((room[index], 0)) }
        _ = try suffixes.decode(count, to: room)
        for index in 0..<count { pending[index].suffix = room[index] }
    }
}

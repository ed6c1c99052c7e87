/// Makes of stored values what is handed out: text of dates, decimals and the like.
struct ValueRenderer {
    private let rendering: ColumnType.Rendering
    private let isStoredAsBytes: Bool
    private var text: [UInt8] = []

    init(_ type: ColumnType) {
        rendering = type.rendering
        isStoredAsBytes = type.isStoredAsBytes
    }

    /// Replaces `count` words, which are spans of `bytes` where values are stored as bytes.
    ///
    /// - Returns: what the words are spans of afterwards; nil where they are numbers.
    mutating func render(
        _ words: UnsafeMutablePointer<UInt64>, _ count: Int, _ bytes: RawMemory?
    ) throws(ParquetError) -> RawMemory? {
        switch rendering {
        case .none: return bytes
        case .float16:
            for index in 0..<count {
                let bits = Self.stored(words[index], bytes).loadUnaligned(as: UInt16.self)
                words[index] = Double(Float(Float16(bitPattern: bits))).bitPattern
            }
            return nil
        default: break
        }
        var output = try GrowingBytes(capacity: count * 32)
        for index in 0..<count {
            text.removeAll(keepingCapacity: true)
            try append(words[index], bytes)
            let start = output.count
            for byte in text { try output.append(byte) }
            words[index] = ByteSpan(start, text.count).word
        }
        return output.memory
    }

    private mutating func append(_ word: UInt64, _ bytes: RawMemory?) throws(ParquetError) {
        let number = Int64(bitPattern: word)
        switch rendering {
        case .none, .float16: break
        case .date: ValueText.append(date: number, to: &text)
        case .time(let unit): ValueText.append(time: number, unit, to: &text)
        case .timestamp(let unit, let isUTC):
            ValueText.append(timestamp: number, unit, isUTC: isUTC, to: &text)
        case .legacyTimestamp:
            ValueText.append(legacyTimestamp: Self.stored(word, bytes), to: &text)
        case .uuid: ValueText.append(uuid: Self.stored(word, bytes), to: &text)
        case .decimal(let scale) where isStoredAsBytes:
            try DecimalText.append(Self.stored(word, bytes), scale: scale, to: &text)
        case .decimal(let scale): DecimalText.append(number, scale: scale, to: &text)
        }
    }

    /// The bytes of a span, which the decoder holds within `bytes`.
    private static func stored(_ word: UInt64, _ bytes: RawMemory?) -> UnsafeRawBufferPointer {
        let span = ByteSpan(word: word)
        return UnsafeRawBufferPointer(start: bytes.map { $0.base + span.start }, count: span.count)
    }
}

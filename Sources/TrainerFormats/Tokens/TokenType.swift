/// How a token id is stored in a file; the lowest byte is first.
public enum TokenType: String, Sendable, CaseIterable {
    /// 2 bytes, ids up to 65,535.
    case uint16
    /// 4 bytes with a sign.
    case int32
    /// 4 bytes without a sign.
    case uint32

    /// Bytes of an id.
    public var size: Int { self == .uint16 ? 2 : 4 }

    /// The most ids that a vocabulary may have.
    public var largestVocabulary: Int {
        switch self {
        case .uint16: 1 << 16
        case .int32, .uint32: 1 << 31
        }
    }

    /// Refuses a vocabulary whose last id does not fit.
    ///
    /// - Parameters:
    ///   - vocabulary: ids of the tokenizer, special tokens included.
    ///   - format: the format's name, for the message.
    /// - Throws: ``TrainerFormatError`` that names both numbers.
    public func check(vocabulary: Int, format: String) throws {
        guard vocabulary <= largestVocabulary else {
            throw TrainerFormatError(
                "\(format) stores token ids as \(rawValue), which has room for "
                    + "\(largestVocabulary); the vocabulary has \(vocabulary)",
                hint: "write megatron or nanoset, which store such ids in 4 bytes, or name another "
                    + "tokenizer")
        }
    }

    /// Appends ids as they are stored.
    ///
    /// - Parameters:
    ///   - ids: token ids.
    ///   - vocabulary: one more than the largest id that may come.
    ///   - bytes: where they go.
    /// - Throws: ``TrainerFormatError`` for an id outside the vocabulary.
    func append(_ ids: ArraySlice<Int32>, vocabulary: Int, to bytes: inout [UInt8]) throws {
        // One unsigned comparison finds negative ids, too.
        if let wrong = ids.first(where: { UInt32(bitPattern: $0) >= UInt32(vocabulary) }) {
            throw TrainerFormatError("token id \(wrong) is outside the vocabulary of \(vocabulary)")
        }
        switch self {
        case .uint16:
            let narrow = ids.map { UInt16(truncatingIfNeeded: $0).littleEndian }
            narrow.withUnsafeBytes { bytes.append(contentsOf: $0) }
        case .int32, .uint32:
            #if _endian(little)
                ids.withUnsafeBytes { bytes.append(contentsOf: $0) }
            #else
                for id in ids { bytes.appendLittleEndian(id) }
            #endif
        }
    }
}

/// How a stored number becomes a word.
enum WordForm {
    /// 32 bits, signed.
    case signed32
    /// 32 bits, unsigned.
    case unsigned32
    /// 32 bits, a float.
    case float
    /// 64 bits as they are.
    case word

    /// The form of a column whose values are numbers.
    init(_ type: ColumnType) {
        switch type.physical {
        case .int32: self = type.kind == .unsigned ? .unsigned32 : .signed32
        case .float: self = .float
        default: self = .word
        }
    }

    /// Bytes that a value takes.
    var width: Int { self == .word ? 8 : 4 }

    /// The word of 32 stored bits.
    func word(_ bits: UInt32) -> UInt64 {
        switch self {
        case .signed32: UInt64(bitPattern: Int64(Int32(bitPattern: bits)))
        case .float: Double(Float(bitPattern: bits)).bitPattern
        case .unsigned32, .word: UInt64(bits)
        }
    }
}

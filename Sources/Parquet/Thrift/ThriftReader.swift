/// Reads Thrift's compact protocol from untrusted bytes, each read checked against what remains.
///
/// A struct is read field by field: ``nextField(after:)`` until it is nil, and of each field
/// either its value or ``skip(_:)``.
struct ThriftReader {
    /// A field's number and type; its value follows.
    struct Field {
        let id: Int
        let type: ThriftType
    }

    /// How deep structs, lists and maps may lie in each other.
    static let deepest = 32

    private let bytes: UnsafeRawBufferPointer

    /// Offset of the next byte.
    private(set) var offset = 0

    /// Whether a read failed because the bytes ended, which more bytes would cure.
    private(set) var ranOut = false

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// Bytes that are left.
    var remaining: Int { bytes.count - offset }

    /// The next field of a struct; nil at its end.
    mutating func nextField(after last: inout Int) throws(ParquetError) -> Field? {
        let header = try byte()
        if header == 0 { return nil }
        let type = try type(header & 0x0F)
        let delta = Int(header >> 4)
        let id = delta == 0 ? Int(try zigzag()) : last + delta
        guard (0...Int(Int16.max)).contains(id) else { throw damaged("field number \(id)") }
        last = id
        return Field(id: id, type: type)
    }

    /// A boolean, which stands in the field's type.
    func bool(_ field: Field) throws(ParquetError) -> Bool {
        switch field.type {
        case .yes: return true
        case .no: return false
        default: throw mismatch(field, "a boolean")
        }
    }

    /// An integer of any width.
    mutating func integer(_ field: Field) throws(ParquetError) -> Int {
        switch field.type {
        case .byte: return Int(Int8(bitPattern: try byte()))
        case .int16, .int32, .int64: return Int(try zigzag())
        default: throw mismatch(field, "an integer")
        }
    }

    /// A string, in valid UTF-8 whatever the bytes are.
    mutating func string(_ field: Field) throws(ParquetError) -> String {
        guard field.type == .binary else { throw mismatch(field, "a string") }
        return String(decoding: try binary(), as: UTF8.self)
    }

    /// The bytes of a string, whatever they are.
    mutating func bytes(_ field: Field) throws(ParquetError) -> [UInt8] {
        guard field.type == .binary else { throw mismatch(field, "a string") }
        return Array(try binary())
    }

    /// Fails where the field is no struct.
    func structure(_ field: Field) throws(ParquetError) {
        guard field.type == .structure else { throw mismatch(field, "a struct") }
    }

    /// How many structs the list has; each takes a byte at least.
    mutating func structures(_ field: Field) throws(ParquetError) -> Int {
        guard field.type == .list else { throw mismatch(field, "a list") }
        let (type, count) = try list()
        guard type == .structure || count == 0 else { throw mismatch(field, "a list of structs") }
        return count
    }

    /// Passes over a value.
    mutating func skip(_ type: ThriftType, depth: Int = 0) throws(ParquetError) {
        guard depth < Self.deepest else { throw damaged("values nested \(depth) deep") }
        switch type {
        case .yes, .no: break
        case .byte: _ = try byte()
        case .int16, .int32, .int64: _ = try zigzag()
        case .double: _ = try take(8)
        case .uuid: _ = try take(16)
        case .binary: _ = try binary()
        case .structure:
            var last = 0
            while let field = try nextField(after: &last) {
                try skip(field.type, depth: depth + 1)
            }
        case .list, .set:
            let (element, count) = try list()
            for _ in 0..<count { try skipElement(element, depth: depth + 1) }
        case .map:
            let count = try count()
            guard count > 0 else { return }
            let types = try byte()
            let (key, value) = (try self.type(types >> 4), try self.type(types & 0x0F))
            for _ in 0..<count {
                try skipElement(key, depth: depth + 1)
                try skipElement(value, depth: depth + 1)
            }
        }
    }

    /// In a list a boolean is a byte of its own.
    private mutating func skipElement(_ type: ThriftType, depth: Int) throws(ParquetError) {
        if type == .yes || type == .no { _ = try byte() } else { try skip(type, depth: depth) }
    }

    private mutating func list() throws(ParquetError) -> (ThriftType, Int) {
        let header = try byte()
        let short = Int(header >> 4)
        if short == 0 { return (ThriftType(rawValue: header & 0x0F) ?? .byte, 0) }
        let type = try type(header & 0x0F)
        return (type, short == 15 ? try count() : try checked(UInt64(short)))
    }

    /// A count of things that each take a byte at least, so that no count asks for more work than
    /// there are bytes.
    private mutating func count() throws(ParquetError) -> Int { try checked(try varint()) }

    private mutating func checked(_ count: UInt64) throws(ParquetError) -> Int {
        guard count <= UInt64(remaining) else {
            ranOut = true
            throw damaged("a count of \(count) where \(remaining) bytes remain")
        }
        return Int(count)
    }

    private mutating func binary() throws(ParquetError) -> UnsafeRawBufferPointer {
        try take(try count())
    }

    private mutating func take(_ count: Int) throws(ParquetError) -> UnsafeRawBufferPointer {
        guard count <= remaining else {
            ranOut = true
            throw damaged("it ends within a value")
        }
        defer { offset += count }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }

    private mutating func byte() throws(ParquetError) -> UInt8 {
        guard offset < bytes.count else {
            ranOut = true
            throw damaged("it ends within a value")
        }
        defer { offset += 1 }
        return bytes[offset]
    }

    private mutating func varint() throws(ParquetError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            let next = try byte()
            value |= UInt64(next & 0x7F) << shift
            if next & 0x80 == 0 { return value }
        }
        throw damaged("an integer of more than 64 bits")
    }

    private mutating func zigzag() throws(ParquetError) -> Int64 {
        let value = try varint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    private func type(_ code: UInt8) throws(ParquetError) -> ThriftType {
        guard let type = ThriftType(rawValue: code) else { throw damaged("type \(code)") }
        return type
    }

    private func mismatch(_ field: Field, _ expected: String) -> ParquetError {
        damaged("field \(field.id) is no \(expected.drop { $0 != " " }.dropFirst())")
    }

    private func damaged(_ what: String) -> ParquetError {
        ParquetError("the metadata are damaged: \(what)", hint: ParquetError.truncated)
    }
}

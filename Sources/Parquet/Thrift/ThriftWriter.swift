/// Writes Thrift's compact protocol; fields of a struct are given in the order of their numbers.
struct ThriftWriter {
    /// What was written.
    private(set) var bytes: [UInt8] = []
    private var last = 0

    /// A field that holds an integer of 32 bits.
    mutating func int32(_ id: Int, _ value: Int) {
        header(id, .int32)
        zigzag(Int64(value))
    }

    /// A field that holds an integer of 64 bits.
    mutating func int64(_ id: Int, _ value: Int) {
        header(id, .int64)
        zigzag(Int64(value))
    }

    /// A field that holds an integer of 16 bits.
    mutating func int16(_ id: Int, _ value: Int) {
        header(id, .int16)
        zigzag(Int64(value))
    }

    /// A field that is true or false.
    mutating func bool(_ id: Int, _ value: Bool) { header(id, value ? .yes : .no) }

    /// A field that holds bytes.
    mutating func binary(_ id: Int, _ value: some Collection<UInt8>) {
        header(id, .binary)
        append(value)
    }

    /// A field that holds a struct, which `body` writes.
    mutating func structure(_ id: Int, _ body: (inout ThriftWriter) -> Void) {
        header(id, .structure)
        element(body)
    }

    /// A field that holds a list of structs, each written by `body`.
    mutating func structures<Element>(
        _ id: Int, _ elements: some Collection<Element>,
        _ body: (inout ThriftWriter, Element) -> Void
    ) {
        list(id, .structure, elements.count)
        for value in elements { element { body(&$0, value) } }
    }

    /// A field that holds a list of integers of 32 bits.
    mutating func int32s(_ id: Int, _ values: [Int]) {
        list(id, .int32, values.count)
        for value in values { zigzag(Int64(value)) }
    }

    /// A field that holds a list of strings.
    mutating func strings(_ id: Int, _ values: [String]) {
        list(id, .binary, values.count)
        for value in values { append(value.utf8) }
    }

    /// Ends the outermost struct.
    mutating func stop() { bytes.append(0) }

    private mutating func element(_ body: (inout ThriftWriter) -> Void) {
        let outer = last
        last = 0
        body(&self)
        stop()
        last = outer
    }

    private mutating func header(_ id: Int, _ type: ThriftType) {
        precondition(id > last && id <= Int(Int16.max))
        if id - last <= 15 {
            bytes.append(UInt8(id - last) << 4 | type.rawValue)
        } else {
            bytes.append(type.rawValue)
            zigzag(Int64(id))
        }
        last = id
    }

    private mutating func list(_ id: Int, _ type: ThriftType, _ count: Int) {
        header(id, .list)
        if count < 15 {
            bytes.append(UInt8(count) << 4 | type.rawValue)
        } else {
            bytes.append(0xF0 | type.rawValue)
            varint(UInt64(count))
        }
    }

    private mutating func append(_ value: some Collection<UInt8>) {
        varint(UInt64(value.count))
        bytes += value
    }

    private mutating func zigzag(_ value: Int64) {
        varint(UInt64(bitPattern: value << 1 ^ value >> 63))
    }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}

/// A GGUF file taken apart so that single fields can be changed; for undamaged files alone.
struct GGUFImage {
    /// A metadata entry: its value as the file has it.
    struct Entry {
        var key: [UInt8]
        var type: UInt32
        var value: [UInt8]
    }

    /// A tensor's entry.
    struct Tensor {
        var name: [UInt8]
        var dimensions: [UInt64]
        var type: UInt32
        var offset: UInt64
    }

    var version: UInt32
    var entries: [Entry] = []
    var tensors: [Tensor] = []
    /// What stands behind the entries, from the alignment on.
    var data: [UInt8] = []
    /// Counts to write in place of the real ones.
    var tensorCount: UInt64?
    /// The same for metadata.
    var entryCount: UInt64?

    private struct Walk {
        var bytes: [UInt8]
        var offset = 0

        mutating func take(_ count: Int) -> [UInt8]? {
            guard count >= 0, count <= bytes.count - offset else { return nil }
            defer { offset += count }
            return Array(bytes[offset..<offset + count])
        }

        mutating func integer<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type) -> T? {
            take(MemoryLayout<T>.size).map { bytes in
                bytes.withUnsafeBytes { T(littleEndian: $0.loadUnaligned(as: T.self)) }
            }
        }

        mutating func string() -> [UInt8]? {
            guard let length = integer(UInt64.self).flatMap(Int.init(exactly:)) else { return nil }
            return take(length)
        }

        mutating func value(_ type: UInt32) -> [UInt8]? {
            let start = offset
            let sizes: [UInt32: Int] = [
                0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8,
            ]
            if type == 9 {
                guard let element = integer(UInt32.self), let count = integer(UInt64.self) else {
                    return nil
                }
                for _ in 0..<count { guard value(element) != nil else { return nil } }
            } else if type == 8 {
                guard string() != nil else { return nil }
            } else {
                guard take(sizes[type] ?? -1) != nil else { return nil }
            }
            return Array(bytes[start..<offset])
        }
    }

    /// The parts of `file`; nil where it is damaged.
    init?(_ file: [UInt8]) {
        var walk = Walk(bytes: file)
        guard walk.take(4) == Array("GGUF".utf8), let version = walk.integer(UInt32.self),
            let tensorCount = walk.integer(UInt64.self), let count = walk.integer(UInt64.self)
        else { return nil }
        self.version = version
        for _ in 0..<count {
            guard let key = walk.string(), let type = walk.integer(UInt32.self),
                let value = walk.value(type)
            else { return nil }
            entries.append(Entry(key: key, type: type, value: value))
        }
        for _ in 0..<tensorCount {
            guard let name = walk.string(), let rank = walk.integer(UInt32.self) else { return nil }
            var dimensions: [UInt64] = []
            for _ in 0..<rank {
                guard let size = walk.integer(UInt64.self) else { return nil }
                dimensions.append(size)
            }
            guard let type = walk.integer(UInt32.self), let offset = walk.integer(UInt64.self)
            else { return nil }
            tensors.append(Tensor(name: name, dimensions: dimensions, type: type, offset: offset))
        }
        data = Array(file.dropFirst((walk.offset + 31) / 32 * 32))
    }

    /// The file again.
    var file: [UInt8] {
        var out: [UInt8] = []
        func integer(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.littleEndian) { out.append(contentsOf: $0) }
        }
        func string(_ bytes: [UInt8]) {
            integer(UInt64(bytes.count))
            out += bytes
        }
        out += Array("GGUF".utf8)
        integer(version)
        integer(tensorCount ?? UInt64(tensors.count))
        integer(entryCount ?? UInt64(entries.count))
        for entry in entries {
            string(entry.key)
            integer(entry.type)
            out += entry.value
        }
        for tensor in tensors {
            string(tensor.name)
            integer(UInt32(tensor.dimensions.count))
            for size in tensor.dimensions { integer(size) }
            integer(tensor.type)
            integer(tensor.offset)
        }
        out += [UInt8](repeating: 0, count: (32 - out.count % 32) % 32)
        return out + data
    }
}

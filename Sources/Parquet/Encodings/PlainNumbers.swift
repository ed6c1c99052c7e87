/// PLAIN of INT32, INT64, FLOAT and DOUBLE: values one after the other, little-endian.
struct PlainNumbers: ValueDecoder {
    private var source: PageBytes
    private let form: WordForm

    init(_ source: PageBytes, _ form: WordForm) {
        (self.source, self.form) = (source, form)
    }

    var bytes: RawMemory? { nil }

    mutating func decode(
        _ count: Int, to target: UnsafeMutablePointer<UInt64>
    ) throws(ParquetError) -> Int {
        let base = try source.take(count * form.width, "numbers").base
        // SAFETY: `take` holds `count` values within the page; the caller has room for as many.
        switch form {
        case .word:
            for index in 0..<count {
                target[index] = base.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self)
            }
        case .signed32, .unsigned32, .float:
            for index in 0..<count {
                target[index] = form.word(
                    base.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self))
            }
        }
        return count
    }
}

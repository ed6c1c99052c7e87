/// DELTA_BINARY_PACKED of INT32 and INT64.
struct DeltaIntegers: ValueDecoder {
    private var decoder: DeltaDecoder
    private let form: WordForm

    init(_ source: PageBytes, _ form: WordForm) throws(ParquetError) {
        decoder = try DeltaDecoder(source)
        self.form = form
    }

    var bytes: RawMemory? { nil }

    mutating func decode(
        _ count: Int, to target: UnsafeMutablePointer<UInt64>
    ) throws(ParquetError) -> Int {
        try decoder.decode(count, to: target)
        // Sums of 32-bit integers wrap around at 32 bits.
        if form != .word {
            for index in 0..<count {
                target[index] = form.word(UInt32(truncatingIfNeeded: target[index]))
            }
        }
        return count
    }
}

/// PLAIN_DICTIONARY and RLE_DICTIONARY: the indices' width in a byte, then runs of indices.
struct DictionaryValues: ValueDecoder {
    private let dictionary: ValueDictionary
    private var decoder: HybridDecoder
    private var indices: RawMemory?

    init(_ source: PageBytes, _ dictionary: ValueDictionary) throws(ParquetError) {
        self.dictionary = dictionary
        var source = source
        // A page without values may lack the byte.
        let width = source.count == 0 ? 0 : Int(try source.byte("indices"))
        decoder = try HybridDecoder(source, width: width, "indices into the dictionary")
    }

    var bytes: RawMemory? { dictionary.bytes }

    mutating func decode(
        _ count: Int, to target: UnsafeMutablePointer<UInt64>
    ) throws(ParquetError) -> Int {
        let scratch = try RawMemory.recycled(&indices, count * 4)
        indices = scratch
        let indices = scratch.bound(to: UInt32.self)
        try decoder.decode(count, to: indices)
        let size = UInt32(clamping: dictionary.count)
        let words = dictionary.words.bound(to: UInt64.self)
        for position in 0..<count {
            let index = indices[position]
            guard index < size else {
                throw ParquetError(
                    "index \(index) into a dictionary of \(size) values",
                    hint: ParquetError.truncated)
            }
            target[position] = words[Int(index)]
        }
        return count
    }
}

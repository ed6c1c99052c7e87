/// The values that a column chunk's pages point to (Encodings.md, "Dictionary Encoding").
struct ValueDictionary {
    /// How many values there are.
    let count: Int
    /// The values, a word each.
    let words: RawMemory
    /// What their spans are spans of.
    let bytes: RawMemory?

    /// Reads a dictionary page, which is PLAIN; its words are memory of `budget`.
    init(_ page: Page, _ type: ColumnType, _ budget: PageBudget) throws(ParquetError) {
        let code = page.header.encoding
        guard code == Encoding.plain.rawValue || code == Encoding.plainDictionary.rawValue else {
            throw ParquetError("a dictionary is encoded as \(Encoding.name(code)), expected PLAIN")
        }
        guard type.physical != .boolean else {
            throw ParquetError("booleans have a dictionary, which the format does not allow")
        }
        count = page.header.valueCount
        // Before memory is taken: no value takes less than its width, or its length's 4 bytes.
        let smallest = type.physical.width(typeLength: type.typeLength) ?? 4
        guard count <= page.size / smallest else {
            throw ParquetError(
                "a dictionary of \(count) values in \(page.size) bytes",
                hint: ParquetError.truncated)
        }
        words = try RawMemory(count * 8, of: budget)
        var decoder = ValueDecoders.plain(PageBytes(page.memory, 0, page.size), type)
        _ = try decoder.decode(count, to: words.bound(to: UInt64.self))
        bytes = decoder.bytes
    }
}

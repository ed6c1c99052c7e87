/// Takes a data page apart: levels first, then values (README.md, "Data Pages").
enum PageLevels {
    /// The definition levels and the values of a page of a flat column.
    static func split(
        _ page: Page, isOptional: Bool
    ) throws(ParquetError) -> (DefinitionLevels, PageBytes) {
        let header = page.header
        var bytes = PageBytes(page.memory, 0, page.size)
        if header.kind == .dataV2 {
            _ = try bytes.take(header.repetitionSize, "repetition levels")
            let levels = try bytes.take(header.definitionSize, "definition levels")
            guard isOptional, header.nullCount > 0 || header.definitionSize > 0 else {
                return (.none, bytes)
            }
            return (.hybrid(try HybridDecoder(levels, width: 1, "definition levels")), bytes)
        }
        guard isOptional else { return (.none, bytes) }
        if header.levelEncoding == Encoding.bitPacked.rawValue {
            let levels = try bytes.take((header.valueCount + 7) / 8, "definition levels")
            return (.packed(levels, bit: 0), bytes)
        }
        guard header.levelEncoding == Encoding.rle.rawValue else {
            throw ParquetError(
                "definition levels are encoded as \(Encoding.name(header.levelEncoding)), which is "
                    + "not read")
        }
        let length = try bytes.length("definition levels")
        let levels = try bytes.take(length, "definition levels")
        return (.hybrid(try HybridDecoder(levels, width: 1, "definition levels")), bytes)
    }
}

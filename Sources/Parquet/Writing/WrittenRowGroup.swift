/// What the metadata say of a row group that was written.
struct WrittenRowGroup {
    /// Rows of it.
    let rows: Int
    /// Its column chunks.
    var chunks: [WrittenChunk] = []

    init(rows: Int) {
        self.rows = rows
    }
}

/// What the metadata say of a column chunk that was written.
struct WrittenChunk {
    /// Offset of its first page.
    let start: Int
    /// Bytes of the dictionary's page; 0 where there is none.
    let dictionarySize: Int
    /// Bytes of all pages.
    let compressedSize: Int
    /// Bytes of all pages before compression.
    let uncompressedSize: Int
    /// Values, those that are null among them.
    let values: Int
    /// How pages are encoded.
    let encodings: [Encoding]
    /// What is said of the values.
    let statistics: ColumnStatistics

    init(_ chunk: ColumnWriter.Chunk, start: Int) {
        self.start = start
        dictionarySize = chunk.dictionary.count
        compressedSize = chunk.dictionary.count + chunk.pages.count
        uncompressedSize = chunk.uncompressedSize
        values = chunk.values
        let hasDictionary = !chunk.dictionary.isEmpty
        // A dictionary is PLAIN itself.
        encodings =
            (hasDictionary || chunk.isPlain ? [.plain] : []) + [.rle]
            + (hasDictionary ? [.rleDictionary] : [])
        statistics = chunk.statistics
    }
}

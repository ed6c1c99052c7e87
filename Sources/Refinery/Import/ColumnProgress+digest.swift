import Crypto

extension ColumnProgress {
    /// Digests lines as they pass.
    struct Digest {
        private var hash = SHA256()

        /// The digest of no line, read as ordered.
        init(_ order: ColumnImportJob.Order) {
            let fields = [
                "refinery-column-1", order.corpus, order.idField, order.chunkField,
                order.valueField, order.replace ? "replace" : "",
            ]
            for field in fields { hash.update(data: Array(field.utf8) + [0]) }
        }

        /// Adds a line.
        mutating func add(_ line: LineSplitter.Line) {
            switch line {
            case .bytes(let bytes): hash.update(bufferPointer: bytes)
            case .tooLong(let length): hash.update(data: Array("\(length) bytes".utf8))
            }
            hash.update(data: [0x0A])
        }

        /// The digest so far.
        var value: String { Hex.string(hash.finalize()) }
    }
}

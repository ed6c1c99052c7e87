extension JSONScanner {
    /// What a value says as a document's id.
    enum DocumentID {
        case id([UInt8])
        /// Missing, null or empty.
        case none
        /// Of a kind that no id has.
        case wrong(Kind)
    }

    /// Reads a value of a checked line as a document's id: an integer stands for its decimal text.
    func documentID(_ value: Value?) -> DocumentID {
        switch value?.kind {
        case nil, .null: return .none
        case .string:
            guard let value, value.range.count > 2 else { return .none }
            return .id(text(value))
        case .number:
            guard let range = value?.range else { return .none }
            let digits = Array(bytes[range])
            let isInteger = digits.allSatisfy { $0 == 0x2D || $0 &- 0x30 < 10 }
            if !isInteger { return .wrong(.number) }
            return .id(digits == Array("-0".utf8) ? [0x30] : digits)
        case .some(let kind): return .wrong(kind)
        }
    }

    /// Passes white space up to the end of the line.
    mutating func end() throws(JSONError) {
        skipSpace()
        guard next == nil else { throw expected("the end of the line") }
    }
}

extension JSONScanner {
    /// A checked value as a column holds it, nil where none can.
    func columnValue(_ value: Value) -> ColumnValue? {
        switch value.kind {
        case .number:
            let number = Double(String(decoding: bytes[value.range], as: UTF8.self))
            return number.flatMap { abs($0) <= ColumnValue.greatest ? .number($0) : nil }
        case .string:
            let name = text(value)
            let taken = [DomainName.none, DomainName.others].map { Array($0.utf8) }
            guard (1...ColumnValue.longestCategory).contains(name.count), !taken.contains(name)
            else { return nil }
            return .category(name)
        default: return nil
        }
    }
}

extension OutputRow {
    /// The row that a line says.
    ///
    /// - Throws: ``RefineryError`` for numbers that no row has.
    public init(_ line: RowLine) throws {
        document = line.text(0)
        ordinal = try line.isNull(1) ? nil : line.integer(1)
        text = line.text(2)
        domain = line.isNull(3) ? nil : line.text(3)
        score = try line.double(4)
        teacherNLL = try line.isNull(5) ? .nan : line.double(5)
        referenceNLL = try line.double(6)
        tokens = try line.integer(7)
        rank = try line.integer(8)
        let (start, end) = (try line.integer(9), try line.integer(10))
        guard start <= end else { throw RowLine.unexpected("it ends before it starts") }
        range = start..<end
        isFinal = line.boolean(11)
        fields = line.hasFields && !line.isNull(12) ? line.object(12) : nil
    }
}

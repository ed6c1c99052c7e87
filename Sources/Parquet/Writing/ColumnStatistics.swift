/// What a page or a column chunk says of its values (parquet.thrift, `Statistics`).
struct ColumnStatistics {
    /// Values that are null.
    var nullCount = 0
    private var integers: ClosedRange<Int64>?
    private var doubles: ClosedRange<Double>?

    /// Takes an integer, or a boolean as 0 or 1.
    mutating func add(_ value: Int64) {
        integers =
            min(integers?.lowerBound ?? value, value)...max(integers?.upperBound ?? value, value)
    }

    /// Takes a number; a NaN has no place in an order.
    mutating func add(_ value: Double) {
        guard !value.isNaN else { return }
        doubles =
            min(doubles?.lowerBound ?? value, value)...max(doubles?.upperBound ?? value, value)
    }

    /// Takes what was said of other values.
    mutating func add(_ other: ColumnStatistics) {
        nullCount += other.nullCount
        if let range = other.integers {
            add(range.lowerBound)
            add(range.upperBound)
        }
        if let range = other.doubles {
            add(range.lowerBound)
            add(range.upperBound)
        }
    }

    /// Writes the struct; of texts it has the nulls only.
    func write(_ kind: ParquetWriterColumn.Kind, to writer: inout ThriftWriter) {
        writer.int64(3, nullCount)
        guard let (low, high) = bounds(kind) else { return }
        writer.binary(5, high)
        writer.binary(6, low)
    }

    /// Minimum and maximum in PLAIN.
    private func bounds(_ kind: ParquetWriterColumn.Kind) -> ([UInt8], [UInt8])? {
        func plain(_ bits: UInt64) -> [UInt8] {
            withUnsafeBytes(of: bits.littleEndian) { Array($0) }
        }
        switch kind {
        case .text: return nil
        case .integer:
            return integers.map {
                (plain(UInt64(bitPattern: $0.lowerBound)), plain(UInt64(bitPattern: $0.upperBound)))
            }
        case .boolean: return integers.map { ([UInt8($0.lowerBound)], [UInt8($0.upperBound)]) }
        case .double:
            // Both zeros are in a range that ends with one (parquet.thrift, `ColumnOrder`).
            return doubles.map { range in
                let low = range.lowerBound == 0 ? -0.0 : range.lowerBound
                let high = range.upperBound == 0 ? 0.0 : range.upperBound
                return (plain(low.bitPattern), plain(high.bitPattern))
            }
        }
    }
}

import Parquet

/// Reads and writes as fast as it can, for scripts/bench/parquet.py.
enum Bench {
    /// Copies every value of a text column to a buffer, as who reads it would; prints seconds,
    /// rows and bytes.
    static func read(path: String, column: String) throws {
        let clock = ContinuousClock()
        let start = clock.now
        var reader = try ParquetFile(path: path).reader(columns: [column])
        var (rows, bytes) = (0, 0)
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while let batch = try reader.next() {
            let values = batch.columns[0]
            for row in 0..<batch.count {
                values.withBytes(row) { value in
                    if value.count > buffer.count {
                        buffer = [UInt8](repeating: 0, count: value.count)
                    }
                    buffer.withUnsafeMutableBytes { $0.copyMemory(from: value) }
                    bytes += value.count
                }
            }
            rows += batch.count
        }
        print("\(seconds(clock.now - start)) \(rows) \(bytes)")
    }

    private static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }
}

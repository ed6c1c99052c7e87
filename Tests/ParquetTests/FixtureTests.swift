import Parquet
import Testing

@testable import parquet_judge

/// Files by pyarrow, DuckDB and Polars, value by value.
@Suite struct FixtureTests {
    @Test("every value is the one that was written", arguments: Fixture.names)
    func values(name: String) throws {
        let found = try Fixture.read(Fixture.path(name))
        let expected = try Fixture.expected(name)
        #expect(found.count == expected.count)
        let different = zip(found, expected).enumerated().first { $1.0 != $1.1 }
        #expect(different == nil)
    }

    @Test("all codecs in both versions of pages are there")
    func names() {
        let codecs = ["none", "snappy", "gzip", "brotli", "lz4", "zstd"]
        for codec in codecs {
            #expect(Fixture.names.contains("encodings-\(codec)-v1"))
            #expect(Fixture.names.contains("encodings-\(codec)-v2"))
        }
        #expect(Fixture.names.count >= 30)
    }

    @Test(
        "batches of few rows and few bytes have the same values",
        arguments: ["encodings-zstd-v1", "encodings-none-v2", "pages", "types", "nulls-v1"])
    func smallBatches(name: String) throws {
        var limits = ParquetLimits()
        for (rows, bytes) in [(1, 1), (3, 20), (7, 1 << 20)] {
            (limits.batchRows, limits.batchBytes) = (rows, bytes)
            #expect(try Fixture.read(Fixture.path(name), limits: limits) == Fixture.expected(name))
        }
    }

    @Test("one column, and columns in another order, have the same values")
    func someColumns() throws {
        let file = try ParquetFile(path: Fixture.path("pages"))
        let all = try Fixture.expected("pages")
        #expect(file.columns.map(\.name) == ["id", "text", "domain", "score", "tokens"])
        #expect(try Fixture.read(file, ["text"]) == all.map { [$0[1]] })
        #expect(try Fixture.read(file, ["tokens", "id"]) == all.map { [$0[4], $0[0]] })
        #expect(try Fixture.read(file, ["id", "id"]) == all.map { [$0[0], $0[0]] })
    }

    @Test("a batch keeps its values when the reader goes on")
    func keptBatches() throws {
        for name in ["pages", "polars-uncompressed", "fallback", "encodings-none-v1"] {
            let file = try ParquetFile(path: Fixture.path(name))
            var reader = try file.reader(columns: file.columns.map(\.name))
            var batches: [ParquetBatch] = []
            while let batch = try reader.next() { batches.append(batch) }
            let rows = batches.flatMap { batch in
                (0..<batch.count).map { row in batch.columns.map { ValueDump.text($0, row) } }
            }
            #expect(try rows == Fixture.expected(name))
        }
    }

    @Test("nested columns are named and passed over")
    func nested() throws {
        let file = try ParquetFile(path: Fixture.path("types"))
        #expect(file.skippedColumns.map(\.name) == ["list", "struct", "map"])
        #expect(file.column(named: "uuid")?.typeName == "uuid")
        #expect(file.column(named: "timestamp-ms-utc")?.typeName == "timestamp(ms, UTC)")
        #expect(file.column(named: "binary")?.kind == .binary)
        #expect(file.column(named: "uint64")?.kind == .unsigned)
        #expect(file.column(named: "half")?.kind == .float)
        #expect(file.column(named: "list") == nil)
        let error = #expect(throws: ParquetError.self) { try file.reader(columns: ["list"]) }
        #expect(error?.reason == "column \"list\" is not read: it is nested")
        let missing = #expect(throws: ParquetError.self) { try file.reader(columns: ["texd"]) }
        #expect(missing?.message.hasSuffix("types.parquet: there is no column \"texd\"") == true)
        #expect(missing?.hint?.contains("\"int8\", \"uint8\"") == true)
    }

    @Test("a required column is not optional, an optional one is")
    func optional() throws {
        let file = try ParquetFile(path: Fixture.path("encodings-none-v1"))
        for column in file.columns {
            #expect(column.isOptional == column.name.hasSuffix("-optional"), "\(column.name)")
        }
        #expect(file.createdBy.hasPrefix("parquet-cpp-arrow"))
    }
}

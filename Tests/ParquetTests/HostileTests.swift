import Foundation
import Testing

@testable import Parquet

/// Takes a value, so that what made it is not left out.
@inline(never) private func blackHole(_ value: Int) {}

/// Damaged files: an error or values, never a crash, never more than the file could hold.
@Suite struct HostileTests {
    /// Reads every column, all together and each for itself, up to some rows; what failed.
    @discardableResult static func read(_ path: String) -> ParquetError? {
        var limits = ParquetLimits()
        limits.maxPageBytes = 64 << 20
        limits.maxFooterBytes = 16 << 20
        let file: ParquetFile
        do throws(ParquetError) {
            file = try ParquetFile(path: path, limits: limits)
        } catch {
            check(error, path)
            return error
        }
        let names = Set(file.columns.map(\.name)).sorted()
        var first: ParquetError?
        var next = [names]
        while let columns = next.popLast() {
            do throws(ParquetError) {
                try walk(file, columns)
            } catch {
                check(error, path)
                // What is wrong with one column must not hide what is wrong with another.
                if first == nil { next = names.filter { $0 != error.place.column }.map { [$0] } }
                first = first ?? error
            }
        }
        return first
    }

    /// Touches every value of up to 200,000 rows.
    private static func walk(_ file: ParquetFile, _ columns: [String]) throws(ParquetError) {
        var reader = try file.reader(columns: columns)
        var sum = 0
        var rows = 0
        while rows < 200_000, let batch = try reader.next() {
            if batch.count < 1 || batch.firstRow != rows + 1 { Issue.record("row \(rows)") }
            if batch.columns.count != columns.count { Issue.record("not all columns") }
            for values in batch.columns {
                for row in 0..<batch.count where !values.isNull(row) {
                    switch values.column.kind {
                    case .boolean: sum &+= values.boolean(row) ? 1 : 0
                    case .integer: sum &+= Int(values.integer(row))
                    case .unsigned: sum &+= Int(truncatingIfNeeded: values.unsigned(row))
                    case .float, .double: sum &+= values.double(row) > 0 ? 1 : 0
                    case .text, .binary:
                        sum &+= values.withBytes(row) { Int($0.first ?? 0) &+ Int($0.last ?? 0) }
                    }
                }
            }
            rows += batch.count
        }
        if rows < 200_000, rows != file.rowCount { Issue.record("\(rows) rows in silence") }
        blackHole(sum)
    }

    private static func check(_ error: ParquetError, _ path: String) {
        if !error.message.hasPrefix(path) || error.reason.isEmpty { Issue.record(error) }
        if error.description.utf8.count > 24 * ParquetError.longest { Issue.record(error) }
    }

    @Test(
        "a file cut short anywhere is refused",
        arguments: ["int96", "nulls-v2", "decimals-as-integers", "no-rows", "row-groups"])
    func truncated(name: String) throws {
        let bytes = try Fixture.bytes(name)
        let file = ScratchFile(bytes)
        #expect(Self.read(file.path) == nil)
        for size in stride(from: bytes.count - 1, through: 0, by: -1) {
            file.cut(to: size)
            #expect(Self.read(file.path) != nil, "\(size) bytes")
        }
    }

    @Test(
        "every byte changed: values or an error",
        arguments: [
            "int96", "nulls-v1", "nulls-v2", "row-groups", "empty-row-group", "polars-gzip",
            "duckdb-snappy-v2",
        ])
    func flipped(name: String) throws {
        let bytes = try Fixture.bytes(name)
        let file = ScratchFile(bytes)
        for (offset, byte) in bytes.enumerated() {
            file.set(byte ^ 1 << UInt8(offset & 7), at: offset)
            Self.read(file.path)
            file.set(byte, at: offset)
        }
        #expect(Self.read(file.path) == nil)
    }

    @Test("pages that take more memory together than is allowed are refused")
    func held() throws {
        var limits = ParquetLimits()
        func problem() throws -> String? {
            let file = try ParquetFile(path: Fixture.path("pages"), limits: limits)
            do throws(ParquetError) {
                var reader = try file.reader(columns: file.columns.map(\.name))
                while try reader.next() != nil {}
                return nil
            } catch {
                return error.reason
            }
        }
        limits.maxHeldBytes = 1000
        #expect(try problem()?.hasSuffix("together, at most 1000 are held") == true)
        limits.maxHeldBytes = 4 << 20
        #expect(try problem() == nil)
    }

    @Test("every bit of pages with a checksum changed: an error that names the place")
    func checksums() throws {
        let bytes = try Fixture.bytes("encodings-zstd-v1")
        let metadata = try ParquetFile(path: Fixture.path("encodings-zstd-v1")).rowGroups[0]
        let file = ScratchFile(bytes)
        for chunk in metadata.columns.prefix(12) {
            let range = try chunk.byteRange(fileSize: bytes.count)
            // The chunk's last byte is its last page's.
            let offset = range.upperBound - 1
            file.set(bytes[offset] ^ 4, at: offset)
            let error = try #require(Self.read(file.path))
            #expect(error.reason == "a page's checksum (CRC-32) does not match")
            #expect(error.place.rowGroup == 0 && error.place.row == 1)
            #expect(error.place.column != nil)
            file.set(bytes[offset], at: offset)
        }
    }

    @Test("rows before the damage are handed out, and the error names the first that is not")
    func rowsBefore() throws {
        let bytes = try Fixture.bytes("pages")
        let chunk = try ParquetFile(path: Fixture.path("pages")).rowGroups[0].columns[1]
        let file = ScratchFile(bytes)
        // The last page of `text`, which has a checksum.
        let offset = try chunk.byteRange(fileSize: bytes.count).upperBound - 1
        file.set(bytes[offset] ^ 1, at: offset)
        var reader = try ParquetFile(path: file.path).reader(columns: ["id", "text"])
        var texts: [[UInt8]] = []
        var failure: ParquetError?
        do throws(ParquetError) {
            while let batch = try reader.next() {
                texts += (0..<batch.count).map { batch.columns[1].bytes($0) }
            }
        } catch {
            failure = error
        }
        let expected = try Fixture.expected("pages").map { Array(($0[1] ?? "").utf8) }
        #expect(texts.count > 200 && texts.count < 300)
        #expect(texts == Array(expected.prefix(texts.count)))
        #expect(failure?.place.row == texts.count + 1)
        #expect(failure?.place.column == "text" && failure?.place.rowGroup == 0)
        let again = #expect(throws: ParquetError.self) { try reader.next() }
        #expect(again == failure)
    }

    @Test("a file that is cut short while it is read is an error, not a signal")
    func cutMeanwhile() throws {
        let file = ScratchFile(try Fixture.bytes("polars-uncompressed"))
        try withExtendedLifetime(file) {
            var reader = try ParquetFile(path: file.path).reader(columns: ["text", "tokens"])
            #expect(try reader.next() != nil)
            file.cut(to: 100)
            let error = #expect(throws: ParquetError.self) {
                while try reader.next() != nil {}
            }
            #expect(error?.reason.contains("it was cut short") == true)
        }
    }
}

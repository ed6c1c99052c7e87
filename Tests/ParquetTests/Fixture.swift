import Foundation
import Parquet
import Testing

@testable import parquet_judge

/// The small files of Tests/Fixtures/parquet, which scripts/make_parquet_fixtures.py writes.
enum Fixture {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Fixtures/parquet").path

    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return files.filter { $0.hasSuffix(".parquet") }.map { String($0.dropLast(8)) }.sorted()
    }()

    static func path(_ name: String) -> String { "\(folder)/\(name).parquet" }

    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
    }

    /// The values that a fixture has, a list a row.
    static func expected(_ name: String) throws -> [[String?]] {
        let list = name.hasPrefix("encodings-") ? "encodings" : name
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(list).jsonl"))
        return try data.split(separator: 0x0A).map { line in
            let row = try JSONSerialization.jsonObject(with: Data(line)) as? [Any]
            return try #require(row).map { $0 as? String }
        }
    }

    /// Every flat column's values of a file, a list a row.
    static func read(
        _ path: String, limits: ParquetLimits = ParquetLimits()
    ) throws -> [[String?]] {
        let file = try ParquetFile(path: path, limits: limits)
        return try read(file, file.columns.map(\.name))
    }

    /// The values of some columns of a file, a list a row.
    static func read(_ file: ParquetFile, _ columns: [String]) throws -> [[String?]] {
        var reader = try file.reader(columns: columns)
        var rows: [[String?]] = []
        while let batch = try reader.next() {
            #expect(batch.firstRow == rows.count + 1 && batch.count > 0)
            for row in 0..<batch.count {
                rows.append(batch.columns.map { ValueDump.text($0, row) })
            }
        }
        #expect(rows.count == file.rowCount)
        return rows
    }
}

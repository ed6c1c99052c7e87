import Foundation
import Testing

@testable import Refinery

/// The store that scripts/bench/make_store.py makes, which scale is measured on.
struct MadeStoreTests {
    @Test func `a made store passes the store's own check and can be selected from`() throws {
        let test = try TestStore()
        let path = test.folder.appendingPathComponent("made.db").path
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        for chunks in ["300", "3000"] {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = [
                "python3", root.appendingPathComponent("scripts/bench/make_store.py").path, path,
                "--chunks", chunks, "--jobs", "1", "--check",
            ]
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            try #require(process.terminationStatus == 0)
        }
        let store = try Store(path: path)
        let check = try store.checkPending()
        #expect(check.isClean, "\(check)")
        #expect(try store.corpora().map(\.name) == ["code", "web"])
        let summary = try store.select(SelectionRule(size: .topK(1000), corpus: "web"))
        #expect(summary.duplicates > 0 && summary.tooShort + summary.failed > 0)
        var rows = 0
        try store.exportRows(selection: summary.id, ExportOptions()) { row in
            rows += 1
            // Every text of the script begins with its chunk's number.
            let number = String(
                decoding: row.text.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self)
            #expect(Int64(number) == row.chunkID)
        }
        #expect(rows == 1000)
        try store.close()
    }
}

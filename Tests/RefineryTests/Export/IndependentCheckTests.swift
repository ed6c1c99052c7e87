import Foundation
import GRDB
import Testing

@testable import Refinery

struct IndependentCheckTests {
    /// `Tests/Oracles/check_export.py`, found from this file.
    private static var script: String {
        URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Oracles/check_export.py").path
    }

    private func check(_ arguments: [String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", IndependentCheckTests.script] + arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    private func export(
        _ test: TestStore, _ selection: Int64, _ order: ExportOrder, to path: String
    ) throws {
        let writer = try OutputWriter(path: path)
        var json = JSONBytes()
        try test.store.exportRows(selection: selection, ExportOptions(order: order)) { row in
            json.removeAll()
            row.write(to: &json, keepFields: false)
            try writer.write(json.bytes)
        }
        _ = try writer.finish()
    }

    @Test func `a script of its own finds the same rows, with the store open and closed`() throws {
        let test = try TestStore()
        try test.registerModels()
        try test.add(
            (0..<40).map {
                .test(
                    "d\($0)", "one \($0 % 30)|two\0 \($0)é|fail|short|last \($0 % 7)|", domain: "x")
            })
        try test.chunkAll()
        try test.score()
        let path = test.folder.appendingPathComponent("x.jsonl.gz").path
        let sizes: [SelectionRule.Size] = [
            .topK(20), .ratio(try DecimalFraction("0.29")), .tokenBudget(300), .minScore(0.1),
        ]
        for (size, order) in zip(sizes, [ExportOrder.corpus, .score, .corpus, .score]) {
            let made = try test.store.select(
                SelectionRule(size: size, keepDuplicates: order == .score))
            try export(test, made.id, order, to: path)
            let arguments = [test.path, path, "--order", order.rawValue]
            #expect(try check(arguments) == 0, "\(size)")
            try test.store.close()
            #expect(try check(arguments) == 0, "\(size), closed")
            try test.reopen()
        }
        // and it can fail: another order, a score one bit off
        #expect(try check([test.path, path, "--order", "corpus"]) == 1)
        try test.store.pool.write {
            try $0.execute(sql: "UPDATE score SET nll = nll * 1.0000001 WHERE model = 1")
        }
        #expect(try check([test.path, path, "--order", "score"]) == 1)
    }
}

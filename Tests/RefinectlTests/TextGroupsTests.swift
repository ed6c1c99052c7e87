import Foundation
import Refinery
import Testing

@testable import refinectl

@Suite struct TextGroupsTests {
    /// The ids of each group of `count` texts of `bytes` bytes for `threads` threads.
    private func groups(count: Int, bytes: Int, threads: Int) throws -> [[String]] {
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("groups-\(UUID().uuidString).jsonl").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let text = String(repeating: "x", count: bytes)
        let lines = (0..<count).map { "{\"id\":\"\($0)\",\"text\":\"\(text)\"}\n" }.joined()
        try lines.write(toFile: path, atomically: true, encoding: .utf8)
        var groups = TextGroups(
            try TextReader(path: path, fields: FieldNames(text: "text", id: "id")), threads: threads
        )
        var result: [[String]] = []
        while let group = try groups.next() {
            result.append(group.texts.map { String(decoding: $0.id, as: UTF8.self) })
        }
        return result
    }

    @Test("every text comes once and in order")
    func order() throws {
        for threads in [1, 2, 7] {
            let ids = try groups(count: 41, bytes: 1000, threads: threads).flatMap { $0 }
            #expect(ids == (0..<41).map(String.init))
        }
    }

    @Test("a short input is shared out evenly among the threads")
    func shortInput() throws {
        #expect(try groups(count: 8, bytes: 500, threads: 2).map(\.count) == [4, 4])
        #expect(try groups(count: 8, bytes: 500, threads: 4).map(\.count) == [2, 2, 2, 2])
        #expect(try groups(count: 2, bytes: 500, threads: 4).map(\.count) == [1, 1])
    }

    @Test("a long input comes in groups of a batch, and its end is shared out")
    func longInput() throws {
        let counts = try groups(count: 100, bytes: 1 << 10, threads: 2).map(\.count)
        #expect(counts.prefix(8).allSatisfy { $0 == 7 })
        #expect(abs(counts[counts.count - 1] - counts[counts.count - 2]) <= 1)
    }

    @Test("many tiny texts do not become one endless group")
    func tinyTexts() throws {
        let counts = try groups(count: 1000, bytes: 1, threads: 2).map(\.count)
        #expect(counts.max() ?? 0 <= TextGroups.groupTexts && counts.reduce(0, +) == 1000)
    }
}

import Foundation
import Testing

@testable import Refinery

@Suite("Records that memory should not hold")
struct SpillTableTests {
    private struct Record: BitwiseCopyable, Equatable {
        var number: Int64
        var other: Int32
        var last = InlineArray<2, Double>(repeating: 0.5)

        static func == (a: Record, b: Record) -> Bool {
            a.number == b.number && a.other == b.other && a.last[0] == b.last[0]
                && a.last[1] == b.last[1]
        }
    }

    private let folder = FileManager.default.temporaryDirectory.path

    @Test("come back in order, from memory and from the file", arguments: [0, 1, 3, 4, 5, 11])
    func order(count: Int) throws {
        let table = SpillTable<Record>(folder: folder, capacity: 4)
        let records = (0..<count).map { Record(number: Int64($0) << 40, other: -Int32($0)) }
        for record in records { try table.append(record) }
        for _ in 0..<2 {
            var found: [Record] = []
            try table.forEach { place, record in
                #expect(place == found.count)
                found.append(record)
            }
            #expect(found == records)
        }
        #expect(table.count == count)
    }

    @Test("are completed from the template where only their first bytes are kept")
    func template() throws {
        let blank = Record(number: 0, other: 0, last: [1.5, .infinity])
        let table = SpillTable<Record>(folder: folder, capacity: 2, first: 24, then: blank)
        for number in 0..<5 {
            try table.append(Record(number: Int64(number), other: 7, last: [2.5, 9]))
        }
        var found: [Record] = []
        try table.forEach { found.append($1) }
        #expect(
            found == (0..<5).map { Record(number: $0, other: 7, last: [2.5, .infinity]) })
    }

    @Test("an item of a rule without imported columns takes 80 bytes")
    func itemBytes() {
        #expect(ScoredItem.bytes(withColumns: 0, expecting: false) == 80)
        #expect(ScoredItem.bytes(withColumns: 4, expecting: false) == MemoryLayout<ScoredItem>.size)
    }
}

import Foundation
import Testing

@testable import Refinery

struct StoreRoomTests {
    @Test func `a store that keeps a reserve has it beside its file, with its blocks`() throws {
        let test = try TestStore()
        try test.store.close()
        let path = test.path + "-reserve"
        #expect(!FileManager.default.fileExists(atPath: path))
        let store = try Store(path: test.path, keepsReserve: true)
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(Int(status.st_size) == StoreRoom.reserveBytes)
        #expect(Int(status.st_blocks) * 512 >= StoreRoom.reserveBytes)
        #expect(status.st_mode & 0o777 == 0o640)
        try store.close()
    }

    @Test func `a reserve that was given up is made anew once there is room`() throws {
        let test = try TestStore()
        let room = StoreRoom(store: test.path, keepsReserve: true)
        #expect(!room.isFull)
        room.giveUp()
        #expect(room.isFull)
        #expect(!FileManager.default.fileExists(atPath: test.path + "-reserve"))
        #expect(room.restore())
        #expect(!room.isFull)
        #expect(FileManager.default.fileExists(atPath: test.path + "-reserve"))
    }

    @Test func `a corpus that is too large for one transaction is deleted in several`() throws {
        let test = try TestStore()
        try test.add((0..<40).map { .test("a\($0)", "text \($0)") }, corpus: "a")
        try test.add([.test("b", "text")], corpus: "b")
        #expect(try test.store.deleteDocuments(of: "a", most: 16) == false)
        #expect(try test.store.corpora().first?.documents == 24)
        #expect(try test.store.deleteDocuments(of: "a", most: 16) == false)
        #expect(try test.store.deleteDocuments(of: "a", most: 16) == true)
        #expect(try test.store.corpora().map(\.name) == ["b"])
        #expect(try test.store.checkPending().isClean)
    }

    @Test func `the kernel's locks are read, those who wait left out`() {
        let table = """
            1: POSIX  ADVISORY  WRITE 812 fe:00:2334 120 120
            2: FLOCK  ADVISORY  WRITE 4242 fe:00:77 0 EOF
            2: -> FLOCK  ADVISORY  WRITE 4243 fe:00:77 0 EOF
            3: OFDLCK ADVISORY  READ -1 00:06:1027 0 EOF
            4: damaged
            """
        let locks = FileLocks.locks(table)
        #expect(locks.map(\.pid) == [812, 4242, -1])
        #expect(locks.map(\.isExclusive) == [true, true, false])
        #expect(locks.map(\.inode) == [2334, 77, 1027])
        #expect(locks[0].start == 120 && locks[0].end == 120 && locks[1].end == .max)
    }

    @Test func `benchmarks that no selection names are kept up to twice the largest`() throws {
        let test = try TestStore()
        func windows(_ first: UInt64) -> QuestionWindows {
            QuestionWindows((0..<UInt64(QuestionWindows.most / 2)).map { first &+ $0 &* 2048 })
        }
        for first in 0..<6 { try test.store.addBenchmark(windows(UInt64(first))) }
        #expect(try test.count("SELECT count(*) FROM benchmark") == 4)
        #expect(try test.count("SELECT min(id) FROM benchmark") == 3)
    }
}

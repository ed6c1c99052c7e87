import Foundation
import Testing

@testable import Refinery

/// Nothing is acknowledged that goes into a file nobody can open again.
struct StoreInPlaceTests {
    @Test func `a store whose file was deleted takes nothing more and says so`() throws {
        let test = try TestStore()
        try test.add([.test("a", "text")])
        #expect(test.store.replacement == nil)
        try FileManager.default.removeItem(atPath: test.path)
        let error = #expect(throws: RefineryError.self) { try test.add([.test("b", "text")]) }
        #expect(error?.message.contains("was deleted or moved") == true)
        #expect(test.store.replacement != nil)
        #expect(try test.store.corpora().first?.documents == 1)
    }

    @Test func `a store whose file was replaced takes nothing more, and goes on once it is back`()
        throws
    {
        let test = try TestStore()
        try test.add([.test("a", "text")])
        try FileManager.default.moveItem(atPath: test.path, toPath: test.path + ".away")
        try Data("other".utf8).write(to: URL(fileURLWithPath: test.path))
        let error = #expect(throws: RefineryError.self) { try test.add([.test("b", "text")]) }
        #expect(error?.message.contains("was replaced") == true)
        try FileManager.default.removeItem(atPath: test.path)
        try FileManager.default.moveItem(atPath: test.path + ".away", toPath: test.path)
        try test.add([.test("b", "text")])
        #expect(try test.store.corpora().first?.documents == 2)
    }
}

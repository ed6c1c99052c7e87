import Foundation
import Testing

@testable import refinectl

/// What is said before hours of scoring about a disk that cannot hold the result.
struct FreeSpaceTests {
    @Test func `a file system with less room than the corpus is told of, and no other`() throws {
        let path = FileManager.default.temporaryDirectory.path + "/out.jsonl"
        #expect(FreeSpace.warning(path, "the output", needed: 0) == nil)
        let warning = try #require(FreeSpace.warning(path, "the output", needed: .max))
        #expect(warning.hasPrefix("warning: the output \(path) may not fit: "))
        #expect(FreeSpace.warning("/nowhere/at/all", "the output", needed: .max) == nil)
    }
}

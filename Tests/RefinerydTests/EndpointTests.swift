import Foundation
import Hummingbird
import Refinery
import Testing

@testable import refineryd

@Suite("The list of endpoints")
struct EndpointTests {
    @Test("docs/api.md has a section for each route of the daemon, and no other")
    func documented() throws {
        let folder = try TemporaryFolder()
        let store = try Store(path: folder.path("s.db"))
        let routes = makeRouter(.test(store, Configuration())).routes.map(\.description)
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "docs/api.md")
        let sections = try String(contentsOf: page, encoding: .utf8).split(separator: "\n")
            .filter { $0.hasPrefix("### ") && $0.contains(" /v1/") }.map { $0.dropFirst(4) }
        #expect(sections.map(String.init).sorted() == routes.sorted())
        try store.close()
    }
}

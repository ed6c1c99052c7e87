import Foundation

/// A folder of a test's own, removed with it.
final class TemporaryFolder: Sendable {
    private let root: String

    init() throws {
        root = NSTemporaryDirectory() + "/rd-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(
            atPath: root, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: root)
    }

    func path(_ name: String) -> String { root + "/" + name }
}

import Foundation

@testable import TeacherInference

/// Where the real models lie.
enum Models {
    /// The repository's root.
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// The small reference model that the repository carries.
    static let reference = root + "/models/reference"

    /// SmolLM2-135M-Instruct, which `make test` brings; nil where it has not been brought.
    static let teacher: String? = {
        let cache = ProcessInfo.processInfo.environment["REFINERY_CACHE"] ?? root + "/.cache"
        let path = cache + "/teacher.gguf"
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }()

    /// Every model that is here.
    static var all: [String] { [reference] + (teacher.map { [$0] } ?? []) }
}

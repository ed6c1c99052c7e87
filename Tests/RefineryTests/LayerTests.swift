import Foundation
import Testing

/// The folders of Sources/Refinery in their order: each names only those before it.
///
/// docs/architecture.md has the same order.
@Suite struct LayerTests {
    private static let order = [
        "NearestName", "RefineryError", "Heap", "DecimalFraction", "NumberText", "Bytes",
        "Threads", "Files", "Store", "Import", "Chunking", "Scoring", "Training", "Expectation",
        "Selection", "Export", "ScoreFiles", "Shards", "Report", "Estimate", "Proof",
        "API", "Pipeline",
    ]

    private struct File {
        let path: String
        let layer: String
        let text: String
    }

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    private static func files() throws -> [File] {
        let folder = root + "/Sources/Refinery"
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
        return try names.filter { $0.hasSuffix(".swift") }.map { name in
            let first = String(name.split(separator: "/")[0])
            let layer =
                first.hasPrefix("Pipeline") ? "Pipeline" : first.replacing(".swift", with: "")
            let text = try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
            return File(
                path: name, layer: layer,
                text: text.replacing(/\/\/.*/, with: "").replacing(/"(?:[^"\\]|\\.)*"/, with: ""))
        }
    }

    @Test("no folder of Refinery names a type of one above it")
    func upward() throws {
        let files = try Self.files()
        #expect(files.count > 150)
        var home: [Substring: String] = [:]
        let declaration = #/^((?:[a-z]+ )*)(?:struct|class|enum|protocol|actor|typealias) (\w+)/#
        for file in files {
            for found in file.text.matches(of: declaration.anchorsMatchLineEndings())
            where !found.1.contains("private") && home[found.2] == nil {
                home[found.2] = file.layer
            }
        }
        for file in files {
            let place = try #require(Self.order.firstIndex(of: file.layer), "\(file.path)")
            for word in Set(file.text.matches(of: /\b[A-Z]\w+\b/).map(\.output)) {
                guard let layer = home[word] else { continue }
                let other = try #require(Self.order.firstIndex(of: layer))
                #expect(other <= place, "\(file.path) names \(word) of \(layer)")
            }
        }
    }

    @Test("the database is named under Store alone")
    func database() throws {
        for file in try Self.files() where file.layer != "Store" {
            #expect(!file.text.contains("import GRDB"), "\(file.path)")
        }
    }

    @Test("docs/architecture.md has the folders in this order")
    func documented() throws {
        let page = try String(
            contentsOfFile: Self.root + "/docs/architecture.md", encoding: .utf8)
        let folders = Self.order.filter {
            !["NearestName", "RefineryError", "Heap", "DecimalFraction", "NumberText"].contains($0)
        }
        #expect(page.contains(folders.joined(separator: " → ")))
    }
}

import Foundation
import Testing

@testable import Refinery

@Suite("Files of a training or a proof that goes on")
struct CorpusDocumentsTests {
    private let path = FileManager.default.temporaryDirectory.appending(
        path: "documents-\(UUID().uuidString).jsonl"
    ).path

    private func change(from name: String, bytes: Int64) throws -> String? {
        try #"{"text": "one"}"#.write(toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let source = try #require(CorpusSource(path: path, displayName: path))
        return CorpusDocuments([source], fields: FieldNames()) { _ in { nil } }.changed(
            since: [CorpusDocuments.File(name: name, bytes: bytes, sha256: "")])
    }

    @Test("a file is the same one however its path is spelled, and another by path or size")
    func changed() throws {
        let url = URL(fileURLWithPath: path)
        let folder = url.deletingLastPathComponent().path
        #expect(try change(from: path, bytes: 15) == nil)
        #expect(try change(from: "\(folder)/./\(url.lastPathComponent)", bytes: 15) == nil)
        let up = String(
            repeating: "../", count: FileManager.default.currentDirectoryPath.count)
        #expect(try change(from: "\(up)\(path.dropFirst())", bytes: 15) == nil)
        #expect(try change(from: path, bytes: 16)?.contains("with 16 bytes, now") == true)
        #expect(try change(from: "\(folder)/other.jsonl", bytes: 15) != nil)
    }
}

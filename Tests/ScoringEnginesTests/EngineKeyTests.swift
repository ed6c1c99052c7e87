import Foundation
import Testing

@testable import ScoringEngines

@Suite struct EngineKeyTests {
    /// A file with these bytes and this mode, which is deleted afterwards.
    static func withFile<Result>(
        _ text: String, mode: Int, _ body: (String) async throws -> Result
    ) async throws -> Result {
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("key-\(UUID().uuidString)").path
        #expect(
            FileManager.default.createFile(
                atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: mode]))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try await body(path)
    }

    @Test func aKeyIsReadAndNeverShown() async throws {
        try await Self.withFile("sk-12345\n", mode: 0o400) { path in
            let key = try EngineKey(path: path)
            #expect(key.authorization == "Bearer sk-12345")
            var dumped = ""
            dump(key, to: &dumped)
            for text in ["\(key)", String(reflecting: key), dumped, "\([key])"] {
                #expect(!text.contains("12345"))
            }
            #expect(key.redacting("bad key sk-12345!") == "bad key …!")
        }
    }

    @Test(arguments: [0o644, 0o604, 0o602, 0o601]) func aFileForOthersIsRefused(mode: Int)
        async throws
    {
        try await Self.withFile("sk-12345", mode: mode) { path in
            let error = try #require(throws: EngineError.self) { try EngineKey(path: path) }
            #expect(error.description.contains("chmod 600"))
            #expect(!error.description.contains("12345"))
        }
    }

    @Test(arguments: [
        "", "\n", "a b", "a\nb", "schlüssel", "a\u{0}b", String(repeating: "a", count: 4097),
    ])
    func whatIsNoKeyIsRefused(text: String) async throws {
        try await Self.withFile(text, mode: 0o600) { path in
            _ = #expect(throws: EngineError.self) { try EngineKey(path: path) }
        }
    }

    @Test func foldersAndMissingFilesAreRefused() {
        #expect(throws: EngineError.self) { try EngineKey(path: "/tmp") }
        #expect(throws: EngineError.self) { try EngineKey(path: "/nonexistent/key") }
    }
}

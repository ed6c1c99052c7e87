import Foundation
import GRDB
import Logging
import TeacherInference
import Testing

@testable import Refinery

/// Models whose files are touched, overwritten or damaged while they are loaded.
struct WeightCheckTests {
    private static let models =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path + "/Fixtures/models/"

    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// A store, and the path of a copy of the teacher in its folder.
    private func fixture() throws -> (TestStore, String) {
        let test = try TestStore()
        let path = test.folder.path + "/teacher.gguf"
        try FileManager.default.copyItem(atPath: Self.models + "pair.gguf", toPath: path)
        return (test, path)
    }

    private func configuration(_ teacher: String) -> PipelineConfiguration {
        var configuration = PipelineConfiguration(
            teacher: ModelReference(path: teacher, context: "auto", pre: nil),
            reference: ModelReference(path: Self.models + "pair", context: "auto", pre: nil))
        configuration.threads = 2
        configuration.maxTokens = 64
        // Models stay while scoring is paused, however slow the machine is.
        configuration.idleSeconds = 0
        return configuration
    }

    private func pipeline(_ test: TestStore, _ teacher: String) -> Pipeline {
        Pipeline(store: test.store, configuration: configuration(teacher), logger: logger)
    }

    /// Fills `count` bytes at the end of a file, where a model's weights lie, in place.
    private func overwrite(_ path: String, count: Int, with byte: UInt8) throws {
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        let size = try file.seekToEnd()
        try file.seek(toOffset: size - UInt64(count))
        try file.write(contentsOf: Data(repeating: byte, count: count))
        try file.close()
    }

    /// Writes the teacher's right bytes into the file, in place.
    private func restore(_ path: String) throws {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: Self.models + "pair.gguf"))
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try file.write(contentsOf: bytes)
        try file.close()
    }

    private func documents() -> [ImportedDocument] {
        (0..<6).map { index in
            .test("\(index)", String(repeating: "\(index) of a text. ", count: 9))
        }
    }

    private func scores(_ test: TestStore) throws -> [String] {
        try test.store.pool.read {
            try String.fetchAll(
                $0,
                sql: """
                    SELECT chunk || ' ' || model || ' ' || outcome || ' ' || nll FROM score
                    ORDER BY chunk, model
                    """)
        }
    }

    private func undisturbed() async throws -> [String] {
        let (test, path) = try fixture()
        try test.add(documents())
        try await pipeline(test, path).drain()
        return try scores(test)
    }

    @Test func `a file that is touched with the same bytes costs a batch, and no more`() throws {
        let (test, path) = try fixture()
        var loader = PairLoader(configuration(path))
        let check = try ModelPair(&loader, store: test.store, logger: logger)
            .weightCheck
        #expect(try check.isValid(since: check.changes))
        let other = test.folder.path + "/other"
        let touches: [(String, () throws -> Void)] = [
            ("chmod", { #expect(chmod(path, 0o600) == 0) }),
            ("hard link", { #expect(link(path, other) == 0) }),
            ("written again", { try restore(path) }),
            (
                "overwritten, then restored",
                {
                    try overwrite(path, count: 64, with: 1)
                    try restore(path)
                }
            ),
            ("renamed over", { #expect(rename(Self.copy(of: path), path) == 0) }),
        ]
        for (name, touch) in touches {
            let began = check.changes
            // File systems keep time by the tick of the kernel's clock.
            usleep(20_000)
            try touch()
            #expect(try !check.isValid(since: began), "\(name)")
            #expect(try check.isValid(since: check.changes), "\(name)")
        }
    }

    private static func copy(of path: String) -> String {
        let copy = path + ".new"
        try? FileManager.default.copyItem(atPath: path, toPath: copy)
        return copy
    }

    @Test func `a file of other bytes ends scoring, also where its time was set back`() throws {
        let (test, path) = try fixture()
        var loader = PairLoader(configuration(path))
        let check = try ModelPair(&loader, store: test.store, logger: logger)
            .weightCheck
        let began = check.changes
        let written = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate]
        usleep(20_000)
        try overwrite(path, count: 64, with: 1)
        try FileManager.default.setAttributes(
            [.modificationDate: try #require(written)], ofItemAtPath: path)
        for _ in 0..<2 {
            let error = #expect(throws: ModelError.self) { try check.isValid(since: began) }
            #expect(error?.message.hasPrefix(path + " was overwritten while it was loaded") == true)
        }
    }

    @Test func `a file that was cut short is told before its mapping is read again`() throws {
        let (test, path) = try fixture()
        var loader = PairLoader(configuration(path))
        let check = try ModelPair(&loader, store: test.store, logger: logger)
            .weightCheck
        #expect(truncate(path, 4096) == 0)
        #expect(throws: ModelError.self) { try check.isValid(since: 0) }
    }

    @Test func `a teacher overwritten while it is loaded scores nothing; restored, it scores all`()
        async throws
    {
        let (test, path) = try fixture()
        let pipeline = pipeline(test, path)
        pipeline.setPaused(true)
        try test.add(documents())
        let error = await #expect(throws: ModelError.self) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await pipeline.run() }
                while !pipeline.hasModels { try await Task.sleep(for: .milliseconds(2)) }
                try await Task.sleep(for: .milliseconds(20))
                try overwrite(path, count: 64, with: 1)
                pipeline.setPaused(false)
                try await group.waitForAll()
            }
        }
        #expect(error?.message.contains(path) == true)
        #expect(try test.count("SELECT count(*) FROM score") == 0)
        try restore(path)
        try await self.pipeline(test, path).drain()
        #expect(try await scores(test) == undisturbed())
    }

    @Test func `a teacher whose weights are damaged stops scoring and fails no two chunks`()
        async throws
    {
        let (test, path) = try fixture()
        try overwrite(path, count: 8192, with: 0xFF)
        try test.add(documents())
        let error = await #expect(throws: ModelError.self) {
            try await pipeline(test, path).drain()
        }
        #expect(error?.message.contains("not finite numbers for any of") == true)
        #expect(
            try test.count("SELECT count(*) FROM score WHERE outcome = 'scored' AND model = 1") == 0
        )
        #expect(try test.count("SELECT count(*) FROM score WHERE outcome = 'failed'") <= 2)
    }
}

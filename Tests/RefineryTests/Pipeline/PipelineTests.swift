import Foundation
import GRDB
import Logging
import Testing

@testable import Refinery

/// The pipeline on two small models, over a store of its own.
struct PipelineTests {
    private static let models =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path + "/Fixtures/models/"

    private func pipeline(
        _ store: Store, teacher: String = models + "pair.gguf", idleSeconds: Double
    ) -> Pipeline {
        var configuration = PipelineConfiguration(
            teacher: ModelReference(path: teacher, context: "auto", pre: nil),
            reference: ModelReference(path: Self.models + "pair", context: "auto", pre: nil))
        configuration.threads = 2
        configuration.maxTokens = 64
        configuration.idleSeconds = idleSeconds
        return Pipeline(
            store: store, configuration: configuration,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func documents(_ name: String) -> [ImportedDocument] {
        (0..<5).map { index in
            .test("\(name)\(index)", String(repeating: "\(name) \(index) of a text. ", count: 9))
        }
    }

    private func scores(_ test: TestStore) throws -> [Row] {
        try test.store.pool.read {
            try Row.fetchAll($0, sql: "SELECT * FROM score ORDER BY chunk, model")
        }
    }

    /// Waits for what other threads bring about.
    ///
    /// Counts its looks rather than seconds: tests that block may keep this one from running.
    private func wait(for pipeline: Pipeline, _ isTrue: () throws -> Bool) async throws {
        for _ in 0..<20_000 {
            if try isTrue() { return }
            let (state, reason) = pipeline.condition
            try #require(state != .failed, "\(reason ?? "")")
            try await Task.sleep(for: .milliseconds(2))
        }
        Issue.record("nothing happened")
        throw CancellationError()
    }

    /// What a pipeline scores that never lets go of the models.
    private func undisturbed() async throws -> [Row] {
        let test = try TestStore()
        for name in ["early", "late"] {
            try test.add(documents(name))
            try await pipeline(test.store, idleSeconds: 0).drain()
        }
        return try scores(test)
    }

    // Seconds alone, minutes beside the whole suite on a busy machine.
    @Test(.timeLimit(.minutes(6)))
    func `a pipeline that has nothing to do ends, whichever thread finds out last`()
        async throws
    {
        let test = try TestStore()
        try test.add(documents("early"))
        for _ in 0..<300 {
            try await pipeline(test.store, idleSeconds: 30).drain()
            try Task.checkCancellation()
        }
        #expect(try !test.store.hasWork())
    }

    @Test func `an idle pipeline gives the models back and goes on with the same bits`()
        async throws
    {
        let test = try TestStore()
        let pipeline = pipeline(test.store, idleSeconds: 0.02)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await pipeline.run() }
            try await wait(for: pipeline) { !pipeline.hasModels && pipeline.state == .idle }
            #expect(try test.store.status().teacher?.path == Self.models + "pair.gguf")
            for (count, name) in ["early", "late"].enumerated() {
                try test.add(documents(name))
                pipeline.wake()
                try await wait(for: pipeline) {
                    try test.count("SELECT count(*) FROM document WHERE chunker > 0") == 5 * count
                        + 5
                }
                try await wait(for: pipeline) {
                    try !test.store.hasWork() && pipeline.state == .idle && !pipeline.hasModels
                }
            }
            // Nothing new is no work.
            try test.add(documents("late"))
            pipeline.wake()
            try await wait(for: pipeline) { pipeline.state == .idle && !pipeline.hasModels }
            pipeline.stop()
            try await group.waitForAll()
        }
        let scores = try scores(test)
        #expect(scores.count >= 20)
        #expect(try await scores == undisturbed())
    }

    @Test func `a pause lets the models go, and a resume brings them back`() async throws {
        let test = try TestStore()
        let pipeline = pipeline(test.store, idleSeconds: 0.02)
        pipeline.setPaused(true)
        try test.add(documents("early"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await pipeline.run() }
            try await wait(for: pipeline) { !pipeline.hasModels && pipeline.state == .paused }
            #expect(try test.store.hasWork())
            pipeline.setPaused(false)
            try await wait(for: pipeline) { try !test.store.hasWork() && pipeline.state == .idle }
            pipeline.stop()
            try await group.waitForAll()
        }
        #expect(try scores(test).count >= 10)
    }

    @Test func `a model file that was replaced while it was not loaded ends the pipeline`()
        async throws
    {
        let test = try TestStore()
        let path = test.folder.path + "/teacher.gguf"
        try FileManager.default.copyItem(atPath: Self.models + "pair.gguf", toPath: path)
        let pipeline = pipeline(test.store, teacher: path, idleSeconds: 0.02)
        let error = await #expect(throws: RefineryError.self) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await pipeline.run() }
                try await wait(for: pipeline) { !pipeline.hasModels && pipeline.state == .idle }
                var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
                bytes.append(0)
                try bytes.write(to: URL(fileURLWithPath: path), options: .atomic)
                try test.add(documents("early"))
                pipeline.wake()
                try await group.waitForAll()
            }
        }
        #expect(error?.message.contains(path) == true)
        // What was registered stays current.
        #expect(try test.count("SELECT count(*) FROM model") == 2)
    }
}

import Crypto
import Foundation
import Logging
import NIOPosix
import Refinery
import Synchronization

/// The stages of `score-shard`: look at what is there, import, cut and score, write.
final class ShardJob: Sendable {
    private let source: CorpusSource
    private let shard: ShardOptions
    private let configuration: PipelineConfiguration
    private let output: String
    private let stopped = Atomic<Int32>(0)

    /// A job that makes the score file `output` of a shard.
    init(
        source: CorpusSource, shard: ShardOptions, configuration: PipelineConfiguration,
        output: String
    ) {
        self.source = source
        self.shard = shard
        self.configuration = configuration
        self.output = output
    }

    /// Ends the job at its next step, as a signal asks.
    func stop(_ signal: Int32) { stopped.store(signal, ordering: .relaxed) }

    /// The signal that ends the job; nil for none.
    var signal: Int32? {
        let number = stopped.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }

    private var isStopped: Bool { signal != nil }

    /// Does it all, in a store at `kept` or a temporary one.
    ///
    /// - Parameter kept: where the user wants the store; what is scored stays there where the job
    ///   does not end well, and it goes where it does.
    /// - Returns: What the score file holds.
    /// - Throws: ``Failure`` or `RefineryError` for what cannot be done; `JobCancelled` or
    ///   `CancellationError` once it is stopped.
    func run(store kept: String?) async throws -> ShardResult {
        let pool = NIOThreadPool.singleton
        let identity = ShardIdentity(source.path)
        let shard = try await pool.runIfActive { try self.describe() }
        if FileSystem.exists(output) {
            return try await pool.runIfActive { try self.existing(self.header(shard, cache: nil)) }
        }
        let place = try StorePlace(kept: kept)
        defer { place.clean() }
        let lock = try await pool.runIfActive { try InstanceLock(store: place.path) }
        defer { withExtendedLifetime(lock) {} }
        let (store, header) = try await pool.runIfActive {
            let store = try Store(path: place.path)
            try store.takeForShard(Self.mark(shard))
            let header = try self.header(shard, cache: store)
            try ScoreFileStage(store).checkCuts(header.chunker)
            return (store, header)
        }
        try await pool.runIfActive { try self.importShard(into: store) }
        guard identity != nil, ShardIdentity(source.path) == identity else {
            throw Failure(
                "\(source.path) was written to while it was read: the scores are of no one shard",
                hint: "run the command again once the file stays as it is")
        }
        try await ScoringRun(configuration).run(on: store)
        let result = try await pool.runIfActive {
            // Another machine may have been faster: what it has put there stands.
            if FileSystem.exists(self.output) { return try self.existing(header) }
            let (trailer, file) = try ScoreFileStage(store).write(
                self.output, header: header, isCancelled: { self.isStopped })
            return ShardResult(trailer, bytes: file.bytes, isNew: true)
        }
        try await pool.runIfActive { try store.close() }
        if kept != nil { place.removeStore() }
        return result
    }

    /// What tells a shard from others.
    private static func mark(_ shard: ScoreFileShard) -> String {
        String(JSONOutput.line(shard).dropLast())
    }

    /// Reads the whole file for its SHA-256.
    private func describe() throws -> ScoreFileShard {
        let file = try FileReader(path: source.path)
        var hash = SHA256()
        var bytes: Int64 = 0
        while true {
            let piece = try file.read(1 << 20) { self.isStopped }
            if piece.isEmpty { break }
            hash.update(data: piece)
            bytes += Int64(piece.count)
        }
        return ScoreFileShard(
            corpus: shard.corpusName, file: source.displayName, bytes: bytes,
            sha256: Hex.string(hash.finalize()), fields: shard.fields)
    }

    private func header(_ shard: ScoreFileShard, cache store: Store?) throws -> ScoreFileHeader {
        let logger = WarningLog.logger(ProgressReporter())
        var engines = EngineWait()
        return try configuration.scoreFileHeader(
            shard, writer: "refinery \(refineryVersion)", cache: store, logger: logger,
            isCancelled: { self.isStopped }
        ) {
            engines.wait($0) { self.isStopped }
            if self.isStopped { throw CancellationError() }
        }
    }

    /// What the score file that is there holds.
    ///
    /// - Throws: ``Failure`` or `RefineryError` where it is not whole, or of anything else.
    private func existing(_ header: ScoreFileHeader) throws -> ShardResult {
        let frame = try ScoreFileReader(path: output).read(
            { _ in if self.isStopped { throw CancellationError() } },
            header: { found in
                let differences = found.differences(from: header)
                guard differences.isEmpty else {
                    throw Failure(
                        "\(self.output) is there and is of another run: "
                            + differences.joined(separator: "; "),
                        hint: "name another --output, or delete it")
                }
            })
        return ShardResult(
            frame.trailer, bytes: FileReader.size(path: output) ?? 0, isNew: false)
    }

    /// Reads the shard into the store; what stands there already is left as it is.
    private func importShard(into store: Store) throws {
        let display = UploadDisplay(
            total: FileReader.size(path: source.path), files: 1, stage: "importing")
        let start = ContinuousClock.now
        display.begin(source)
        var options = Importer.Options()
        options.format = source.format
        options.compression = source.compression
        options.fields = shard.fields
        options.namesID = shard.idField != nil
        options.namesDomain = shard.domainField != nil
        let reader = try CorpusReader(source, fields: shard.fields, keepsOthers: false)
        for note in reader.notes { display.note(note) }
        var job = try ImportJob(
            store: store, corpus: shard.corpusName, file: source.displayName, options: options,
            replace: false)
        let summary = try job.run {
            do {
                let piece = try reader.read { self.isStopped }
                if let piece { display.sent(piece) }
                return piece?.bytes
            } catch is CancellationError {
                throw JobCancelled("interrupted")
            }
        }
        display.end(documents: summary.documents)
        display.finish()
        StandardOutput.writeError(
            Enqueue.words([summary], took: .now - start, rejectsHint: "they are rows of the output")
                + Enqueue.notes([summary], replacing: false))
    }
}

/// Which file this is and how it stands: size and time of the last write.
private struct ShardIdentity: Equatable {
    private let file: FileID
    private let size: Int64
    private let seconds: Int
    private let nanoseconds: Int

    /// The file at a path; nil where there is none.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        file = FileID(status)
        size = Int64(status.st_size)
        seconds = status.st_mtim.tv_sec
        nanoseconds = status.st_mtim.tv_nsec
    }
}

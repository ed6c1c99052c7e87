import Crypto
import Foundation
import ScoringEngines
import Synchronization
import TeacherInference

/// A model that an engine serves: our tokenizer, its log-probs.
public final class ServedModel: ScoringModel {
    /// The address, in the form of the command line.
    public let path: String
    /// Read from this machine: ids are ours.
    public let tokenizer: any Tokenizer
    /// The token put in front of every sequence; nil under the context rule `none`.
    public let contextToken: TokenID?
    /// The resolved context rule.
    public let contextRule: String
    /// Tokens of the longest sequence that the engine takes.
    public let maxContext: Int
    /// The folder or file that the tokenizer was read from.
    public let localPath: String
    /// What is known of the model, as it was first seen.
    public let record: ServedRecord
    /// Whether the engine's tokenizer was compared with ours; an engine may have no way to ask.
    public let tokenizerWasCompared: Bool
    /// Threads that wait for its answers.
    public let remoteWorkers: RemoteWorkers?

    private let source: ServedSource
    private let engineVersion: String?
    private let timing: EngineTiming

    /// What sequences are scored by.
    private struct Link {
        var connection: EngineConnection
        var pool: EnginePool
        /// Nil until something is to be scored.
        var session: EngineSession?
    }

    private let link: Mutex<Link>

    /// Threads that wait for one model's answers: while one records, the others keep it busy.
    private static let threads = 4
    /// How long the engine may be away before threads are told.
    static let patience = Duration.seconds(60)
    /// Tokens of a context whose length the engine does not say: longer than any chunk.
    private static let unknownContext = 1_000_001

    /// Connects to the engine, and checks that it serves what it is said to serve.
    ///
    /// Blocks, with several requests to each endpoint.
    ///
    /// - Parameters:
    ///   - reference: the model, which has an engine.
    ///   - request: what connecting needs beside it.
    /// - Throws: ``RefineryError``: engineAway where no endpoint answers; engineRefused for another
    ///   model, tokenizer, revision or canary, or an answer that no engine of its kind gives;
    ///   invalid for an address or a key that cannot be used. `ModelError` for the tokenizer;
    ///   `CancellationError`.
    public convenience init(_ reference: ModelReference, _ request: LoadRequest) throws {
        try self.init(ServedSource(reference, logger: request.logger), request)
    }

    /// Connects to the engine of a model whose tokenizer is read.
    init(_ source: ServedSource, _ request: LoadRequest) throws {
        let engine = source.engine
        let known = try request.known(source.digest)
        do {
            let connection = try EngineConnection(source, request.timing)
            let found = try connection.look(at: source, known: known, request)
            engineVersion = found.record.engineVersion
            maxContext = found.longest ?? Self.unknownContext
            record = known ?? found.record
            tokenizerWasCompared = found.comparedTokenizer
            var options = EnginePoolOptions()
            options.tokensInFlight = engine.tokensInFlight
            options.requestTokens = min(options.requestTokens, engine.tokensInFlight)
            options.longestSequence = found.longest
            options.revision = engine.revision ?? found.record.reportedRevision
            options.canary = EngineCanary(
                ids: found.canaryIDs, meanNLL: (known ?? found.record).canaryNLL,
                isFloat32: engine.isFloat32)
            options.patience = Self.patience
            let pool = EnginePool(
                connection.clients, options: options, timing: request.timing,
                logger: request.logger)
            link = Mutex(Link(connection: connection, pool: pool))
        } catch let error as EngineError {
            throw RefineryError(error)
        }
        self.source = source
        timing = request.timing
        path = "\(source.address)"
        tokenizer = source.tokenizer
        contextToken = source.contextToken
        contextRule = source.contextRule
        localPath = engine.tokenizer
        remoteWorkers = RemoteWorkers(
            threads: Self.threads,
            batchTokens: max(256, engine.tokensInFlight * engine.urls.count / 2))
    }

    /// As ``record``.
    public var served: ServedRecord? { record }
    /// The engine's kind.
    public var architecture: String { record.kind }
    /// Not known.
    public var parameterCount: Int { 0 }
    /// The engine, with its version.
    public var computedBy: String { engineVersion.map { "\(record.kind) \($0)" } ?? record.kind }
    /// None: the weights are elsewhere.
    public var weightBytes: Int { 0 }
    /// None: see ``weightBytes``.
    public var weightFiles: [FileIdentity] { [] }

    /// Of other machines' memory this process takes nothing.
    public func workerMemory(maxTokens: Int, longest: Int) -> Int { 0 }
    /// The tokens: what one costs the engine is not known.
    public func operations(tokens: Int) -> Double { Double(tokens) }
    /// None, as ever.
    public func currentWeightFiles() throws(ModelError) -> [FileIdentity] { [] }
    /// Of what the user says of the model, and of the tokenizer's content.
    public func fingerprint(cache: Store?, told: (Int64) -> Void) throws -> String {
        source.digest
    }

    /// A scorer of one thread.
    public func makeScorer(batchTokens: Int) -> any SequenceScoring {
        ServedScorer(model: self, batchTokens: batchTokens)
    }

    /// Scores sequences, context tokens included, in the run that all threads share.
    ///
    /// A run that failed is begun anew, by the key and the certificates that are there now.
    ///
    /// - Throws: `EngineError`; `CancellationError`.
    func score(_ sequences: [[TokenID]], isCancelled: () -> Bool) throws -> [EngineOutcome] {
        let session = try link.withLock { link in
            if let session = link.session {
                guard session.hasEnded else { return session }
                link.connection = try Self.connect(source, timing)
                link.pool = link.pool.replacing(link.connection.clients)
            }
            let fresh = EngineSession(link.pool)
            link.session = fresh
            return fresh
        }
        return try session.score(sequences, isCancelled: isCancelled)
    }

    /// Connects again; a file that is being mended may be wrong for a while.
    private static func connect(
        _ source: ServedSource, _ timing: EngineTiming
    ) throws(EngineError) -> EngineConnection {
        do {
            return try EngineConnection(source, timing)
        } catch {
            throw EngineError(.refused, error.message, hint: error.hint)
        }
    }
}

extension ModelFingerprint {
    /// The fingerprint of a served model, 64 hexadecimal digits: what the user says of it, since
    /// the weights are not seen.
    static func served(
        _ engine: EngineReference, tokenizerDigest: String, contextRule: String
    ) -> String {
        var hash = SHA256()
        hash.update(data: Data("refinery-served-1\n".utf8))
        for part in [
            engine.kind, engine.model, engine.canonicalType, engine.revision ?? "", tokenizerDigest,
            contextRule,
        ] {
            hash.update(data: Data("\(part.utf8.count):\(part)\n".utf8))
        }
        return Hex.string(hash.finalize())
    }
}

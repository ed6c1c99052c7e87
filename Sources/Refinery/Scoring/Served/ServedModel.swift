import Crypto
import Foundation
import Logging
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

    private let digest: String
    private let engineVersion: String?
    private let connection: EngineConnection
    private let pool: EnginePool
    private let session = Mutex<EngineSession?>(nil)

    /// Threads that wait for one model's answers: while one records, the others keep it busy.
    private static let threads = 4
    /// How long the engine may be away before threads are told.
    static let patience = Duration.seconds(60)

    /// Connects to the engine, and checks that it serves what it is said to serve.
    ///
    /// Blocks, with several requests to each endpoint.
    ///
    /// - Parameters:
    ///   - reference: the model, which has an engine.
    ///   - request: what connecting needs beside it.
    /// - Throws: ``RefineryError``: engineAway where no endpoint answers; engineRefused for another
    ///   model, tokenizer, revision or canary; invalid for an address or a key that cannot be
    ///   used. `ModelError` for the tokenizer; `CancellationError`.
    public init(_ reference: ModelReference, _ request: LoadRequest) throws {
        guard let engine = reference.engine else {
            throw RefineryError(.invalid, "\(reference) is served by no engine")
        }
        tokenizer = try LanguageModel.loadTokenizer(path: engine.tokenizer, pre: reference.pre)
        (contextToken, contextRule) = try LanguageModel.contextToken(
            for: reference.context, tokenizer: tokenizer, path: engine.tokenizer)
        localPath = engine.tokenizer
        let tokenizerDigest = ModelFingerprint.tokenizer(tokenizer)
        digest = ModelFingerprint.served(
            engine, tokenizerDigest: tokenizerDigest, contextRule: contextRule)
        let known = try request.known(digest)
        do {
            connection = try EngineConnection(engine, request)
            path = "\(connection.address)"
            let found = try connection.look(
                at: engine, tokenizer: tokenizer, contextToken: contextToken, known: known,
                request)
            engineVersion = found.record.engineVersion
            maxContext = found.maxContext
            record = known ?? found.record
            tokenizerWasCompared = found.comparedTokenizer
            var options = EnginePoolOptions()
            options.tokensInFlight = engine.tokensInFlight
            options.longestSequence = found.maxContext
            options.revision = engine.revision ?? found.record.reportedRevision
            options.canary = EngineCanary(
                ids: found.canaryIDs, meanNLL: (known ?? found.record).canaryNLL,
                isFloat32: engine.isFloat32)
            options.patience = Self.patience
            pool = EnginePool(
                connection.clients, options: options, timing: request.timing,
                logger: request.logger)
        } catch let error as EngineError {
            throw RefineryError(error)
        }
        remoteWorkers = RemoteWorkers(
            threads: Self.threads,
            batchTokens: max(256, engine.tokensInFlight * connection.clients.count / 2))
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
    public func fingerprint(cache: Store?) throws -> String { digest }

    /// A scorer of one thread.
    public func makeScorer(batchTokens: Int) -> any SequenceScoring {
        ServedScorer(model: self, batchTokens: batchTokens)
    }

    /// Scores sequences, context tokens included, in the run that all threads share.
    ///
    /// A run that failed is begun anew.
    func score(_ sequences: [[TokenID]], isCancelled: () -> Bool) throws -> [EngineOutcome] {
        let session = session.withLock { session in
            if let session, !session.hasEnded { return session }
            let fresh = EngineSession(pool)
            session = fresh
            return fresh
        }
        return try session.score(sequences, isCancelled: isCancelled)
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
            engine.kind, engine.model, engine.dtype, engine.revision ?? "", tokenizerDigest,
            contextRule,
        ] {
            hash.update(data: Data("\(part.utf8.count):\(part)\n".utf8))
        }
        return hexadecimal(hash.finalize())
    }
}

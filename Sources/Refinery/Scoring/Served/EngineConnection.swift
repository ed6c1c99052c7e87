import Logging
import ScoringEngines
import TeacherInference

/// The connections to a served model's endpoints, and the questions that come before scoring.
final class EngineConnection: Sendable {
    /// Where the model is.
    let address: EngineAddress
    /// One an endpoint.
    let clients: [EngineClient]
    private let transport: EngineTransport

    /// What the endpoints say.
    struct Found {
        var record: ServedRecord
        /// Tokens of the longest sequence; nil where no endpoint says how long its context is.
        var longest: Int?
        /// Whether the engine's tokenizer was compared with ours.
        var comparedTokenizer: Bool
        /// The canary's, context token included.
        var canaryIDs: [TokenID]
    }

    /// What the endpoints that answer say of themselves.
    private struct Answers: Sendable {
        var identities: [(client: EngineClient, identity: EngineIdentity)] = []
        var canaryNLL = 0.0
        /// What the canary's answer called the weights.
        var canaryRevision: String?
        var comparedTokenizer = true
    }

    /// Reads the key and the certificates; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - source: the model.
    ///   - timing: how long its engine is waited for.
    /// - Throws: `EngineError` (invalid) for a file that cannot be used.
    init(_ source: ServedSource, _ timing: EngineTiming) throws(EngineError) {
        address = source.address
        var key: EngineKey?
        if let path = source.engine.keyFile { key = try EngineKey(path: path) }
        transport = try EngineTransport(
            key: key, authorityFile: source.engine.authorityFile, timing: timing,
            allowsPlainHTTP: source.engine.allowsPlainHTTP)
        clients = EngineClient.all(address, transport: transport)
    }

    deinit {
        let transport = transport
        // A request in flight has been cancelled by whoever lets go of this.
        Task.detached { try? await transport.shutDown() }
    }

    /// Asks every endpoint what it serves and how it tokenises, and one for the canary; blocks.
    ///
    /// Endpoints that do not answer are left to the pool, as long as one does.
    ///
    /// - Parameters:
    ///   - source: the model.
    ///   - known: what was recorded of it before.
    ///   - request: its `isCancelled` gives up.
    /// - Returns: What is known of the model now.
    /// - Throws: `EngineError`; `CancellationError`.
    func look(
        at source: ServedSource, known: ServedRecord?, _ request: LoadRequest
    ) throws -> Found {
        let (clients, engine, tokenizer) = (clients, source.engine, source.tokenizer)
        let text =
            (source.contextToken.map { [$0] } ?? []) + Self.encode(ServedTexts.canary, tokenizer)
        let (answers, ids, context) = try BlockingCall.run(isCancelled: request.isCancelled) {
            var answers = try await Self.ask(clients, tokenizer, request.logger)
            let context = answers.identities.compactMap { answer in
                answer.identity.contextLength.map { answer.client.longestSequence(context: $0) }
            }.min()
            let ids = Array(text.prefix(min(context ?? .max, ServedTexts.mostCanaryIDs)))
            (answers.canaryNLL, answers.canaryRevision) = try await Self.canary(
                ids, answers.identities.map(\.client))
            return (answers, ids, context)
        }
        let first = answers.identities[0].identity
        if context == nil {
            request.logger.warning(
                "the engine does not say how long its context is",
                metadata: ["engine": "\(address)"])
        }
        // vLLM names them in answers alone: a canary of other weights must not be recorded.
        let reported =
            answers.identities.compactMap(\.identity.weightVersion)
            + [answers.canaryRevision].compactMap { $0 }
        for version in reported {
            if let named = engine.revision ?? known?.reportedRevision, named != version {
                throw EngineError(
                    .refused,
                    "\(address): the engine calls its weights \"\(version)\", expected was "
                        + "\"\(named)\"",
                    hint: "serve those weights, or name the new ones as another revision")
            }
        }
        if let known {
            try EngineCanary(ids: ids, meanNLL: known.canaryNLL, isFloat32: engine.isFloat32)
                .check(answers.canaryNLL)
        }
        return Found(
            record: ServedRecord(
                kind: engine.kind, model: engine.model, dtype: engine.dtype,
                revision: engine.revision, reportedRevision: reported.first, root: first.root,
                engineVersion: first.engineVersion, canaryNLL: answers.canaryNLL),
            longest: context, comparedTokenizer: answers.comparedTokenizer, canaryIDs: ids)
    }

    /// Asks each endpoint what it serves, and whether it tokenises as we do.
    private static func ask(
        _ clients: [EngineClient], _ tokenizer: any Tokenizer, _ logger: Logger
    ) async throws -> Answers {
        var answers = Answers()
        var absences: [EngineError] = []
        for client in clients {
            do {
                let identity = try await client.identity()
                if try await !probe(client, tokenizer, logger) { answers.comparedTokenizer = false }
                answers.identities.append((client, identity))
            } catch let error as EngineError {
                guard error.mayPass else { throw error }
                absences.append(error)
            }
        }
        // Whoever waits for the engine says so itself.
        if answers.identities.isEmpty, let absence = absences.last {
            throw absences.first { $0.kind == .wrongAnswer } ?? absence
        }
        for absence in absences {
            logger.warning(
                "an engine endpoint is away", metadata: ["error": "\(absence.message)"])
        }
        return answers
    }

    /// Compares the engine's tokenizer with ours; false where it has no way to ask.
    private static func probe(
        _ client: EngineClient, _ tokenizer: any Tokenizer, _ logger: Logger
    ) async throws -> Bool {
        for text in ServedTexts.probes {
            guard let theirs = try await client.tokenize(text) else {
                logger.notice(
                    "the engine has no /tokenize: that it has our tokenizer is not checked",
                    metadata: ["engine.url": "\(client.url)"])
                return false
            }
            let ours = encode(text, tokenizer)
            guard theirs == ours else {
                throw EngineError(
                    .refused,
                    "\(client.url): the engine's tokenizer is another one: it makes \(theirs) of "
                        + "\"\(text)\", ours makes \(ours)",
                    hint: "name the tokenizer of the model that is served")
            }
        }
        return true
    }

    /// The canary's mean NLL, and what the weights are called, by the first endpoint that says it.
    private static func canary(
        _ ids: [TokenID], _ clients: [EngineClient]
    ) async throws -> (meanNLL: Double, revision: String?) {
        var absence: EngineError?
        for client in clients {
            do {
                return try await client.canary(ids)
            } catch let error as EngineError {
                guard error.mayPass else { throw error }
                absence = error
            }
        }
        throw absence ?? EngineError(.unavailable(retryAfter: nil), "no endpoint answers")
    }

    private static func encode(_ text: String, _ tokenizer: any Tokenizer) -> [TokenID] {
        var text = text
        return text.withUTF8 { tokenizer.encode(UnsafeRawBufferPointer($0)) }
    }
}

extension EngineError {
    /// Whether the endpoint may answer well when it is asked again.
    fileprivate var mayPass: Bool {
        switch kind {
        case .unavailable, .wrongAnswer: true
        case .sequence, .refused, .invalid: false
        }
    }
}

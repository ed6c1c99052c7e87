/// What an endpoint says of itself.
public struct EngineIdentity: Sendable, Equatable {
    /// The model's name, as served.
    public var model: String
    /// The path or hub name of the weights, without a revision.
    public var root: String?
    /// Tokens that the context takes.
    public var contextLength: Int?
    /// What the operator calls the weights (SGLang's `--weight-version`); nil where nobody did.
    public var weightVersion: String?
    /// The engine's version.
    public var engineVersion: String?
}

extension EngineClient {
    /// Asks what is served.
    ///
    /// - Throws: ``EngineError`` (refused) where the model is not among what is served, with the
    ///   names that are; other ``EngineError``; `CancellationError`.
    public func identity() async throws -> EngineIdentity {
        let models = try await leaves(nil, path: "/v1/models")
        var names: [String] = []
        while let name = models.text("data.\(names.count).id") { names.append(name) }
        guard let place = names.firstIndex(of: model) else {
            let served = names.prefix(8).map { "\"\(redacted($0))\"" }.joined(separator: ", ")
            throw EngineError(
                .refused, "\(url) does not serve the model \"\(model)\"; it serves \(served)")
        }
        var identity = EngineIdentity(
            model: model, root: models.text("data.\(place).root").map(redacted),
            contextLength: models.whole("data.\(place).max_model_len"))
        switch kind {
        case .vllm:
            identity.engineVersion = try await optionalLeaves(nil, path: "/version")?
                .text("version").map(redacted)
        case .sglang:
            let version = try await optionalLeaves(nil, path: "/model_info")?
                .text("weight_version").map(redacted)
            identity.weightVersion = version == "default" ? nil : version
            identity.engineVersion = try await optionalLeaves(nil, path: "/server_info")?
                .text("version").map(redacted)
        }
        return identity
    }

    /// The ids of a text, without special tokens, by the engine's tokenizer.
    ///
    /// - Returns: nil where the engine has no `/tokenize`.
    /// - Throws: ``EngineError``; `CancellationError`.
    public func tokenize(_ text: String) async throws -> [Int32]? {
        var body = RequestBody()
        body.append("{\"model\":")
        body.append(quoted: model)
        body.append(",\"prompt\":")
        body.append(quoted: text)
        body.append(",\"add_special_tokens\":false}")
        guard let leaves = try await optionalLeaves(body.bytes, path: "/tokenize") else {
            return nil
        }
        var ids: [Int32] = []
        while let id = leaves.whole("tokens.\(ids.count)") {
            guard let id = Int32(exactly: id) else {
                throw EngineError(.wrongAnswer, "\(url): /tokenize gives the id \(id)")
            }
            ids.append(id)
        }
        return ids
    }

    /// Scores one sequence.
    ///
    /// - Parameter ids: at least two.
    /// - Returns: its mean NLL, nats, and what the answer calls the weights, where it does.
    /// - Throws: ``EngineError``; `CancellationError`.
    public func canary(
        _ ids: [Int32]
    ) async throws -> (meanNLL: Double, revision: String?) {
        try await canary(ids, tokensInFlight: 0, EnginePace())
    }

    /// The same at an endpoint that has work, by its pace.
    func canary(
        _ ids: [Int32], tokensInFlight: Int, _ pace: EnginePace
    ) async throws -> (meanNLL: Double, revision: String?) {
        let answer = try await answer([ids], tokensInFlight: tokensInFlight, pace: pace)
        return (answer.scores[0].meanNLL, reportedRevision(answer))
    }

    /// What an answer says of the weights, where an operator named them.
    func reportedRevision(_ answer: EngineAnswer) -> String? {
        switch kind {
        // vLLM's own fingerprint hashes its configuration: another host may have another.
        case .vllm: answer.fingerprint.flatMap { $0.hasPrefix("vllm-") ? nil : $0 }
        case .sglang: answer.fingerprint == "default" ? nil : answer.fingerprint
        }
    }

    private func leaves(_ body: [UInt8]?, path: String) async throws -> JSONLeaves {
        try await exchange(
            body, path: path, bound: 4 << 20, timeout: transport.timing.base,
            reader: LeavesReader())
    }

    /// Nil where the engine does not have the path.
    private func optionalLeaves(_ body: [UInt8]?, path: String) async throws -> JSONLeaves? {
        do {
            return try await leaves(body, path: path)
        } catch let error as EngineError where error.isMissingPath {
            return nil
        }
    }
}

extension EngineError {
    /// Whether the engine does not have what was asked for, or says it in a shape that is not known.
    fileprivate var isMissingPath: Bool {
        kind == .wrongAnswer || status == 404 || status == 405
    }
}

/// Reads a small answer.
private struct LeavesReader: BodyReader {
    private var stream = JSONStream()
    private var leaves = JSONLeaves.empty

    mutating func consume(_ bytes: UnsafeRawBufferPointer) throws(EngineError) {
        try stream.feed(bytes, into: &leaves)
    }

    mutating func finish() throws(EngineError) -> JSONLeaves {
        try stream.finish(into: &leaves)
        return leaves
    }
}

/// One endpoint of a served model.
public struct EngineClient: Sendable {
    /// Where it is.
    public let url: EngineURL
    /// The model's name, as served.
    public let model: String
    /// Which interface is spoken.
    public let kind: EngineKind

    let codec: any EngineCodec
    let transport: EngineTransport

    /// A client of one of an address's endpoints; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - url: where the endpoint is.
    ///   - kind: which interface it speaks.
    ///   - model: the model's name, as served.
    ///   - transport: carries the requests; shared by clients.
    ///   - isCompact: whether vLLM is asked by its compact interface, which only some servers have
    ///     and which gives no ranks.
    public init(
        url: EngineURL, kind: EngineKind, model: String, transport: EngineTransport,
        isCompact: Bool = false
    ) {
        self.url = url
        self.kind = kind
        self.model = model
        self.transport = transport
        codec =
            switch (kind, isCompact) {
            case (.vllm, false): VLLMCodec()
            case (.vllm, true): VLLMCompactCodec()
            case (.sglang, _): SGLangCodec()
            }
    }

    /// The clients of all of an address's endpoints.
    public static func all(
        _ address: EngineAddress, transport: EngineTransport, isCompact: Bool = false
    ) -> [EngineClient] {
        address.urls.map {
            EngineClient(
                url: $0, kind: address.kind, model: address.model, transport: transport,
                isCompact: isCompact)
        }
    }

    /// Ids that a sequence may have where the model's context takes `context`.
    ///
    /// vLLM generates a token, which must fit, too.
    public func longestSequence(context: Int) -> Int { codec.room(context: context) }

    /// Scores sequences by one request, or several where the interface takes fewer in one.
    ///
    /// - Parameter sequences: token ids; one with fewer than two has nothing to score and is not
    ///   sent.
    /// - Returns: a score a sequence, in order, every check passed.
    /// - Throws: ``EngineError``; `CancellationError`.
    public func score(_ sequences: [[Int32]]) async throws -> [EngineScore] {
        try await answer(sequences).scores
    }

    /// The same, with what the answer says of model and weights.
    ///
    /// - Parameters:
    ///   - sequences: as above.
    ///   - tokensInFlight: tokens that the endpoint has to do before it can answer, besides these.
    ///   - pace: how fast the endpoint is.
    /// - Returns: the scores, every check passed.
    /// - Throws: ``EngineError``; `CancellationError`.
    func answer(
        _ sequences: [[Int32]], tokensInFlight: Int = 0, pace: EnginePace = EnginePace()
    ) async throws -> EngineAnswer {
        var answer = EngineAnswer(
            scores: sequences.map { _ in EngineScore(logProbs: [], ranks: nil) })
        let sent = sequences.indices.filter { sequences[$0].count > 1 }
        var first = 0
        while first < sent.count {
            let end =
                codec.sequencesPerRequest < sent.count - first
                ? first + codec.sequencesPerRequest : sent.count
            let part = try await request(
                sent[first..<end].map { sequences[$0] }, tokensInFlight, pace)
            for (place, score) in zip(sent[first..<end], part.scores) {
                answer.scores[place] = score
            }
            answer.model = part.model
            answer.fingerprint = part.fingerprint.map(redacted)
            first = end
        }
        return answer
    }

    private func request(
        _ sequences: [[Int32]], _ tokensInFlight: Int, _ pace: EnginePace
    ) async throws -> EngineAnswer {
        let tokens = sequences.reduce(0) { $0 + $1.count }
        return try await exchange(
            codec.body(model: model, sequences: sequences), path: codec.path,
            bound: codec.answerBound(tokens: tokens),
            timeout: pace.timeout(tokens: tokens + tokensInFlight, transport.timing),
            reader: ScoreReader(decoder: codec.decoder(model: model, sequences: sequences)))
    }

    /// Sends a request to a path of this endpoint, whose URL errors name.
    func exchange<Reader: BodyReader>(
        _ body: [UInt8]?, path: String, bound: Int, timeout: Duration, reader: Reader
    ) async throws -> Reader.Value {
        do {
            return try await transport.exchange(
                body, to: url, path: path, bound: bound, timeout: timeout, reader: reader)
        } catch let error as EngineError {
            throw (transport.key.map(error.redacted) ?? error).at("\(url)")
        }
    }

    /// What an engine says of itself, without the key, should it have sent that back.
    func redacted(_ text: String) -> String {
        transport.key?.redacting(text) ?? text
    }
}

/// Reads an answer with scores.
private struct ScoreReader: BodyReader {
    var decoder: any AnswerDecoder

    mutating func consume(_ bytes: UnsafeRawBufferPointer) throws(EngineError) {
        try decoder.consume(bytes)
    }

    mutating func finish() throws(EngineError) -> EngineAnswer {
        try decoder.finish()
    }
}

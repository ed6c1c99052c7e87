/// vLLM's `/inference/v1/generate` (0.32.0, from its source, not tried).
///
/// A server with `--enable-scale-out` has it. It gives 6 bytes a token instead of 72, one prompt a
/// request, no ranks, and no ids back: a log-prob of another id is not noticed here.
struct VLLMCompactCodec: EngineCodec {
    let path = "/inference/v1/generate"
    let sequencesPerRequest = 1

    func room(context: Int) -> Int { context - 1 }

    func body(model: String, sequences: [[Int32]]) -> [UInt8] {
        let ids = sequences.first ?? []
        var body = RequestBody()
        body.append("{\"model\":")
        body.append(quoted: model)
        body.append(",\"token_ids\":")
        body.append(ids)
        body.append(",\"sampling_params\":{\"max_tokens\":1,\"prompt_logprob_token_ids\":")
        body.append(ids.dropFirst().map { [$0] })
        body.append(",\"temperature\":0,\"detokenize\":false}}")
        return body.bytes
    }

    func decoder(model: String, sequences: [[Int32]]) -> any AnswerDecoder {
        JSONAnswerDecoder(CompactSink(model: model, sent: sequences.first ?? []))
    }
}

/// Takes the log-probs from `prompt_token_id_logprobs`, wherever in the answer it is.
private struct CompactSink: AnswerSink {
    private enum Field {
        case other, model, fingerprint, logProbs
    }

    private let model: String
    private let sent: [Int32]
    private var field = Field.other
    private var depth = 0
    private var servedModel: String?
    private var fingerprint: String?
    private var score: EngineScore?

    init(model: String, sent: [Int32]) {
        self.model = model
        self.sent = sent
    }

    var stringLimit: Int {
        switch field {
        // Four characters for three bytes: a header of at most 512 bytes, and the numbers.
        case .logProbs: (512 + 4 * sent.count) / 3 * 4 + 8
        case .model, .fingerprint: 1024
        case .other: 0
        }
    }

    mutating func open(isArray: Bool) throws(EngineError) {
        depth += 1
        field = .other
    }

    mutating func close() throws(EngineError) {
        depth -= 1
        field = .other
    }

    mutating func key(_ bytes: UnsafeRawBufferPointer) throws(EngineError) {
        if bytes.equals("prompt_token_id_logprobs") {
            field = .logProbs
        } else if depth == 1, bytes.equals("model") {
            field = .model
        } else if depth == 1, bytes.equals("system_fingerprint") {
            field = .fingerprint
        } else {
            field = .other
        }
    }

    mutating func string(_ bytes: UnsafeRawBufferPointer) throws(EngineError) {
        switch field {
        case .model: servedModel = String(decoding: bytes, as: UTF8.self)
        case .fingerprint: fingerprint = String(decoding: bytes, as: UTF8.self)
        case .logProbs:
            guard score == nil else { throw EchoedSequence.wrong("it has log-probs twice") }
            let values = try NumPyColumn.values(base64: bytes, rows: sent.count - 1)
            score = EngineScore(
                logProbs: try EchoedSequence.checked(values.map(Double.init), name: "the prompt"),
                ranks: nil)
        case .other: break
        }
    }

    mutating func other() throws(EngineError) {}
    mutating func number(_ value: Double) throws(EngineError) {}
    mutating func null() throws(EngineError) {}

    func answer() throws(EngineError) -> EngineAnswer {
        if let servedModel, servedModel != model {
            throw EngineError(
                .refused,
                "the engine answers for the model \"\(servedModel)\", asked was \"\(model)\"")
        }
        guard let score else { throw EchoedSequence.wrong("it has no prompt_token_id_logprobs") }
        return EngineAnswer(scores: [score], model: servedModel, fingerprint: fingerprint)
    }
}

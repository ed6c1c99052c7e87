/// vLLM's `/v1/completions` with `prompt_logprobs: 0` (0.32.0, tried).
struct VLLMCodec: EngineCodec {
    let path = "/v1/completions"
    let sequencesPerRequest = Int.max

    /// One token is generated, and must fit, too.
    func room(context: Int) -> Int { context - 1 }

    func body(model: String, sequences: [[Int32]]) -> [UInt8] {
        var body = RequestBody()
        body.append("{\"model\":")
        body.append(quoted: model)
        body.append(",\"prompt\":")
        body.append(sequences)
        body.append(",\"max_tokens\":1,\"prompt_logprobs\":0,\"temperature\":0}")
        return body.bytes
    }

    func decoder(model: String, sequences: [[Int32]]) -> any AnswerDecoder {
        JSONAnswerDecoder(VLLMSink(model: model, sequences: sequences))
    }
}

/// Takes log-probs, ids and ranks from `choices[i].prompt_logprobs`.
private struct VLLMSink: AnswerSink {
    /// What the innermost array or object is.
    private enum Place {
        case root, choices, choice, entries, entry, value, usage, other
    }

    /// What the value that comes next is.
    private enum Field {
        case other, model, fingerprint, choices, index, logProbs, usage, promptTokens, logProb, rank
    }

    private let model: String
    private let sequences: [[Int32]]
    private var places: [Place] = []
    private var place = Place.other
    private var field = Field.other

    private var echoed: EchoedSequence
    private var index: Double?
    private var hasLogProbs = false
    private var id: Int32?
    private var logProb: Double?
    private var rank: Double?

    private var scores: [EngineScore?]
    private var servedModel: String?
    private var fingerprint: String?

    init(model: String, sequences: [[Int32]]) {
        self.model = model
        self.sequences = sequences
        scores = Array(repeating: nil, count: sequences.count)
        echoed = EchoedSequence(most: sequences.reduce(0) { max($0, $1.count) })
    }

    var stringLimit: Int {
        place == .root && (field == .model || field == .fingerprint) ? 1024 : 0
    }

    mutating func open(isArray: Bool) throws(EngineError) {
        places.append(place)
        switch (place, field, isArray) {
        case (_, _, false) where places.count == 1: place = .root
        case (.root, .choices, true): place = .choices
        case (.root, .usage, false): place = .usage
        case (.choices, _, false):
            place = .choice
            echoed.clear()
            index = nil
            hasLogProbs = false
        case (.choice, .logProbs, true):
            place = .entries
            hasLogProbs = true
        case (.entries, _, false):
            place = .entry
            id = nil
        case (.entry, _, false):
            place = .value
            logProb = nil
            rank = nil
        default: place = .other
        }
        field = .other
    }

    mutating func close() throws(EngineError) {
        switch place {
        case .entry:
            guard id != nil, logProb != nil else {
                throw EchoedSequence.wrong("an entry of prompt_logprobs has no log-prob")
            }
            try echoed.append(id: id, logProb: logProb)
            if let rank { try echoed.append(rank: rank) }
        case .choice: try endChoice()
        default: break
        }
        place = places.popLast() ?? .other
        field = .other
    }

    mutating func key(_ bytes: UnsafeRawBufferPointer) throws(EngineError) {
        field = .other
        switch place {
        case .value:
            if bytes.equals("logprob") {
                field = .logProb
            } else if bytes.equals("rank") {
                field = .rank
            }
        case .entry:
            guard id == nil else {
                throw EchoedSequence.wrong("an entry of prompt_logprobs has several ids")
            }
            guard let value = JSONNumber.value(bytes), let number = Int32(exactly: value) else {
                throw EchoedSequence.wrong("a key of prompt_logprobs is no token id")
            }
            id = number
        case .choice:
            if bytes.equals("index") {
                field = .index
            } else if bytes.equals("prompt_logprobs") {
                field = .logProbs
            }
        case .root:
            if bytes.equals("choices") {
                field = .choices
            } else if bytes.equals("model") {
                field = .model
            } else if bytes.equals("system_fingerprint") {
                field = .fingerprint
            } else if bytes.equals("usage") {
                field = .usage
            }
        case .usage: if bytes.equals("prompt_tokens") { field = .promptTokens }
        default: break
        }
    }

    mutating func string(_ bytes: UnsafeRawBufferPointer) throws(EngineError) {
        let text = String(decoding: bytes, as: UTF8.self)
        switch field {
        case .model: servedModel = text
        case .fingerprint: fingerprint = text
        default: break
        }
    }

    mutating func other() throws(EngineError) {
        if place == .entries || place == .entry {
            throw EchoedSequence.wrong("prompt_logprobs has something else than objects")
        }
    }

    mutating func number(_ value: Double) throws(EngineError) {
        switch (place, field) {
        case (.value, .logProb): logProb = value
        case (.value, .rank): rank = value
        case (.choice, .index): index = value
        case (.usage, .promptTokens):
            let sent = sequences.reduce(0) { $0 + $1.count }
            guard value == Double(sent) else {
                throw EchoedSequence.wrong("it counts \(value) prompt tokens, \(sent) were sent")
            }
        default: try other()
        }
    }

    mutating func null() throws(EngineError) {
        switch (place, field) {
        case (.entries, _):
            try echoed.append(id: nil, logProb: nil)
            try echoed.append(rank: nil)
        // A log-prob that JSON has no number for.
        case (.value, .logProb): logProb = .nan
        case (.entry, _): try other()
        default: break
        }
    }

    private mutating func endChoice() throws(EngineError) {
        guard let index, let number = Int(exactly: index), sequences.indices.contains(number) else {
            throw EchoedSequence.wrong(
                "a choice has no index below \(sequences.count), the number of prompts")
        }
        guard scores[number] == nil else {
            throw EchoedSequence.wrong("there are two choices for prompt \(number)")
        }
        guard hasLogProbs else {
            throw EchoedSequence.wrong("the choice for prompt \(number) has no prompt_logprobs")
        }
        scores[number] = try echoed.withoutMissingRanks.checked(
            against: sequences[number], name: "prompt \(number)", echoesFirst: false)
    }

    func answer() throws(EngineError) -> EngineAnswer {
        if let servedModel, servedModel != model {
            throw EngineError(
                .refused,
                "the engine answers for the model \"\(servedModel)\", asked was \"\(model)\"")
        }
        var found: [EngineScore] = []
        for (number, score) in scores.enumerated() {
            guard let score else { throw EchoedSequence.wrong("prompt \(number) has no choice") }
            found.append(score)
        }
        return EngineAnswer(scores: found, model: servedModel, fingerprint: fingerprint)
    }
}

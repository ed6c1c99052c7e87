/// SGLang's `/generate` (0.5.23, from its source; `refinery_distill.serve`, tried).
///
/// That server's `input_token_ranks` are read where they are; SGLang itself gives none.
struct SGLangCodec: EngineCodec {
    let path = "/generate"
    let sequencesPerRequest = Int.max

    func room(context: Int) -> Int { context }

    func body(model: String, sequences: [[Int32]]) -> [UInt8] {
        var body = RequestBody()
        body.append("{\"input_ids\":")
        body.append(sequences)
        body.append(",\"sampling_params\":{\"max_new_tokens\":0,\"temperature\":0}")
        body.append(",\"return_logprob\":true,\"logprob_start_len\":0,\"top_logprobs_num\":0}")
        return body.bytes
    }

    func decoder(model: String, sequences: [[Int32]]) -> any AnswerDecoder {
        JSONAnswerDecoder(SGLangSink(sequences: sequences))
    }
}

/// Takes log-probs, ids and ranks from `[i].meta_info`.
private struct SGLangSink: AnswerSink {
    private enum Place {
        case list, item, info, entries, entry, ranks, other
    }

    private enum Field {
        case other, info, logProbs, ranks, promptTokens, version
    }

    private let sequences: [[Int32]]
    private var places: [Place] = []
    private var place = Place.other
    private var field = Field.other

    private var echoed: EchoedSequence
    private var hasLogProbs = false
    private var column = 0
    private var id: Int32?
    private var logProb: Double?

    private var scores: [EngineScore] = []
    private var version: String?

    init(sequences: [[Int32]]) {
        self.sequences = sequences
        echoed = EchoedSequence(most: sequences.reduce(0) { max($0, $1.count) })
    }

    var stringLimit: Int { place == .info && field == .version ? 1024 : 0 }

    mutating func open(isArray: Bool) throws(EngineError) {
        places.append(place)
        switch (place, field, isArray) {
        case (_, _, true) where places.count == 1: place = .list
        case (_, _, false) where places.count == 1: beginItem()
        case (.list, _, false): beginItem()
        case (.item, .info, false): place = .info
        case (.info, .logProbs, true):
            place = .entries
            hasLogProbs = true
        case (.info, .ranks, true): place = .ranks
        case (.entries, _, true):
            place = .entry
            column = 0
            id = nil
            logProb = nil
        case (.entries, _, _), (.entry, _, _), (.ranks, _, _), (.list, _, _):
            throw EchoedSequence.wrong("it has an array or an object where none belongs")
        default: place = .other
        }
        field = .other
    }

    private mutating func beginItem() {
        place = .item
        echoed.clear()
        hasLogProbs = false
    }

    mutating func close() throws(EngineError) {
        switch place {
        case .entry:
            guard column >= 2, id != nil else {
                throw EchoedSequence.wrong("an entry of input_token_logprobs has no id")
            }
            try echoed.append(id: id, logProb: logProb)
        case .item: try endItem()
        default: break
        }
        place = places.popLast() ?? .other
        field = .other
    }

    mutating func key(_ bytes: UnsafeRawBufferPointer) throws(EngineError) {
        field = .other
        switch place {
        case .item: if bytes.equals("meta_info") { field = .info }
        case .info:
            if bytes.equals("input_token_logprobs") {
                field = .logProbs
            } else if bytes.equals("input_token_ranks") {
                field = .ranks
            } else if bytes.equals("prompt_tokens") {
                field = .promptTokens
            } else if bytes.equals("weight_version") {
                field = .version
            }
        default: break
        }
    }

    mutating func string(_ bytes: UnsafeRawBufferPointer) throws(EngineError) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard version == nil || version == text else {
            throw EngineError(
                .refused, "one answer names two weights: \(version ?? "") and \(text)")
        }
        version = text
    }

    mutating func other() throws(EngineError) {
        switch place {
        // The third column is the token's text, which was not asked for.
        case .entry where column >= 2: column += 1
        case .entry, .entries, .ranks, .list:
            throw EchoedSequence.wrong("it has a text or a boolean where a number belongs")
        default: break
        }
    }

    mutating func number(_ value: Double) throws(EngineError) {
        switch (place, field) {
        case (.entry, _):
            if column == 0 {
                logProb = value
            } else if column == 1 {
                guard let number = Int32(exactly: value) else {
                    throw EchoedSequence.wrong("\(value) is no token id")
                }
                id = number
            }
            column += 1
        case (.ranks, _): try echoed.append(rank: value)
        case (.info, .promptTokens):
            guard scores.count < sequences.count else { return }
            let sent = sequences[scores.count].count
            guard value == Double(sent) else {
                throw EchoedSequence.wrong(
                    "it counts \(value) tokens in prompt \(scores.count), \(sent) were sent")
            }
        case (.entries, _), (.list, _): try other()
        default: break
        }
    }

    mutating func null() throws(EngineError) {
        switch place {
        case .entry: column += 1
        case .ranks: try echoed.append(rank: nil)
        case .entries, .list: try other()
        default: break
        }
    }

    private mutating func endItem() throws(EngineError) {
        let number = scores.count
        guard number < sequences.count else {
            throw EchoedSequence.wrong("it has more than the \(sequences.count) prompts sent")
        }
        guard hasLogProbs else {
            throw EchoedSequence.wrong("prompt \(number) has no input_token_logprobs")
        }
        scores.append(
            try echoed.checked(
                against: sequences[number], name: "prompt \(number)", echoesFirst: true))
    }

    func answer() throws(EngineError) -> EngineAnswer {
        guard scores.count == sequences.count else {
            throw EchoedSequence.wrong("it has \(scores.count) of \(sequences.count) prompts")
        }
        return EngineAnswer(scores: scores, model: nil, fingerprint: version)
    }
}

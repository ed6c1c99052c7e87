import Testing

@testable import ScoringEngines

@Suite struct CodecTests {
    static let prompts: [[Int32]] = [[504, 5345, 314], [7, 7], [1, 49151, 0, 12, 9]]

    enum Shape: CaseIterable {
        case vllm, sglang, sglangWithRanks, compact

        var codec: any EngineCodec {
            switch self {
            case .vllm: VLLMCodec()
            case .sglang, .sglangWithRanks: SGLangCodec()
            case .compact: VLLMCompactCodec()
            }
        }
        var prompts: [[Int32]] { self == .compact ? [CodecTests.prompts[0]] : CodecTests.prompts }
        var answer: String {
            switch self {
            case .vllm: EngineAnswers.vllm(prompts)
            case .sglang: EngineAnswers.sglang(prompts)
            case .sglangWithRanks: EngineAnswers.sglang(prompts, hasRanks: true)
            case .compact: EngineAnswers.compact(prompts[0])
            }
        }
        var hasRanks: Bool { self == .vllm || self == .sglangWithRanks }
    }

    /// Decodes an answer cut into pieces that end at `cuts`.
    static func decode(
        _ text: String, _ codec: any EngineCodec, _ prompts: [[Int32]], cuts: [Int] = []
    ) throws -> EngineAnswer {
        var decoder = codec.decoder(model: EngineAnswers.model, sequences: prompts)
        let bytes = Array(text.utf8)
        var start = 0
        for cut in cuts + [bytes.count] {
            // A copy of its own: what is read beyond a piece is then another's memory.
            let piece = Array(bytes[start..<cut])
            try piece.withUnsafeBytes { try decoder.consume($0) }
            start = cut
        }
        return try decoder.finish()
    }

    static func kind(_ text: String, _ shape: Shape) -> EngineError.Kind? {
        do {
            _ = try decode(text, shape.codec, shape.prompts)
            return nil
        } catch {
            return (error as? EngineError)?.kind
        }
    }

    @Test(arguments: Shape.allCases) func recordedShapesAreReadCutAnywhere(shape: Shape) throws {
        let text = shape.answer
        for cut in 0...text.utf8.count {
            let answer = try Self.decode(text, shape.codec, shape.prompts, cuts: [cut])
            #expect(answer.scores.map(\.logProbs) == shape.prompts.map(EngineAnswers.logProbs))
            #expect(
                answer.scores.map(\.ranks)
                    == shape.prompts.map { shape.hasRanks ? EngineAnswers.ranks($0) : nil })
        }
        let each = Array(1..<text.utf8.count)
        let answer = try Self.decode(text, shape.codec, shape.prompts, cuts: each)
        #expect(answer.scores.map(\.logProbs) == shape.prompts.map(EngineAnswers.logProbs))
    }

    @Test(arguments: Shape.allCases) func everyTruncationIsRefused(shape: Shape) {
        let text = shape.answer
        for end in 0..<text.utf8.count {
            let part = String(decoding: Array(text.utf8)[..<end], as: UTF8.self)
            #expect(Self.kind(part, shape) == .wrongAnswer)
        }
        #expect(Self.kind(text + "x", shape) == .wrongAnswer)
    }

    @Test(arguments: Shape.allCases) func everyChangedByteIsReadOrRefused(shape: Shape) {
        let text = Array(shape.answer.utf8)
        for place in text.indices {
            for byte: UInt8 in [0x00, 0x22, 0x2D, 0x30, 0x39, 0x5B, 0x5C, 0x5D, 0x7B, 0x7D, 0xFF] {
                var changed = text
                changed[place] = byte
                var decoder = shape.codec.decoder(model: "m", sequences: shape.prompts)
                do {
                    try changed.withUnsafeBytes { try decoder.consume($0) }
                    let answer = try decoder.finish()
                    // What is accepted has the right number of log-probs, all finite and ≤ 0.
                    #expect(
                        answer.scores.map(\.logProbs.count) == shape.prompts.map { $0.count - 1 })
                    #expect(answer.scores.allSatisfy { $0.logProbs.allSatisfy { $0 <= 0 } })
                } catch {
                    #expect(error is EngineError)
                }
            }
        }
    }

    @Test func identityOfAnswersIsTold() throws {
        let one = try Self.decode(Shape.vllm.answer, VLLMCodec(), Self.prompts)
        #expect(one.model == "m" && one.fingerprint == EngineAnswers.fingerprint)
        let other = try Self.decode(
            EngineAnswers.sglang(Self.prompts, version: "sha256:ab"), SGLangCodec(), Self.prompts)
        #expect(other.model == nil && other.fingerprint == "sha256:ab")
    }

    @Test func onePromptMayComeWithoutAList() throws {
        let text = String(EngineAnswers.sglang([[5, 6]]).dropFirst().dropLast())
        let answer = try Self.decode(text, SGLangCodec(), [[5, 6]])
        #expect(answer.scores.map(\.logProbs) == [EngineAnswers.logProbs([5, 6])])
    }

    @Test func choicesOfVLLMMayComeInAnyOrder() throws {
        let text = EngineAnswers.vllm(Self.prompts)
        let swapped = text.replacing("\"index\":0", with: "\"index\":X")
            .replacing("\"index\":2", with: "\"index\":0")
            .replacing("\"index\":X", with: "\"index\":2")
        // Only the numbers were exchanged, so the ids do not go with them.
        #expect(Self.kind(swapped, .vllm) == .wrongAnswer)
        let turned = EngineAnswers.vllm(Self.prompts.reversed())
            .replacing("\"index\":0", with: "\"index\":X")
            .replacing("\"index\":2", with: "\"index\":0")
            .replacing("\"index\":X", with: "\"index\":2")
        let answer = try Self.decode(turned, VLLMCodec(), Self.prompts)
        #expect(answer.scores.map(\.logProbs) == Self.prompts.map(EngineAnswers.logProbs))
    }

    /// A change of a right answer, and what it is then.
    struct Fault: Sendable, CustomTestStringConvertible {
        var name: String
        var shape: Shape
        var from: String
        var to: String
        var kind = EngineError.Kind.wrongAnswer
        var testDescription: String { "\(shape): \(name)" }
    }

    static let faults: [Fault] = [
        Fault(name: "another id", shape: .vllm, from: "\"5345\":", to: "\"5346\":"),
        Fault(name: "no id", shape: .vllm, from: "\"5345\":", to: "\"x\":"),
        Fault(name: "an empty entry", shape: .vllm, from: "[null,{", to: "[null,{},{"),
        Fault(name: "first not null", shape: .vllm, from: "[null,{", to: "[{"),
        Fault(name: "null for an entry", shape: .vllm, from: "[null,{", to: "[null,null,{"),
        Fault(name: "a number for an entry", shape: .vllm, from: "[null,{", to: "[null,1,{"),
        Fault(name: "index twice", shape: .vllm, from: "\"index\":1", to: "\"index\":0"),
        Fault(name: "index beyond", shape: .vllm, from: "\"index\":1", to: "\"index\":3"),
        Fault(name: "index negative", shape: .vllm, from: "\"index\":1", to: "\"index\":-1"),
        Fault(name: "index huge", shape: .vllm, from: "\"index\":1", to: "\"index\":1e300"),
        Fault(
            name: "tokens", shape: .vllm, from: "\"prompt_tokens\":10", to: "\"prompt_tokens\":9"),
        Fault(name: "no choices", shape: .vllm, from: "\"choices\"", to: "\"chances\""),
        Fault(
            name: "no log-probs", shape: .vllm, from: "\"prompt_logprobs\"", to: "\"prompt_logits\""
        ),
        Fault(name: "rank 0", shape: .vllm, from: "\"rank\":1,", to: "\"rank\":0,"),
        Fault(name: "rank 1.5", shape: .vllm, from: "\"rank\":1,", to: "\"rank\":1.5,"),
        Fault(
            name: "a rank that cannot be", shape: .vllm, from: "\"rank\":1,", to: "\"rank\":40000,"),
        Fault(
            name: "another model", shape: .vllm, from: "\"model\":\"m\"", to: "\"model\":\"n\"",
            kind: .refused),
        Fault(
            name: "−9999", shape: .vllm, from: "\"logprob\":-", to: "\"logprob\":-9999.0,\"l\":-",
            kind: .sequence),
        Fault(
            name: "NaN", shape: .vllm, from: "\"logprob\":-", to: "\"logprob\":NaN,\"l\":-",
            kind: .sequence),
        Fault(
            name: "null", shape: .vllm, from: "\"logprob\":-", to: "\"logprob\":null,\"l\":-",
            kind: .sequence),
        Fault(name: "a logit", shape: .vllm, from: "\"logprob\":-", to: "\"logprob\":1"),
        Fault(name: "another id", shape: .sglang, from: ",5345,", to: ",5346,"),
        Fault(name: "another first id", shape: .sglang, from: "[null,504,", to: "[null,505,"),
        Fault(name: "half an id", shape: .sglang, from: ",5345,", to: ",5345.5,"),
        Fault(name: "no id", shape: .sglang, from: ",5345,null]", to: "]"),
        Fault(name: "a text", shape: .sglang, from: ",5345,", to: ",\"5345\","),
        Fault(
            name: "one more", shape: .sglang, from: "[null,504,", to: "[null,504,null],[null,504,"),
        Fault(
            name: "tokens", shape: .sglang, from: "\"prompt_tokens\":3", to: "\"prompt_tokens\":4"),
        Fault(name: "a logit", shape: .sglang, from: ",[-", to: ",[1"),
        Fault(name: "−9999", shape: .sglang, from: ",[-", to: ",[-9999", kind: .sequence),
        Fault(
            name: "−Infinity", shape: .sglang, from: ",[-", to: ",[-Infinity,5345,null],[-"),
        Fault(
            name: "no log-probs", shape: .sglang, from: "\"input_token_logprobs\"", to: "\"x\""),
        Fault(
            name: "a rank too few", shape: .sglangWithRanks, from: "ranks\":[null,", to: "ranks\":["
        ),
        Fault(name: "other rows", shape: .compact, from: "prompt_token_id_logprobs", to: "x"),
    ]

    @Test(arguments: faults) func faultsAreNoticed(fault: Fault) throws {
        let text = fault.shape.answer
        let range = try #require(text.firstRange(of: fault.from))
        let changed = text.replacingCharacters(range, with: fault.to)
        #expect(Self.kind(changed, fault.shape) == fault.kind)
    }

    @Test func aMissingOrAddedPromptIsNoticed() {
        #expect(Self.kind(EngineAnswers.vllm([Self.prompts[0]]), .vllm) == .wrongAnswer)
        #expect(Self.kind(EngineAnswers.sglang([Self.prompts[0]]), .sglang) == .wrongAnswer)
        #expect(Self.kind(EngineAnswers.sglang(Self.prompts + [[1, 2]]), .sglang) == .wrongAnswer)
        let turned: [[Int32]] = Self.prompts.reversed()
        #expect(Self.kind(EngineAnswers.sglang(turned), .sglang) == .wrongAnswer)
        #expect(Self.kind(EngineAnswers.vllm(turned), .vllm) == .wrongAnswer)
        #expect(
            Self.kind(EngineAnswers.compact(Self.prompts[0], rows: 3), .compact) == .wrongAnswer)
    }

    @Test func answersWithoutRanksAreRead() throws {
        let text = EngineAnswers.vllm([[5, 6, 7]]).replacing("\"rank\"", with: "\"rang\"")
        let answer = try Self.decode(text, VLLMCodec(), [[5, 6, 7]])
        #expect(
            answer.scores == [
                EngineScore(logProbs: EngineAnswers.logProbs([5, 6, 7]), ranks: nil)
            ])
    }

    @Test func requestsAreThoseOfTheEngines() {
        func text(_ codec: any EngineCodec) -> String {
            String(
                decoding: codec.body(model: "a\"b\n", sequences: [[1, 20], [300, 2]]), as: UTF8.self
            )
        }
        #expect(
            text(VLLMCodec())
                == #"{"model":"a\"b\u000a","prompt":[[1,20],[300,2]],"max_tokens":1,"#
                + #""prompt_logprobs":0,"temperature":0}"#)
        #expect(
            text(SGLangCodec())
                == #"{"input_ids":[[1,20],[300,2]],"sampling_params":{"max_new_tokens":0,"#
                + #""temperature":0},"return_logprob":true,"logprob_start_len":0,"#
                + #""top_logprobs_num":0}"#)
        #expect(
            text(VLLMCompactCodec())
                == #"{"model":"a\"b\u000a","token_ids":[1,20],"sampling_params":{"max_tokens":1,"#
                + #""prompt_logprob_token_ids":[[20]],"temperature":0,"detokenize":false}}"#)
    }
}

extension String {
    func replacingCharacters(_ range: Range<Index>, with text: String) -> String {
        self[..<range.lowerBound] + text + self[range.upperBound...]
    }
}

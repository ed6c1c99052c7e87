import Foundation
import Refinery
import TeacherInference
import Testing

@testable import refinectl

@Suite struct InspectTests {
    private static let folder =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .path + "/Fixtures/models/"
    private let configuration = InspectReport.Configuration(
        threads: 3, batchTokens: 256, maxTokens: 128)

    private func inspect(
        _ name: String, context: String = "auto"
    ) throws -> (model: LanguageModel, report: InspectReport) {
        let model = try LanguageModel(
            path: Self.folder + name, options: .init(context: context))
        let fingerprint = try ModelFingerprint.of(model)
        return (model, InspectReport(model, configuration, fingerprint: fingerprint))
    }

    @Test("a report says what the file holds")
    func report() throws {
        let report = try inspect("q8_0-bos.gguf").report
        #expect(report.architecture == "llama" && report.layers == 2)
        #expect(report.hidden == 32 && report.heads == 4 && report.kvHeads == 2)
        #expect(report.headSize == 8 && report.feedForward == 64 && report.vocabulary == 320)
        // Embedding, then a layer's q, k, v, output, gate, up, down and two norms, and the last.
        let layer = 32 * 32 + 2 * 16 * 32 + 32 * 32 + 3 * 64 * 32
        #expect(report.parameters == 320 * 32 + 2 * (layer + 2 * 32) + 32)
        #expect(report.weightTypes.map(\.type) == ["Q8_0"] && report.weightTypes[0].share == 1)
        #expect(report.context == "bos" && report.contextToken == 0)
        #expect(report.tokenizer.hasPrefix("byte-level BPE (") && report.fingerprint?.count == 64)
        let text = report.render()
        for word in ["llama", "Q8_0 100.0 %", "bos (token 0)", "3 threads", "MFLOP a token"] {
            #expect(text.contains(word), "\(word) in \(text)")
        }
    }

    @Test("shares of weight types add up, most first")
    func shares() throws {
        let types = try inspect("q4_k.gguf").report.weightTypes
        #expect(types.count > 2)
        #expect(abs(types.reduce(0) { $0 + $1.share } - 1) < 1e-12)
        #expect(types.map(\.parameters) == types.map(\.parameters).sorted(by: >))
    }

    @Test("memory is the daemon's formula, for one model and for both")
    func memory() throws {
        let (first, second) = (try inspect("pair.gguf"), try inspect("pair"))
        let report = first.report
        #expect(report.memoryBytes == report.weightBytes + 3 * report.workerBytes)
        #expect(
            report.workerBytes == first.model.workerMemory(maxTokens: 256, longest: 129))
        var pipeline = PipelineConfiguration(
            teacher: ModelReference(path: "t", context: "auto", pre: nil),
            reference: ModelReference(path: "r", context: "auto", pre: nil))
        (pipeline.threads, pipeline.batchTokens, pipeline.maxTokens) = (3, 256, 128)
        let both = ScoringMemory([first.model, second.model], pipeline)
        #expect(PairReport(.init(first), .init(second), configuration).memoryBytes == both.bytes)
        #expect(both.bytes == report.memoryBytes + second.report.memoryBytes)
    }

    @Test(
        "one tokenizer in two file forms is compared per token, and a model with itself is warned of"
    )
    func sameTokenizer() throws {
        let first = try inspect("pair.gguf")
        let pair = PairReport(.init(first), .init(try inspect("pair")), configuration)
        #expect(pair.sameTokenizer && pair.per == "token" && pair.reason == nil)
        #expect(PairReport(.init(first), .init(first), configuration).sameModel == true)
    }

    @Test("different tokenizers are compared per byte, and refused without context tokens")
    func differentTokenizers() throws {
        let bos = try inspect("f32-bos")
        let refused = PairReport(.init(bos), .init(try inspect("bf16")), configuration)
        #expect(!refused.sameTokenizer && refused.sameModel != true && refused.per == "none")
        #expect(refused.reason?.contains("both need a context token") == true)
        #expect(refused.render().contains("refused") && refused.render().contains("--context"))
        let taken = PairReport(
            .init(bos), .init(try inspect("bf16", context: "<|begin|>")), configuration)
        #expect(taken.per == "byte" && taken.render().contains("per byte"))
        // One tokenizer under two rules does not see the same tokens either.
        let other = PairReport(
            .init(try inspect("f32.gguf")), .init(try inspect("f32.gguf", context: "<|begin|>")),
            configuration)
        #expect(other.sameTokenizer && other.per == "none")
    }

    @Test("chunks that do not fit a context are refused, the context token counted")
    func context() throws {
        var configuration = configuration
        let pair = try (inspect("pair.gguf"), inspect("pair"))
        configuration.maxTokens = pair.0.report.maxContext
        #expect(PairReport(.init(pair.0), .init(pair.1), configuration).per == "token")
        configuration.maxTokens += 1
        #expect(
            PairReport(.init(pair.0), .init(pair.1), configuration).reason?.contains("do not fit")
                == true)
        let bos = try inspect("f32-bos")
        configuration.maxTokens = bos.report.maxContext
        #expect(PairReport(.init(bos), .init(bos), configuration).per == "none")
    }

    @Test("a measurement says how long a gigabyte takes")
    func speed() throws {
        let model = try inspect("f32.gguf").model
        let speed = try MeasuredSpeed.measure(model, threads: 1, batchTokens: 256)
        #expect(speed.tokens >= 256 && speed.tokensPerSecond > 0)
        #expect(speed.bytesPerToken > 1 && speed.bytesPerToken < 10)
        let seconds = 1e9 / speed.bytesPerToken / speed.tokensPerSecond
        #expect(abs(speed.hoursPerGB * 3600 / seconds - 1) < 1e-9)
        let report = InspectReport(model, configuration, speed: speed)
        #expect(report.render().contains("hours a GB of English text"))
        #expect(!report.render().contains("fingerprint"))
    }

    @Test("JSON has every field, null where it was not asked for")
    func json() throws {
        let report = InspectReport(try inspect("f32.gguf").model, configuration)
        let line = JSONOutput.line(report)
        for field in [
            "architecture", "parameters", "max_context", "weight_types", "tokenizer", "context",
            "context_token\":null", "fingerprint\":null", "threads", "batch_tokens", "max_tokens",
            "memory_bytes", "worker_bytes", "weight_bytes", "flops_per_token", "speed\":null",
        ] { #expect(line.contains("\"" + field), "\(field)") }
    }
}

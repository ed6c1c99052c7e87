import ArgumentParser
import Foundation
import Refinery
import TeacherInference

/// `refinectl inspect`.
struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say what a model is and what it costs, or whether two models can be compared.",
        discussion: """
            Of two models the first is the teacher and the second the reference. Only headers, \
            vocabulary and norms are read, and for the fingerprint every byte of the weights once \
            (--no-fingerprint leaves that out). With --measure the files and folders of a corpus \
            may stand behind the models: a pilot of a minute says how many hours it takes, and with \
            --price what they cost. `refinectl estimate` says more.

            Examples:
              refinectl inspect teacher.gguf
              refinectl inspect teacher.gguf --measure --threads 8
              refinectl inspect teacher.gguf reference/ --measure corpus/ --price 0.05
              refinectl inspect teacher.gguf reference/ --json
              refinectl inspect vllm+http://gpu7:8000/Qwen/Qwen2.5-7B --measure \\
                --tokenizer Qwen2.5-7B/

            With --json: an object for one model; for two {"models": [two objects], "pair": \
            {"same_tokenizer", "same_model", "per", "reason", "memory_bytes", "hours_per_gb"}}.
            """)

    @Argument(
        help: ArgumentHelp(
            "One or two .gguf files, Hugging Face folders or engines' addresses; behind them a corpus.",
            valueName: "model"))
    var paths: [String]

    @OptionGroup var modelOptions: ModelOptions

    @Option(help: ArgumentHelp("--context of the reference alone.", valueName: "rule"))
    var referenceContext: String?

    @Option(help: ArgumentHelp("--pre of the reference alone.", valueName: "name"))
    var referencePre: String?

    @OptionGroup var engine: EngineOptions
    @OptionGroup var referenceEngine: ReferenceEngineOptions
    @OptionGroup var threadOptions: ThreadOptions

    @Option(
        help: ArgumentHelp(
            "The most tokens of a thread's batch (default: 2048).", valueName: "n"))
    var batchTokens: Int?

    @Option(help: ArgumentHelp("The most tokens of a chunk.", valueName: "n"))
    var maxTokens = 1024

    @Flag(help: "Measure this machine's speed with each model, some seconds each.")
    var measure = false

    @OptionGroup var cost: PriceOptions

    @Flag(inversion: .prefixedNo, help: "Read all weights for the fingerprint.")
    var fingerprint = true

    @OptionGroup var output: JSONOptions

    private struct Both: Encodable {
        var models: [Found]
        var pair: PairReport
    }

    /// The models: what stands before the first file or folder of a corpus.
    ///
    /// A folder in the first place is meant as a model, whatever it holds.
    private var models: [String] {
        let count = paths.prefix { !Self.isCorpus($0) }.count
        let isFolder = paths.first.map { CorpusSource(path: $0, displayName: $0) == nil } == true
        return Array(paths.prefix(count == 0 && isFolder ? 1 : count))
    }

    /// The corpus behind them.
    private var corpus: [String] { Array(paths.dropFirst(models.count)) }

    /// Whether it is a file of texts, or a folder that is no model.
    private static func isCorpus(_ path: String) -> Bool {
        guard !EngineReference.isAddress(path) else { return false }
        var isFolder = ObjCBool(false)
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
            isFolder.boolValue
        else { return CorpusSource(path: path, displayName: path) != nil }
        return !FileManager.default.fileExists(atPath: path + "/config.json")
    }

    /// A model with its report, by where it runs.
    private enum Found: Encodable {
        case native(model: LanguageModel, report: InspectReport)
        case served(model: ServedModel, report: ServedReport)

        var model: any ScoringModel {
            switch self {
            case .native(let model, _): model
            case .served(let model, _): model
            }
        }

        var side: PairReport.Side {
            switch self {
            case .native(let model, let report): .init((model, report))
            case .served(let model, let report): .init((model, report))
            }
        }

        func render() -> String {
            switch self {
            case .native(_, let report): report.render()
            case .served(_, let report): report.render()
            }
        }

        func encode(to encoder: any Encoder) throws {
            switch self {
            case .native(_, let report): try report.encode(to: encoder)
            case .served(_, let report): try report.encode(to: encoder)
            }
        }
    }

    /// Refuses more than two models, and numbers that the daemon's configuration refuses.
    func validate() throws {
        guard (1...2).contains(models.count) else {
            throw ValidationError("give one or two models")
        }
        if let model = corpus.first(where: { !Self.isCorpus($0) }) {
            throw ValidationError("\(model) stands behind the corpus: name the models first")
        }
        guard corpus.isEmpty || measure else {
            throw ValidationError("a corpus goes with --measure")
        }
        guard cost.price == nil || !corpus.isEmpty else {
            throw ValidationError("--price needs a corpus behind the models, and --measure")
        }
        guard corpus.isEmpty || !output.json else {
            throw ValidationError("--json has no corpus: `refinectl estimate --json` has")
        }
        if let batchTokens, !(16...1_000_000).contains(batchTokens) {
            throw ValidationError("--batch-tokens must be from 16 to 1000000")
        }
        guard PipelineConfiguration.maxTokensRange.contains(maxTokens) else {
            throw ValidationError("--max-tokens must be from 16 to 1000000")
        }
        guard models.count == 2 || (referenceContext == nil && referencePre == nil) else {
            throw ValidationError("--reference-context and --reference-pre need a second model")
        }
        try referenceEngine.flags(allowsPlainHTTP: false)
            .validate(models.dropFirst().first, prefix: "--reference-")
        var own = engine.flags
        if models.dropFirst().contains(where: EngineReference.isAddress) {
            // It is said once for both.
            own.allowsPlainHTTP = false
        }
        try own.validate(models.first, prefix: "--")
        try EngineFlags.refuse(
            modelOptions.fields.given + threadOptions.given
                + (batchTokens == nil ? [] : ["--batch-tokens"])
                + (fingerprint ? [] : ["--no-fingerprint"]), where: models)
    }

    /// Loads and prints.
    func run() throws {
        let found = try models.enumerated().map { index, path in try find(path, index) }
        let pair =
            found.count == 2
            ? PairReport(found[0].side, found[1].side, configuration) : nil
        if output.json {
            guard let pair else { return JSONOutput.print(found) }
            StandardOutput.write(JSONOutput.line(Both(models: found, pair: pair)))
        } else {
            StandardOutput.write(found.map { $0.render() }.joined(separator: "\n"))
            if let pair { StandardOutput.write("\n" + pair.render()) }
        }
        if !corpus.isEmpty { try measureCorpus(found.map(\.model)) }
        if pair?.sameModel == true {
            StandardOutput.writeError(
                "warning: both are the same model: every difference is 0\n")
        }
    }

    /// Says what the corpus costs, by a pilot of a minute.
    private func measureCorpus(_ models: [any ScoringModel]) throws {
        var fields = FieldNames(text: "text", id: "id", domain: "domain")
        fields.readsID = false
        var request = EstimateRequest()
        (request.minutes, request.price, request.maxTokens) = (1, cost.price, maxTokens)
        let record = try PilotRun(
            sources: CorpusListing(paths: corpus, hasCorpus: false).sources, fields: fields,
            teacher: models[0], reference: models.dropFirst().first, request: request,
            threads: threadOptions.count
        ).run(AtomicFlag())
        StandardOutput.write("\n" + EstimateTable.costs(record))
    }

    private var configuration: InspectReport.Configuration {
        InspectReport.Configuration(
            threads: threadOptions.count, batchTokens: batchTokens ?? 2048, maxTokens: maxTokens)
    }

    /// Loads one of the models, or asks its engine.
    private func find(_ path: String, _ index: Int) throws -> Found {
        let options =
            index == 0
            ? modelOptions.options
            : modelOptions.options.with(context: referenceContext, pre: referencePre)
        guard EngineReference.isAddress(path) else {
            let model = try LanguageModel(path: path, options: options)
            return .native(model: model, report: try report(model))
        }
        let flags =
            index == 0
            ? engine.flags : referenceEngine.flags(allowsPlainHTTP: engine.allowPlainHttp)
        let model = try ServedModel(
            flags.reference(path, options),
            LoadRequest(logger: WarningLog.logger(ProgressReporter())))
        let speed = measure ? try MeasuredSpeed.measure(served: model) : nil
        return .served(model: model, report: try ServedReport(model, speed: speed))
    }

    private func report(_ model: LanguageModel) throws -> InspectReport {
        let reporter = ProgressReporter(
            after: Terminal.standardError.redraws ? 0 : ProgressReporter.patience)
        let size = model.weightFiles.reduce(0) { $0 + $1.size }
        let digest =
            fingerprint
            ? try ModelFingerprint.of(model) { done in
                reporter.update(
                    ProgressSnapshot(
                        stage: "fingerprint", done: done, total: size, unit: "bytes"))
            } : nil
        if fingerprint { reporter.finish() }
        let speed =
            measure
            ? try MeasuredSpeed.measure(
                model, threads: threadOptions.count,
                batchTokens: configuration.batchTokens) : nil
        return InspectReport(model, configuration, fingerprint: digest, speed: speed)
    }
}

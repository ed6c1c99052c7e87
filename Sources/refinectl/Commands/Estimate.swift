import ArgumentParser
import Foundation
import NIOPosix
import Refinery
import TeacherInference

/// `refinectl estimate`.
struct Estimate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Say, before days are spent, what scoring a corpus costs and whether a pair is any good.",
        discussion: """
            A pilot: chunks are drawn by the hash of their documents, scored with both models, and \
            compared with spoiled twins of themselves. It says hours and memory with an interval, \
            whether the pair tells good text from bad, and what the largest domains are like. \
            Without --reference it says the cost only. The hours' interval is that of the tokens; \
            the machine's rates are taken as measured. docs/proof.md has the reason of every limit.

            Examples:
              refinectl estimate corpus/ --teacher big.gguf
              refinectl estimate corpus/ --teacher big.gguf --reference small/ \\
                --minutes 20 --output estimate.html

            Exit codes: 0 also where it warns, 1 where nothing could be said.
            """)

    @OptionGroup var files: DocumentOptions

    @Option(
        help: ArgumentHelp(
            "The teacher: a .gguf file, a Hugging Face folder, or an engine's address.",
            valueName: "model"))
    var teacher: String

    @Option(
        help: ArgumentHelp("The reference; without one only the cost is said.", valueName: "model"))
    var reference: String?

    @OptionGroup var modelOptions: ModelOptions

    @Option(help: ArgumentHelp("--context of the reference alone.", valueName: "rule"))
    var referenceContext: String?

    @Option(help: ArgumentHelp("--pre of the reference alone.", valueName: "name"))
    var referencePre: String?

    @Option(help: ArgumentHelp("Time for it, in minutes.", valueName: "m"))
    var minutes = 10.0

    @OptionGroup var cost: PriceOptions

    @Option(help: ArgumentHelp("The most tokens of a chunk.", valueName: "n"))
    var maxTokens = 1024

    @Option(help: ArgumentHelp("Another seed draws other chunks.", valueName: "s"))
    var seed: UInt64 = 0

    @Option(
        name: .customLong("output"),
        help: ArgumentHelp("Write a page, too.", valueName: "path"))
    var path: String?

    @OptionGroup var engines: PairEngineOptions
    @OptionGroup var overwriting: OverwriteOptions
    @OptionGroup var threadOptions: ThreadOptions
    @OptionGroup var output: JSONOptions

    /// Refuses what cannot be meant.
    func validate() throws {
        guard minutes.isFinite, minutes > 0, minutes <= 100_000 else {
            throw ValidationError("--minutes must be above 0")
        }
        guard PipelineConfiguration.maxTokensRange.contains(maxTokens) else {
            throw ValidationError("--max-tokens must be from 16 to 1000000")
        }
        guard reference != nil || (referenceContext == nil && referencePre == nil) else {
            throw ValidationError("--reference-context and --reference-pre go with --reference")
        }
        guard path != "-" else { throw ValidationError("--output names a file") }
        try engines.validate(teacher: teacher, reference: reference)
    }

    /// Draws, scores, says.
    func run() async throws {
        let listing = try files.listing()
        if let path {
            var target = OutputTarget()
            for source in listing.sources { target.protect(source.path, as: "the corpus file") }
            target.protect(
                model: engines.teacher.teacherTokenizer ?? teacher, as: "the teacher")
            if let reference {
                target.protect(
                    model: engines.reference.referenceTokenizer ?? reference, as: "the reference")
            }
            try OutputOptions.check(path, target, .page, overwriting)
        }
        let isCancelled = AtomicFlag()
        let watch = InterruptWatch { number in
            if isCancelled.isSet { StandardOutput.endBySignal(number) }
            isCancelled.set()
        }
        defer { watch.stop() }
        do {
            let record = try await NIOThreadPool.singleton.runIfActive {
                try estimate(listing.sources, isCancelled)
            }
            if let path {
                let writer = try OutputWriter(path: path, compression: Compression.none)
                try writer.write(EstimatePage.render(record))
                _ = try writer.finish()
            }
            StandardOutput.write(
                output.json ? JSONOutput.line(record) : EstimateTable.render(record))
        } catch is CancellationError {
            StandardOutput.writeError("\ninterrupted\n")
            StandardOutput.endBySignal(SIGINT)
        }
    }

    private func estimate(
        _ sources: [CorpusSource], _ isCancelled: AtomicFlag
    ) throws -> EstimateRecord {
        let load = LoadRequest(logger: WarningLog.logger(ProgressReporter()))
        let options = modelOptions.options
        let teacher = try engines.flags(.teacher).reference(teacher, options).load(load)
        let reference = try reference.map { path in
            try engines.flags(.reference)
                .reference(path, options.with(context: referenceContext, pre: referencePre))
                .load(load)
        }
        var request = EstimateRequest()
        request.seed = seed
        request.minutes = minutes
        request.price = cost.price
        request.maxTokens = maxTokens
        return try PilotRun(
            sources: sources, fields: files.fields, teacher: teacher, reference: reference,
            request: request, threads: threadOptions.count
        ).run(isCancelled)
    }
}

import ArgumentParser
import Foundation
import NIOPosix
import Refinery
import TeacherInference

/// `refinectl refine`.
struct Refine: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Refine a corpus from file to file in this process, without a daemon.",
        discussion: """
            Imports the files, cuts and scores them with both models, selects and writes, with \
            a manifest beside the output. Without --reference it trains one first, on a slice of the \
            corpus, and keeps it beside the store or the output, where the next run finds it. Without --store all is kept in a temporary folder \
            ($TMPDIR, else /var/tmp) and deleted once the output is written; with --store an interrupted run goes \
            on where it was, and another rule needs no scoring at all. --dry-run prints what would \
            be kept and writes nothing but the store.

            Examples:
              refinectl refine corpus.jsonl --teacher big.gguf --reference small/ \\
                --ratio 0.5 --output refined.jsonl.zst
              refinectl refine corpus/ --teacher big.gguf --ratio 0.5 --output refined.jsonl.zst
              refinectl refine corpus/ --teacher big.gguf --reference small.gguf \\
                --token-budget 1000000000 --output refined.jsonl.gz --store refine.sqlite
              refinectl refine corpus/ --teacher big.gguf --reference small/ --ratio 0.5 \\
                --format megatron --tokenizer student/ --output train
              refinectl refine corpus/ --teacher big.gguf --reference small.gguf \\
                --ratio 0.3 --decontaminate mmlu.jsonl --store refine.sqlite --dry-run
              refinectl refine corpus/ --teacher vllm+http://gpu7:8000/Qwen/Qwen2.5-7B \\
                --teacher-tokenizer Qwen2.5-7B/ --teacher-revision sha256:1f3c --reference small/ \\
                --ratio 0.5 --output refined.jsonl.zst
              refinectl refine corpus/ --teacher big.gguf --reference small/ --teacher-share 0.1 \\
                --ratio 0.5 --output refined.jsonl.zst
              refinectl refine corpus/ --teacher big.gguf --scores scores/*.jsonl.zst \\
                --token-ratio 0.5 --output refined.jsonl.zst
            """)

    @OptionGroup var files: CorpusOptions

    @Option(
        help: ArgumentHelp(
            "The teacher: a .gguf file, a Hugging Face folder, or an engine's address.",
            valueName: "model"))
    var teacher: String

    @Option(
        help: ArgumentHelp(
            "The reference, named as the teacher is (default: one is trained on a slice of the corpus).",
            valueName: "model"))
    var reference: String?

    @OptionGroup var modelOptions: ModelOptions

    @Option(help: ArgumentHelp("--context of the reference alone.", valueName: "rule"))
    var referenceContext: String?

    @Option(help: ArgumentHelp("--pre of the reference alone.", valueName: "name"))
    var referencePre: String?

    @OptionGroup var sharing: TeacherShareOptions
    @OptionGroup var scores: ScoreFileOptions
    @OptionGroup var engines: PairEngineOptions
    @OptionGroup var selecting: SelectingOptions
    @OptionGroup var writing: OutputOptions
    @OptionGroup var threadOptions: ThreadOptions
    @OptionGroup var cost: PriceOptions
    @OptionGroup var output: JSONOptions

    @Option(
        name: .customLong("output"),
        help: ArgumentHelp(
            "The file, folder or common start of names to write, or - for stdout.",
            valueName: "path"))
    var path: String?

    @Flag(help: "Print what would be kept; write nothing but the store.")
    var dryRun = false

    @Option(
        help: ArgumentHelp("Keep the store here, so that the run can go on.", valueName: "path"))
    var store: String?

    @Option(help: ArgumentHelp("The most tokens of a chunk.", valueName: "n"))
    var maxTokens = defaultMaxTokens

    /// The most tokens of a chunk where nobody says.
    static let defaultMaxTokens = 1024

    // As `enqueue` takes it; refining always waits.
    @Flag(help: .hidden) var wait = false

    /// Refuses contradictions.
    func validate() throws {
        guard dryRun || path != nil else {
            throw ValidationError("--output PATH says what to write; --dry-run writes nothing")
        }
        guard !(output.json && path == "-" && !dryRun) else {
            throw ValidationError("--json prints the summary on stdout, so --output must be a file")
        }
        try writing.check(stdout: path == "-" && !dryRun)
        try writing.check(selecting)
        guard PipelineConfiguration.maxTokensRange.contains(maxTokens) else {
            throw ValidationError("--max-tokens must be from 16 to 1000000")
        }
        try sharing.validate(selecting)
        guard store?.isEmpty != true else { throw ValidationError("--store must not be empty") }
        if !scores.files.isEmpty {
            try scores.validate(
                models: [teacher, reference], maxTokens: maxTokens, share: sharing.share)
        }
        try engines.validate(teacher: teacher, reference: reference)
        // Nothing is trained where nothing is scored: without a reference its tokenizer is the
        // teacher's.
        if !scores.files.isEmpty { return }
        if let reference {
            return try EngineFlags.refuse(
                modelOptions.fields.given, where: [teacher, reference])
        }
        guard !EngineReference.isAddress(teacher) else {
            throw ValidationError(
                "with a teacher that an engine serves no reference is trained: give --reference "
                    + "MODEL; `refinectl train-reference` makes one from a folder with the "
                    + "teacher's weights")
        }
        guard referenceContext == nil, referencePre == nil else {
            throw ValidationError("--reference-context and --reference-pre go with --reference")
        }
        guard !dryRun || store != nil else {
            throw ValidationError(
                "without --reference one is trained, and --dry-run keeps it beside the store alone: "
                    + "give --store PATH, or --reference MODEL")
        }
        guard referenceFolder != nil else {
            throw ValidationError(
                "without --reference one is trained, and kept beside the store or the output: "
                    + "give --store PATH, or --output FILE")
        }
        guard !files.paths.contains("-") else {
            throw ValidationError(
                "stdin can be read once, and training a reference reads the corpus twice: "
                    + "give --reference MODEL, or write the corpus to a file")
        }
    }

    /// The whole job.
    func run() async throws {
        let path = dryRun ? nil : path
        let listing = try files.listing()
        var configuration = try pipelineConfiguration()
        let output = try path.map { path in
            try writing.output(
                path: path, besides: inUse(listing, configuration),
                teacher: configuration.teacher.engine?.tokenizer ?? teacher,
                pre: modelOptions.pre, threads: threadOptions.count)
        }
        if let store { try inUse(listing, configuration, store: false).check(store, isStore: true) }
        // Before hours go into the import.
        let ruleFiles = try await RuleFiles(selecting.candidates)
        // Before the corpus is imported.
        let note = try ScoreImportJob.check(scores.files)
            .flatMap { ScoreImportJob.note($0, teacher: teacher, reference: reference) }
        StandardOutput.writeError(note ?? "")
        if scores.files.isEmpty {
            if reference == nil { try await trainReference(listing, &configuration) }
            try await check(configuration)
        }
        let place = try StorePlace(kept: store)
        let bytes = listing.sources.reduce(0) { $0 + (FileReader.size(path: $1.path) ?? 0) }
        for (file, what) in [(path, "the output"), (place.path, "the store")] {
            guard let file, file != "-" else { continue }
            StandardOutput.writeError(FreeSpace.warning(file, what, needed: bytes) ?? "")
        }
        let job = RefineJob(
            store: place.path, isKept: store != nil, sources: listing.sources, files: files,
            configuration: configuration, scores: scores.files, price: cost.price)
        let rule = sharing.applied(
            to: try selecting.rule(corpus: files.corpusName, files: ruleFiles),
            namesScore: selecting.order.score != nil)
        let task = Task {
            try await job.run(
                rule: rule, ruleFiles: ruleFiles, writing: writing, output: output)
        }
        let watch = InterruptWatch { number in
            StandardOutput.writeError(
                "\nstopping; once more to end at once"
                    + (store == nil ? "" : " (what is scored is kept in either case)") + "\n")
            job.interrupted.set()
            task.cancel()
        }
        defer { watch.stop() }
        let outcome = await task.result
        if job.interrupted.isSet, case .failure = outcome {
            let kept = place.keepIfScored()
            StandardOutput.writeError(
                kept.map { "interrupted; the same command with --store \($0) goes on\n" }
                    ?? "interrupted; nothing was scored, nothing is kept\n")
            StandardOutput.endBySignal(SIGINT)
        }
        if case .failure(let error) = outcome {
            guard let kept = place.keepIfScored(), store == nil else { throw error }
            var failure = Failure(error)
            let hint = "what was scored is kept: the same command with --store \(kept) goes on"
            failure.hint = failure.hint.map { "\($0)\nhint: \(hint)" } ?? hint
            throw failure
        }
        let (summary, rejected) = try outcome.get()
        place.clean()
        let table = SelectionTable.render(summary)
        if dryRun, !self.output.json {
            StandardOutput.write(table)
        } else {
            StandardOutput.writeError(table)
        }
        if self.output.json { StandardOutput.write(JSONOutput.line(summary)) }
        if files.strict, rejected > 0 {
            throw Failure("\(NumberText.counted(rejected, "line")) of the files were rejected")
        }
    }

    /// Loads both models, or waits for their engines.
    private func check(_ configuration: PipelineConfiguration) async throws {
        let logger = WarningLog.logger(ProgressReporter())
        for (role, model) in [
            (ModelRole.teacher, configuration.teacher), (.reference, configuration.reference),
        ] where model.engine != nil {
            if let warning = engines.flags(role).warning(model.description) {
                StandardOutput.writeError(NumberText.printable("warning: \(warning)") + "\n")
            }
        }
        try await NIOThreadPool.singleton.runIfActive {
            var engines = EngineWait()
            try configuration.checkModels(logger: logger) { engines.wait($0) }
        }
    }

    /// The files that no output may replace.
    private func inUse(
        _ listing: CorpusListing, _ configuration: PipelineConfiguration, store own: Bool = true
    ) -> OutputTarget {
        var target = OutputTarget()
        for source in listing.sources where !source.isStandardInput {
            target.protect(source.path, as: "the corpus file")
        }
        target.protect(model: configuration.teacher.localPath, as: "the teacher")
        target.protect(model: configuration.reference.localPath, as: "the reference")
        for path in scores.files { target.protect(path, as: "the score file") }
        for path in selecting.candidates.decontaminate {
            target.protect(path, as: "the benchmark")
        }
        if let path = selecting.candidates.excludeIDs {
            target.protect(path, as: "the file of ids")
        }
        if let model = writing.trainer.tokenizer {
            target.protect(model: model, as: "the tokenizer")
        }
        if own, let store { target.protect(store: store) }
        return target
    }

    /// Where a reference that is trained is kept; nil where there is no place for it.
    private var referenceFolder: String? {
        guard let path = store ?? (path == "-" ? nil : path) else { return nil }
        return path + ".reference"
    }

    /// Takes the reference beside the store or the output, or trains it.
    private func trainReference(
        _ listing: CorpusListing, _ configuration: inout PipelineConfiguration
    ) async throws {
        guard let folder = referenceFolder else { return }
        configuration.reference.path = folder
        let (pool, teacher) = (NIOThreadPool.singleton, configuration.teacher)
        let known = try await pool.runIfActive {
            guard let record = try ReferenceRecord.read(folder: folder) else {
                guard !FileManager.default.fileExists(atPath: folder) else {
                    throw Failure(
                        "\(folder) is no reference that refinery trained: it has no training.json",
                        hint: "name it with --reference, or move it away")
                }
                return ReferenceRecord?.none
            }
            let model = try LanguageModel(path: teacher.path, options: teacher.options)
            guard record.plan.suits(model) else {
                throw Failure(
                    "\(folder) was trained for a teacher with another tokenizer or context token",
                    hint: "delete it to train another, or name a model with --reference")
            }
            return record
        }
        if let known {
            StandardOutput.writeError(
                "reference: \(folder), trained on \(NumberText.counted(known.tokens, "token")) "
                    + "of a slice of \(known.slice.share)\n")
            for warning in known.warnings { StandardOutput.writeError("warning: \(warning)\n") }
            return try checkReference(known, folder)
        }
        var request = ReferenceRequest()
        request.maxTokens = maxTokens
        let job = ReferenceJob(
            sources: listing.sources, fields: files.fields, teacher: configuration.teacher,
            request: request, output: folder, threads: threadOptions.count, isJSON: false)
        let watch = InterruptWatch { number in
            if job.isCancelled.isSet { StandardOutput.endBySignal(number) }
            job.isCancelled.set()
        }
        defer { watch.stop() }
        do {
            try checkReference(await pool.runIfActive { try job.run() }, folder)
        } catch is CancellationError {
            StandardOutput.writeError("\ninterrupted; the same command goes on\n")
            StandardOutput.endBySignal(SIGINT)
        } catch let error as RefineryError {
            var failure = Failure(error)
            // Hints of a training name options of its own command.
            if let hint = failure.hint, hint.contains("--") {
                failure.hint =
                    hint + "\nhint: such options are of `refinectl train-reference PATH --teacher "
                    + "\(teacher.path) --output \(folder)`; this command then takes what that made"
            }
            throw failure
        }
    }

    /// Refuses to spend hours of scoring on a reference that learned nothing.
    private func checkReference(_ record: ReferenceRecord, _ folder: String) throws {
        guard record.beatsTrigram else {
            throw Failure(
                "the reference in \(folder) is no better than a 3-gram, so its differences say "
                    + "little",
                hint: "train it on more text by `refinectl train-reference`, or take it all the "
                    + "same with --reference \(folder)")
        }
    }

    private func pipelineConfiguration() throws -> PipelineConfiguration {
        let options = modelOptions.options
        var configuration = PipelineConfiguration(
            teacher: try engines.flags(.teacher).reference(teacher, options),
            reference: try engines.flags(.reference)
                .reference(
                    reference ?? (scores.files.isEmpty ? referenceFolder : teacher) ?? "",
                    options.with(context: referenceContext, pre: referencePre)))
        configuration.threads = threadOptions.threads ?? 0
        configuration.teacherShare = sharing.share
        configuration.maxTokens = maxTokens
        return configuration
    }
}

/// Where the store of `refine` lies: kept where the user says, or in a folder that goes at the end.
struct StorePlace: Sendable {
    /// The store's file.
    let path: String
    private let folder: String?

    /// The user's place, or a new temporary folder.
    init(kept: String?) throws {
        if let kept {
            path = kept
            folder = nil
            return
        }
        let environment = ProcessInfo.processInfo.environment["TMPDIR"] ?? ""
        let root = environment.isEmpty ? "/var/tmp" : environment
        var template = Array((root + "/refinectl-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else {
            throw Failure(
                "cannot make a folder in \(root): \(String(cString: strerror(errno)))",
                hint: "set TMPDIR, or keep the store with --store PATH")
        }
        let folder = template.withUnsafeBufferPointer { buffer in
            String(decoding: buffer.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
        self.folder = folder
        path = folder + "/store.sqlite"
    }

    /// The store's path if it is the user's or holds a score; a temporary one without is deleted.
    func keepIfScored() -> String? {
        guard folder != nil else { return path }
        // The process that scored has closed it or is about to end: a second look is a read.
        if (try? Store.hasScores(path: path)) == true { return path }
        clean()
        return nil
    }

    /// Deletes a temporary store.
    func clean() {
        if let folder { try? FileManager.default.removeItem(atPath: folder) }
    }

    /// Deletes the store wherever it is, with what lies beside it; nobody may have it open.
    func removeStore() {
        let file = FileSystem.followingLinks(path)
        for suffix in ["", "-wal", "-shm", "-journal", ".lock"] { unlink(file + suffix) }
    }
}

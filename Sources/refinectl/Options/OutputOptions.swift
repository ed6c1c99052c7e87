import ArgumentParser
import Foundation
import Refinery
import TeacherInference
import TrainerFormats

/// How a selection is written: shared by `export` and `refine`.
struct OutputOptions: ParsableArguments {
    @Option(
        name: .customLong("format"),
        help: "The format (default: by the ending of the output's name).")
    var namedFormat: ExportFormat?

    @OptionGroup(title: "Formats for trainers") var trainer: TrainerOptions

    @Option(help: ArgumentHelp("The selection's name (default: made from the rule)."))
    var name: String?

    @Flag(help: "Add the document's other fields, as `fields`.")
    var keepFields = false

    @Option(help: "The order of the rows: as imported, best first, or shuffled.")
    var order = ExportOrder.corpus

    @Option(help: ArgumentHelp("The seed of a shuffled order.", valueName: "s"))
    var orderSeed: UInt64 = 0

    @Flag(help: "Join neighbouring chunks of a document into one row.")
    var mergeAdjacent = false

    @OptionGroup var overwriting: OverwriteOptions

    /// Refuses a name that cannot be meant, and contradictions.
    func validate() throws {
        guard name?.isEmpty != true else { throw ValidationError("--name must not be empty") }
        try ValidationError.rethrow { try options.validate() }
        // An output's name may say another format, which is known later.
        guard let namedFormat else { return }
        try ValidationError.rethrow { try plan(path: "x", namedFormat).validate() }
        try trainer.check(namedFormat)
    }

    /// Refuses a format that stdout cannot have, where the output goes there.
    func check(stdout isStandardOutput: Bool) throws {
        guard isStandardOutput, let namedFormat, !namedFormat.isStream else { return }
        throw ValidationError(
            "\(namedFormat.rawValue) cannot go to stdout: name a place with --output")
    }

    /// Refuses a rule that the format has no use for.
    func check(_ selecting: SelectingOptions) throws {
        guard namedFormat == .fasttext else { return }
        try ValidationError.rethrow { try selecting.rule(corpus: nil).checkTwoEnds() }
    }

    /// The library's options.
    var options: ExportOptions {
        ExportOptions(
            order: order, seed: orderSeed, mergesAdjacent: mergeAdjacent, fields: keepFields)
    }

    /// The output at a path, without a tokenizer.
    private func plan(path: String, _ format: ExportFormat) -> ExportOutput {
        var output = ExportOutput(path: path, format: format)
        output.keepFields = keepFields
        output.sequenceLength = trainer.sequenceLength
        output.shardBytes = trainer.shardSize?.bytes
        output.isCompressed = trainer.zstd
        return output
    }

    /// The output at a path, refused before any work is done where it cannot be written or would
    /// replace what is in use; its tokenizer is read.
    ///
    /// - Parameters:
    ///   - path: the option `--output`.
    ///   - target: the files that are in use.
    ///   - teacher: the teacher's path, whose tokenizer is the default; nil where there is none.
    ///   - pre: the teacher's pre-tokenizer, where its file names none.
    ///   - threads: threads that tokenise.
    /// - Returns: what an ``ExportFile`` is made of.
    /// - Throws: an error for a format that the name contradicts, or that cannot be written so.
    func output(
        path: String, besides target: OutputTarget, teacher: String?, pre: String? = nil,
        threads: Int
    ) throws -> ExportOutput {
        if path != "-" {
            guard !path.isEmpty else { throw Failure.usage("--output must not be empty") }
            // What a path is in use for says more than what is wrong with its name.
            try target.check(path)
        }
        let output = try output(path: path, teacher: teacher, pre: pre, threads: threads)
        try Self.check(output, target, overwriting)
        return output
    }

    private func output(
        path: String, teacher: String?, pre: String?, threads: Int
    ) throws -> ExportOutput {
        let format = try format(of: path)
        var output = plan(path: path, format)
        try Self.checkName(of: output)
        output.path = path == "-" || output.place != .folder ? path : FilePath.withoutSlashes(path)
        try output.validate()
        try trainer.check(format)
        output.threads = threads
        guard format.hasTokens else { return output }
        guard let model = trainer.tokenizer ?? teacher else {
            throw Failure(
                "\(format.rawValue) holds token ids, and there is no teacher yet",
                hint: "name the student's tokenizer: --tokenizer MODEL")
        }
        do {
            output.tokenizer = try ExportTokenizer(
                path: model, pre: trainer.tokenizer == nil ? pre : nil,
                endOfText: trainer.endOfText)
        } catch let error as ModelError where trainer.tokenizer == nil {
            throw Failure(
                "cannot read the teacher's tokenizer: \(error.message)",
                hint: error.hint ?? "name one with --tokenizer MODEL")
        }
        try output.validate()
        return output
    }

    /// Refuses a teacher's tokenizer that is not the one by which the store was scored.
    func check(_ output: ExportOutput, against provenance: Provenance) throws {
        guard let tokenizer = output.tokenizer, trainer.tokenizer == nil,
            let teacher = provenance.models.first(where: { $0.role == .teacher }),
            teacher.model.tokenizerDigest != tokenizer.digest
        else { return }
        throw Failure(
            "the tokenizer of \(tokenizer.path) is not the one that the selection's teacher had",
            hint: "name the one to use with --tokenizer MODEL")
    }

    /// The format in which a path is written.
    ///
    /// - Throws: ``Failure`` for a name that says no format, or another than `--format`.
    func format(of path: String) throws -> ExportFormat {
        let named = ExportFormat(path: path)
        let ending = (path as NSString).pathExtension.lowercased()
        let isBare = ending.isEmpty || (try? OutputWriter.isStream(path)) == true
        if let format = namedFormat {
            let others: [String: [ExportFormat]] = [
                "bin": [.nanogpt], "gz": [.jsonl], "zst": [.jsonl], "idx": [], "ds": [],
                "arrow": [], "feather": [], "csv": [], "tsv": [],
            ]
            let suits = named.map { $0 == format } ?? others[ending]?.contains(format) ?? true
            guard !isBare, !suits else { return format }
            throw Failure(
                "cannot write \(path): a file called .\(ending) does not hold \(format.rawValue)",
                hint: Self.names(of: format))
        }
        if let named { return named }
        guard !isBare else { return .jsonl }
        throw Failure(
            "cannot write \(path): the ending .\(ending) names no format",
            hint: "name it .jsonl, .jsonl.gz, .jsonl.zst, .parquet or .mds, or name the format "
                + "with --format")
    }

    private static func names(of format: ExportFormat) -> String {
        switch format {
        case .jsonl: "name it .jsonl, .jsonl.gz or .jsonl.zst"
        case .parquet: "name it .parquet"
        case .megatron: "name what .bin and .idx are put behind, such as refined"
        case .nanogpt: "name it .bin"
        case .nanoset, .mds: "name a folder"
        case .fasttext: "name it .txt"
        }
    }

    /// Refuses an export that cannot be written, or that would replace what is in use, before any
    /// work is done.
    private static func check(
        _ output: ExportOutput, _ target: OutputTarget, _ overwriting: OverwriteOptions
    ) throws {
        guard output.path != "-" else { return }
        let manifest = Manifest.path(beside: output.path)
        if try output.place != .file || !OutputWriter.isStream(output.path) {
            try overwriting.checkManifest(of: output)
        }
        switch output.place {
        case .file:
            guard try output.format.isStream || !OutputWriter.isStream(output.path) else {
                throw Failure(
                    "cannot write \(output.path): \(output.format.rawValue) cannot go to a pipe or a "
                        + "device", hint: "name a file")
            }
            return try check(output.path, target, .export, overwriting)
        case .folder:
            try OutputFiles.checkEmpty(folder: output.path)
            try probe(manifest, target)
        case .prefix:
            for file in output.replacedFiles {
                try target.check(file)
                guard FileReader.size(path: file) != nil || !FileSystem.exists(file) else {
                    throw Failure("cannot write \(file): it is there, and no regular file")
                }
                try overwriting.check(file, .export, manifest: manifest)
            }
            try probe(manifest, target)
        }
    }

    /// Refuses an output that cannot be written, or that would replace what is in use, before any
    /// work is done.
    ///
    /// Beside an export goes a manifest.
    static func check(
        _ path: String, _ target: OutputTarget, _ kind: OverwriteOptions.Kind,
        _ overwriting: OverwriteOptions
    ) throws {
        guard path != "-" else { return }
        guard !path.isEmpty else { throw Failure.usage("--output must not be empty") }
        try target.check(path)
        try overwriting.check(path, kind, manifest: Manifest.path(beside: path))
        guard try OutputWriter.isStream(path) == false else { return }
        try checkName(path, beside: kind == .export ? ".manifest.json" : "")
        // Nothing but trying tells whether a quota, a read-only disk or a full one is in the way.
        try OutputWriter(path: path).discard()
        if kind == .export {
            try target.check(path + ".manifest.json")
            guard try !OutputWriter.isStream(path + ".manifest.json") else {
                throw Failure("cannot write \(path).manifest.json: it is no regular file")
            }
        }
    }

    /// Refuses a path without a name of its own, and one of a folder for a format of files.
    private static func checkName(of output: ExportOutput) throws {
        guard output.path != "-" else { return }
        guard !["", ".", ".."].contains(FilePath.name(of: output.path)) else {
            throw Failure(
                "cannot write \(output.path): it has no name of its own",
                hint: "name what is to be written in that folder")
        }
        guard output.place == .folder || !output.path.hasSuffix("/") else {
            throw Failure(
                "cannot write \(output.path): it is the name of a folder, and "
                    + "\(output.format.rawValue) writes files", hint: names(of: output.format))
        }
    }

    /// Refuses a manifest that cannot be written.
    private static func probe(_ manifest: String, _ target: OutputTarget) throws {
        try target.check(manifest)
        try checkName(manifest, beside: "")
        guard try !OutputWriter.isStream(manifest) else {
            throw Failure("cannot write \(manifest): it is no regular file")
        }
        try OutputWriter(path: manifest).discard()
    }

    private static func checkName(_ path: String, beside ending: String) throws {
        let folder = FilePath.folder(of: FileSystem.followingLinks(path))
        let name = FilePath.name(of: path) + ending
        let longest = pathconf(folder.isEmpty ? "." : folder, CInt(_PC_NAME_MAX))
        guard longest < 0 || name.utf8.count <= longest else {
            throw Failure(
                "cannot write \(path): the name \(name) has \(name.utf8.count) bytes, at most "
                    + "\(longest) are possible there",
                hint: "name the output shorter")
        }
    }
}

extension ExportFormat: ExpressibleByArgument {}

extension ExportOrder: ExpressibleByArgument {}

extension ValidationError {
    /// Turns the library's refusal of an option's value into a usage error.
    static func rethrow<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as RefineryError {
            throw ValidationError(error.description)
        }
    }
}

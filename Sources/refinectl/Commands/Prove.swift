import ArgumentParser
import Foundation
import NIOPosix
import Refinery
import TeacherInference

/// `refinectl prove`.
struct Prove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train small students on a selection and on chance, and say whether it helps.",
        discussion: """
            Students of the same first weights and order learn from as many tokens of each arm: what \
            the selection keeps, a random draw that matches its domains and lengths, and some \
            others. They are judged in bits a byte on documents that are in no arm: files of your own \
            (--target), or held-out documents of domains that you name before the run \
            (--judge-domains). The random arms are trained first; from their spread follows the \
            smallest effect that can be seen, and then you are asked to go on. A proof that was \
            killed goes on by the same command.

            PATH is the corpus, of which the store may hold a part: its held-out documents judge. \
            Without PATH the store's own do.

            Examples:
              refinectl prove --store refine.sqlite --target good.jsonl
              refinectl prove corpus/ --store refine.sqlite --selection better-half \\
                --judge-domains manual,readme --seeds 5 --yes

            Exit codes: 0 whatever the verdict is, 1 where there is none yet.
            """)

    @Argument(
        help: ArgumentHelp(
            "The corpus: .jsonl, .ndjson, .json (also .gz, .zst, .xz, .bz2), .parquet, .txt, or folders of them.",
            valueName: "path"))
    var paths: [String] = []

    @Option(help: ArgumentHelp("The store that `refine --store` left.", valueName: "path"))
    var store: String

    @Option(
        help: ArgumentHelp(
            "The selection (default: the last that is no baseline).", valueName: "name"))
    var selection: String?

    @Option(
        help: ArgumentHelp(
            "Train students on this selection, too, and compare them.", valueName: "name"))
    var beside: String?

    @Option(
        help: ArgumentHelp(
            "Judge by the documents of this file or folder (repeatable).", valueName: "path"))
    var target: [String] = []

    @Option(
        help: ArgumentHelp(
            "Judge by the held-out documents of these domains, with commas between.",
            valueName: "domains"))
    var judgeDomains: String?

    @Option(help: ArgumentHelp("Students of each arm.", valueName: "n"))
    var seeds = 5

    @Option(help: ArgumentHelp("Passes over an arm's chunks.", valueName: "n"))
    var epochs = 1

    @Option(
        help: ArgumentHelp("Layers of a student, with --width (default: auto).", valueName: "n"))
    var layers: Int?

    @Option(help: ArgumentHelp("Width of a student, with --layers.", valueName: "n"))
    var width: Int?

    @Flag(help: "Train only the arms that decide.")
    var brief = false

    @Flag(help: "Go on without asking.")
    var yes = false

    @Flag(help: "Judge by fewer than 50 documents, too.")
    var anyway = false

    @Option(help: ArgumentHelp("The field with the text; may be dotted.", valueName: "field"))
    var textField = "text"

    @Option(help: ArgumentHelp("The field with the domain.", valueName: "field"))
    var domainField = "domain"

    @Option(
        help: ArgumentHelp(
            "The teacher, whose tokenizer is used (default: where the store's was loaded from).",
            valueName: "model"))
    var teacher: String?

    @Option(
        name: .customLong("output"),
        help: ArgumentHelp(
            "The folder of the proof, with its page (default: STORE.proof).", valueName: "folder"))
    var path: String?

    @OptionGroup var modelOptions: ModelOptions
    @OptionGroup var threadOptions: ThreadOptions
    @OptionGroup var output: JSONOptions

    /// Refuses what cannot be meant.
    func validate() throws {
        guard !store.isEmpty, path?.isEmpty != true else {
            throw ValidationError("--store and --output must not be empty")
        }
        guard !(paths + target).contains("-") else {
            throw ValidationError("stdin can be read once, and a proof reads files twice")
        }
        guard paths.isEmpty || target.isEmpty else {
            throw ValidationError("PATH and --target are two ways to say what judges")
        }
        guard target.isEmpty || judgeDomains == nil else {
            throw ValidationError("--target and --judge-domains are two ways to say what judges")
        }
        guard (2...100).contains(seeds) else {
            throw ValidationError("--seeds must be from 2 to 100")
        }
        guard (1...1000).contains(epochs) else {
            throw ValidationError("--epochs must be from 1 to 1000")
        }
        guard (layers == nil) == (width == nil) else {
            throw ValidationError("--layers and --width go together")
        }
        guard !textField.isEmpty, !domainField.isEmpty else {
            throw ValidationError("the name of a field must not be empty")
        }
        if let judgeDomains, domains(judgeDomains).isEmpty {
            throw ValidationError("--judge-domains names no domain")
        }
    }

    private func domains(_ list: String) -> [String] {
        list.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }.sorted()
    }

    /// Trains and says what came of it.
    func run() async throws {
        guard FileReader.size(path: store) != nil else {
            throw Failure(
                "there is no store \(store)",
                hint: "`refinectl refine … --store \(store)` makes one")
        }
        let files = target.isEmpty ? paths : target
        let sources =
            files.isEmpty ? [] : try CorpusListing(paths: files, hasCorpus: false).sources
        var fields = FieldNames(text: textField, id: "id", domain: domainField)
        fields.readsID = false
        var request = ProofRequest(selection: selection ?? "")
        (request.seeds, request.beside) = (seeds, beside)
        request.judgeDomains = judgeDomains.map(domains) ?? []
        request.hasTarget = !target.isEmpty
        request.epochs = epochs
        (request.textField, request.domainField) = (textField, domainField)
        (request.layers, request.width) = (layers, width)
        (request.isBrief, request.anyway) = (brief, anyway)
        let job = ProofJob(
            store: store, sources: sources, fields: fields, teacher: teacher,
            options: modelOptions.options, request: request, output: path ?? store + ".proof",
            threads: threadOptions.count, goesOn: yes)
        let watch = InterruptWatch { number in
            if job.isCancelled.isSet { StandardOutput.endBySignal(number) }
            job.isCancelled.set()
        }
        defer { watch.stop() }
        do {
            let record = try await NIOThreadPool.singleton.runIfActive { try job.run() }
            if output.json {
                StandardOutput.write(JSONOutput.line(record))
            } else {
                StandardOutput.write(ProofTable.render(record))
            }
            guard record.arms.count >= 4 else {
                throw Failure(
                    "the arms that decide are not trained",
                    hint: "the same command with --yes goes on")
            }
        } catch is CancellationError {
            StandardOutput.writeError("\ninterrupted; the same command goes on\n")
            StandardOutput.endBySignal(SIGINT)
        }
    }
}
